package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/secretzero/sz/core/sandbox/internal/inside"
)

// helperTimeout is how long the helper may take to become the plugin.
const helperTimeout = 20 * time.Second

// send tells the helper what to do.
func send(p inside.Policy, control *os.File) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = control.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
	return err
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
	var stopped inside.Stop
	if text = slices.DeleteFunc(text, func(b byte) bool { return b == inside.Passed }); len(text) > 0 {
		if err := json.Unmarshal(text, &stopped); err != nil {
			return r, fmt.Errorf("the helper's report: %w", err)
		}
		r.refusal = &Refusal{Step: stopped.Step, Why: stopped.Why}
	}
	return r, nil
}

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
