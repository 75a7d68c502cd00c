package pluginhost

import (
	"context"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk"
)

func init() {
	roles["daemonises"] = func() {
		daemonise()
		sdk.Serve(honest("daemonises"))
	}
}

// daemonise leaves a process behind that is in no group of the plugin's and nobody's
// child: it forks, makes a session, and forks again. It executes nothing, which a
// sandbox would refuse, and does nothing between that Go needs more than one thread for.
//
//go:norace
func daemonise() {
	child, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		return
	}
	if child != 0 {
		_, _ = unix.Wait4(int(child), nil, 0, nil) // by then the one that stays is there
		return
	}
	_, _, _ = syscall.RawSyscall(unix.SYS_SETSID, 0, 0, 0)
	if pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0); errno != 0 || pid != 0 {
		_, _, _ = syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	for {
		_, _, _ = syscall.RawSyscall6(unix.SYS_PPOLL, 0, 0, 0, 0, 0, 0)
	}
}

// TestNoDaemonStays starts such a plugin in every tier that there is here, as one that
// may start nothing and as one that may start programs. Where it may start nothing there
// is no second process; everywhere else there is one to get rid of.
func TestNoDaemonStays(t *testing.T) {
	for tier := sandbox.T0; tier <= sandbox.T3; tier++ {
		for _, programs := range []bool{false, true} {
			withPlugin(t, "daemonises", Options{SandboxMin: tier, SandboxMax: &tier}, func(ctx context.Context, h *Host) {
				candidate := h.options.Dev[0]
				hash, err := HashFile(candidate.Path)
				if err != nil {
					t.Error(err)
					return
				}
				may := allowance{}
				if programs {
					may.workplace = t.TempDir()
				}
				_, err = h.start(ctx, Served{Candidate: candidate, Description: Description{Name: candidate.Name}, Hash: hash}, may)
				if err != nil {
					t.Logf("%s is not to be had here: %v", tier, err)
					return
				}
				want := 2
				if tier > sandbox.T0 && !programs {
					want = 1
				}
				if processes := len(running(candidate.Path)); processes != want {
					t.Errorf("in %s, programs allowed %t: %d processes, want %d", tier, programs, processes, want)
				}
			})
		}
	}
}
