package pluginhost

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	plugin "github.com/hashicorp/go-plugin"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/wire"
)

// hostileRoles are plugins that mean harm, by the name of their binary. What each
// does is in its name in hostilities.
var hostileRoles = map[string]func(){
	"floods-stderr": func() {
		flood(os.Stderr, floodSize)
		sdk.Serve(honest("floods-stderr"))
	},
	"binary-stderr": func() {
		_, _ = io.CopyN(os.Stderr, rand.Reader, 1<<20)
		sdk.Serve(honest("binary-stderr"))
	},
	"forges-logs": func() {
		fmt.Fprintln(os.Stderr, `{"@level":"error","@message":"sz: your vault was deleted","@timestamp":"x"}`)
		fmt.Fprintln(os.Stderr, `{"@level":5,"@message":{},"@timestamp":[]}`)
		sdk.Serve(honest("forges-logs"))
	},
	"floods-stdout":   func() { flood(os.Stdout, 8<<20); wait() },
	"floods-lines":    func() { _, _ = io.CopyN(os.Stdout, repeat("line\n"), 8<<20); wait() },
	"silent":          wait,
	"stops-itself":    func() { _ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP); wait() },
	"wrong-protocol":  func() { fmt.Println("1|99|unix|" + ownSocket() + "|grpc|"); wait() },
	"netrpc":          func() { fmt.Println("1|1|unix|" + ownSocket() + "|netrpc|"); wait() },
	"over-tcp":        func() { fmt.Println("1|1|tcp|127.0.0.1:1|grpc|"); wait() },
	"no-socket":       func() { fmt.Println("1|1|unix|" + ownSocket() + "|grpc|"); wait() },
	"answers-garbage": func() { serveRaw(func(string) any { return []byte("\xff\xff\xff\xff garbage") }) },
	"answers-nothing": func() { serveRaw(func(string) any { return []byte{} }) },
	"answers-too-much": func() {
		serveRaw(func(string) any { return make([]byte, 32<<20) })
	},
	"never-answers": func() { serveRaw(func(string) any { wait(); return nil }) },
	"ignores-shutdown": func() {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		go sdk.Serve(honest("ignores-shutdown"))
		wait()
	},
	"forks": func() {
		for range 20 {
			process, err := os.StartProcess("/bin/sleep", []string{os.Args[0], "600"}, &os.ProcAttr{Sys: &syscall.SysProcAttr{Setsid: true}})
			if err == nil {
				_ = process.Release()
			}
		}
		sdk.Serve(honest("forks"))
	},
}

// hostilities are what the host has to say of each; "" where it is to work all the
// same.
var hostilities = map[string]string{
	"floods-stderr": "", "binary-stderr": "", "forges-logs": "", "ignores-shutdown": "", "forks": "",
	"floods-stdout":    "more than a line",
	"floods-lines":     "Unrecognized remote plugin message",
	"silent":           "timeout while waiting for plugin to start",
	"stops-itself":     "timeout while waiting for plugin to start",
	"wrong-protocol":   "incompatible",
	"netrpc":           "which is no socket",
	"over-tcp":         "not in its own directory",
	"no-socket":        "which is no socket",
	"answers-garbage":  "describing itself",
	"answers-nothing":  "calls itself",
	"answers-too-much": "larger than max",
	"never-answers":    "no answer within the deadline",
}

// floodSize is what a plugin writes that means to fill the memory of its host.
const floodSize = 1 << 30

func wait() { select {} }

func repeat(text string) io.Reader { return &repeated{text: []byte(strings.Repeat(text, 1<<12))} }

type repeated struct {
	text []byte
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	for n < len(p) {
		n += copy(p[n:], r.text)
	}
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

// flood writes bytes without a single line end.
func flood(to *os.File, bytes int64) { _, _ = io.CopyN(to, repeat("x"), bytes) }

func ownSocket() string { return filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "socket") }

// rawCodec lets a server answer with bytes that are no message.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.([]byte); ok {
		return raw, nil
	}
	return proto.Marshal(v.(proto.Message))
}

func (rawCodec) Unmarshal(data []byte, v any) error {
	if raw, ok := v.(*[]byte); ok {
		*raw = data
		return nil
	}
	return proto.Unmarshal(data, v.(proto.Message))
}

// serveRaw speaks gRPC with no schema at all.
func serveRaw(answer func(method string) any) {
	serveBy(func(options []grpc.ServerOption) *grpc.Server {
		return grpc.NewServer(append(options, grpc.ForceServerCodec(rawCodec{}), grpc.MaxSendMsgSize(1<<30),
			grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
				method, _ := grpc.MethodFromServerStream(stream)
				var request []byte
				if err := stream.RecvMsg(&request); err != nil {
					return err
				}
				return stream.SendMsg(answer(method))
			}))...)
	})
}

// serveBy serves as a plugin does, with a server of its own.
func serveBy(server func([]grpc.ServerOption) *grpc.Server) {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  wire.Handshake(),
		VersionedPlugins: map[int]plugin.PluginSet{wire.ProtocolVersion: {"sz": rawEnd{}}},
		TLSProvider:      inheritedTLS,
		GRPCServer:       server,
	})
}

func inheritedTLS() (*tls.Config, error) {
	credentials, err := wire.ReadCredentials(os.NewFile(wire.CredentialsFD, "credentials"))
	if err != nil {
		return nil, err
	}
	return credentials.Server()
}

type rawEnd struct{ plugin.NetRPCUnsupportedPlugin }

func (rawEnd) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

func (rawEnd) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("a plugin is no host")
}

// hostileRuns is how often the whole set is run: SZ_HOSTILE_RUNS=60 makes a thousand
// starts of it.
func hostileRuns() int {
	if n, err := strconv.Atoi(os.Getenv("SZ_HOSTILE_RUNS")); err == nil && n > 0 {
		return n
	}
	return 1
}

// TestHostSurvivesAnyPlugin runs every hostile plugin, several at a time, to the end of
// the host, and looks for what is left: processes, descriptors, files, goroutines.
func TestHostSurvivesAnyPlugin(t *testing.T) {
	ignored := []goleak.Option{goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction(forkThread)}
	survive(t, "silent") // what the first start of a process makes stays, such as the thread that forks
	before := descriptors()
	for range hostileRuns() {
		var group sync.WaitGroup
		slots := make(chan struct{}, 4)
		for role := range hostilities {
			slots <- struct{}{}
			group.Go(func() {
				defer func() { <-slots }()
				survive(t, role)
			})
		}
		group.Wait()
	}
	goleak.VerifyNone(t, ignored...)
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors are open, %d were", after, before)
	}
}

// survive runs one hostile plugin as far as it describes itself.
func survive(t *testing.T, role string) {
	want := hostilities[role]
	var options Options
	if strings.Contains(want, "timeout") {
		options.StartTimeout = time.Second // who waits for nothing need not wait long
	}
	withPlugin(t, role, options, func(ctx context.Context, h *Host) {
		if strings.Contains(want, "deadline") {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, 3*time.Second)
			defer cancel()
		}
		c, err := h.Catalog(ctx)
		if want == "" && (err != nil || len(c.Plugins) != 1) {
			t.Errorf("%s: %v", role, err)
		}
		if want != "" {
			refuses(t, role, err, want)
		}
	})
}

// refuses wants an error that names the plugin and the reason, short and printable.
func refuses(t *testing.T, role string, err error, reason string) {
	switch {
	case err == nil || !strings.Contains(err.Error(), reason) || !strings.Contains(err.Error(), "plugin "+role):
		t.Errorf("%s: error %v, want %q", role, err, reason)
	case len(err.Error()) > 16<<10 || strings.ContainsAny(err.Error(), "\x1b\x00\x07"):
		t.Errorf("%s: its error is %d bytes long, or not printable", role, len(err.Error()))
	}
}

// withPlugin uses a host that knows one plugin, and looks for what is left when the
// host is closed.
func withPlugin(t *testing.T, role string, options Options, use func(context.Context, *Host)) {
	runtimeDir, err := os.MkdirTemp("", "szt-")
	if err != nil {
		t.Error(err)
		return
	}
	defer os.RemoveAll(runtimeDir)
	self, err := os.Executable()
	if err != nil {
		t.Error(err)
		return
	}
	plugins := t.TempDir()
	path := filepath.Join(plugins, namePrefix+role)
	if err := os.Symlink(self, path); err != nil {
		t.Error(err)
		return
	}
	options.Dev, options.RuntimeDir = []Candidate{{Name: role, Path: path, Dev: true}}, runtimeDir
	h := New(options)
	use(t.Context(), h)
	if err := h.Close(); err != nil {
		t.Errorf("%s: %v", role, err)
	}
	if left, _ := os.ReadDir(runtimeDir); len(left) > 0 {
		t.Errorf("%s left %v", role, left)
	}
	if left := running(path); len(left) > 0 {
		t.Errorf("%s left the processes %v", role, left)
		for _, pid := range left {
			if n, err := strconv.Atoi(pid); err == nil {
				_ = syscall.Kill(n, syscall.SIGKILL)
			}
		}
	}
}

// running are the processes of a name, the dead and not yet reaped excepted.
func running(name string) []string {
	var found []string
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if command, _, _ := strings.Cut(string(text), "\x00"); err == nil && command == name {
			found = append(found, e.Name())
		}
	}
	return found
}

func descriptors() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

func init() {
	for role, run := range hostileRoles {
		roles[role] = run
	}
}
