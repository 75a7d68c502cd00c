//go:build unix

package crash

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"
)

// Reporter is the name under which sz is the process that tells of a crash.
const Reporter = "sz-crash-reporter"

// most is how much of what Go prints is read, in bytes.
const most = 1 << 20

// Watch makes a process of its own tell of a crash of this one, whichever goroutine it
// happens in, and returns what is standard error from now on. Descriptor 2 belongs to
// the runtime until stop is called. Where begin can start no process, nothing changes,
// and Go prints no more of a crash than its first line.
func Watch(stderr *os.File, begin func(*exec.Cmd) error) (out *os.File, stop func()) {
	out, stop, err := watch(stderr, begin)
	if err != nil {
		debug.SetTraceback("none")
		return stderr, func() {}
	}
	return out, stop
}

func watch(stderr *os.File, begin func(*exec.Cmd) error) (*os.File, func(), error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	kept, err := unix.FcntlInt(stderr.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, nil, err
	}
	out := os.NewFile(uintptr(kept), stderr.Name())
	read, write, err := os.Pipe()
	if err != nil {
		_ = out.Close()
		return nil, nil, err
	}
	defer read.Close()
	defer write.Close()
	teller := &exec.Cmd{Path: self, Args: []string{Reporter}, Env: []string{}, Dir: "/", Stdin: read, Stderr: out, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	if err := begin(teller); err != nil {
		_ = out.Close()
		return nil, nil, err
	}
	if err := unix.Dup2(int(write.Fd()), 2); err != nil {
		_ = write.Close()
		_ = teller.Wait()
		_ = out.Close()
		return nil, nil, err
	}
	// A crash ends by a signal: the 2 with which Go exits means something else here.
	debug.SetTraceback("crash")
	os.Stderr = out
	return out, func() {
		_ = teller.Process.Kill() // there is nothing to tell
		_ = teller.Wait()
		_ = unix.Dup2(kept, 2)
	}, nil
}

// Tell is that process: it reads until the other one is gone, and says what may be said
// of its end.
func Tell() {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGTTOU)
	printed, _ := io.ReadAll(io.LimitReader(os.Stdin, most))
	_, _ = io.Copy(io.Discard, os.Stdin)
	_, _ = io.WriteString(os.Stderr, Report(string(printed)))
}
