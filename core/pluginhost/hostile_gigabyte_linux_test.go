package pluginhost

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"path"
	"runtime"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
)

const gigabyte = 1 << 30

// gigabytes are plugins that answer with one, and what is said of them. They describe
// themselves, so that this is the first answer that a host gets.
var gigabytes = map[string]string{
	"sends-a-gigabyte": "larger than max",
	"pours-a-gigabyte": "larger than max",
}

func init() {
	roles["sends-a-gigabyte"] = func() {
		serveBy(func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, grpc.ForceServerCodecV2(gigabyteCodec{}), grpc.MaxSendMsgSize(gigabyte),
				grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error { return stream.SendMsg(struct{}{}) }))...)
		})
	}
	roles["pours-a-gigabyte"] = func() {
		if err := pour(); err != nil {
			fmt.Println(err)
		}
		wait()
	}
}

// gigabyteCodec makes a gigabyte of any message, in which every mebibyte is the same
// one: a plugin may not have more memory than that.
type gigabyteCodec struct{}

func (gigabyteCodec) Name() string { return "proto" }

func (gigabyteCodec) Marshal(any) (mem.BufferSlice, error) {
	piece := mem.SliceBuffer(make([]byte, 1<<20))
	var all mem.BufferSlice
	for range gigabyte / len(piece) {
		all = append(all, piece)
	}
	return all, nil
}

func (gigabyteCodec) Unmarshal(mem.BufferSlice, any) error { return nil }

// pour describes itself in a gigabyte, whatever the host says to that: it knows neither
// windows nor streams that were ended.
func pour() error {
	config, err := inheritedTLS()
	if err != nil {
		return err
	}
	config.NextProtos = []string{"h2"}
	listener, err := net.Listen("unix", ownSocket())
	if err != nil {
		return err
	}
	fmt.Println("1|1|unix|" + ownSocket() + "|grpc|")
	raw, err := listener.Accept()
	if err != nil {
		return err
	}
	conn := tls.Server(raw, config)
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return err
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := framer.WriteSettings(); err != nil {
		return err
	}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return err
		}
		if settings, ok := frame.(*http2.SettingsFrame); ok && !settings.IsAck() {
			_ = framer.WriteSettingsAck()
		}
		if call, ok := frame.(*http2.MetaHeadersFrame); ok && path.Base(call.PseudoValue("path")) == "Describe" {
			pourInto(framer, call.StreamID)
		}
	}
}

func pourInto(framer *http2.Framer, stream uint32) {
	var head bytes.Buffer
	encoder := hpack.NewEncoder(&head)
	_ = encoder.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = encoder.WriteField(hpack.HeaderField{Name: "content-type", Value: "application/grpc"})
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: head.Bytes(), EndHeaders: true})
	_ = framer.WriteData(stream, false, binary.BigEndian.AppendUint32([]byte{0}, gigabyte))
	piece := make([]byte, 16<<10)
	for range gigabyte / len(piece) {
		if framer.WriteData(stream, false, piece) != nil {
			return
		}
	}
}

// TestAGigabyteCostsTheHostNothing looks at the memory that the host takes of the system
// for its own meanwhile, which it does not give back so soon.
func TestAGigabyteCostsTheHostNothing(t *testing.T) {
	for role, want := range gigabytes {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		withPlugin(t, role, Options{}, func(ctx context.Context, h *Host) {
			_, err := h.Catalog(ctx)
			refuses(t, role, err, want)
		})
		runtime.ReadMemStats(&after)
		if took := int64(after.HeapSys - before.HeapSys); took > gigabyte/16 {
			t.Errorf("%s: the host took %d MiB", role, took>>20)
		} else {
			t.Logf("%s: the host took %d KiB", role, took>>10)
		}
	}
}
