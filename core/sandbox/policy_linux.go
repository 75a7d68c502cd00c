package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// policy is what the helper is told: all that the plugin may touch, in paths and
// numbers.
type policy struct {
	Tier      Tier
	Name      string
	Env       []string
	Extra     int // descriptors after standard error that the plugin keeps
	SocketDir string
	List      []string
	Read      []string
	Write     []string // directories of the files that it may make
	Keep      []string
	Libraries bool     // it is linked with shared libraries
	Programs  bool     // it may start what is in programs
	Network   bool     // it may open TCP connections at all
	Commands  bool     // it may start the stub
	Stub      string   // this program, which is the stub
	Ports     []uint16 // to which it may connect
	Listen    []uint16 // where the helper listens for the host, inside
}

// The addresses inside a network namespace of its own.
const (
	egressPort   = 3128
	commandsPort = 3129
)

// maxPolicy bounds what is sent to the helper, in bytes.
const maxPolicy = 16 << 20

// helperTimeout is how long the helper may take to become the plugin.
const helperTimeout = 20 * time.Second

func (p policy) send(control *os.File) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = control.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
	return err
}

func receivePolicy(control io.Reader) (p policy, err error) {
	var size [4]byte
	if _, err := io.ReadFull(control, size[:]); err != nil {
		return p, err
	}
	length := binary.BigEndian.Uint32(size[:])
	if length > maxPolicy {
		return p, errors.New("too long")
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(control, text); err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// report is what the helper says: sockets as it makes them, and why it stopped.
// When it has become the plugin, its end of the socket is closed and nothing said.
type report struct {
	listeners []net.Listener
	refusal   *Refusal
}

// receiveReport waits for the helper to become the plugin or to stop.
func receiveReport(control *os.File) (r report, err error) {
	raw, err := control.SyscallConn()
	if err != nil {
		return r, err
	}
	var text []byte
	for {
		data, rights := make([]byte, 4096), make([]byte, unix.CmsgSpace(4*8))
		n, oobn := 0, 0
		var failed error
		err := raw.Read(func(fd uintptr) bool {
			n, oobn, _, _, failed = unix.Recvmsg(int(fd), data, rights, unix.MSG_CMSG_CLOEXEC)
			return !errors.Is(failed, unix.EAGAIN)
		})
		if err = errors.Join(err, failed); err != nil {
			return r, err
		}
		listeners, err := listenersOf(rights[:oobn])
		r.listeners = append(r.listeners, listeners...)
		if err != nil {
			return r, err
		}
		if n == 0 {
			break
		}
		text = append(text, data[:n]...)
	}
	if text = slices.DeleteFunc(text, func(b byte) bool { return b == passed }); len(text) > 0 {
		r.refusal = &Refusal{}
		if err := json.Unmarshal(text, r.refusal); err != nil {
			return r, fmt.Errorf("the helper's report: %w", err)
		}
	}
	return r, nil
}

// passed is the byte that goes along with a socket.
const passed = '\n'

func listenersOf(rights []byte) ([]net.Listener, error) {
	if len(rights) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, err
	}
	var out []net.Listener
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return out, err
		}
		for _, fd := range fds {
			file := os.NewFile(uintptr(fd), "listener")
			listener, failed := net.FileListener(file)
			err = errors.Join(err, failed, file.Close())
			if failed == nil {
				out = append(out, listener)
			}
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
