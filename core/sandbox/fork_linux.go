package sandbox

import (
	"os/exec"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// The kernel sends the parent-death signal when the thread that forked ends, not
// the process (prctl(2), PR_SET_PDEATHSIG). Go ends threads as it likes, so all
// forks happen on threads that are locked and never end.
var (
	forks = sync.OnceValue(func() chan<- func() { return forkThread(func() {}) })
	// bareForks is for T0. What it starts can get no rights that sz has not, which is
	// also how its descendants are known: see strays.
	bareForks = sync.OnceValue(func() chan<- func() {
		return forkThread(func() { _ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })
	})
)

func forkThread(first func()) chan<- func() {
	work := make(chan func())
	go serveForks(work, first)
	return work
}

func serveForks(work <-chan func(), first func()) {
	runtime.LockOSThread()
	first()
	for run := range work {
		run()
	}
}

// begin starts a process from a thread, while this process may be looked into: see
// [Harden].
func begin(thread chan<- func(), start func() (pid int, err error)) error {
	family.Lock()
	defer family.Unlock()
	adopt()
	done := make(chan error)
	var pid int
	thread <- func() {
		done <- dumpable(func() (err error) {
			pid, err = start()
			return err
		})
	}
	err := <-done
	if err == nil {
		family.started[pid] = true
	}
	return err
}

// command starts a program as package os/exec does.
func command(cmd *exec.Cmd) func() (int, error) {
	return func() (int, error) {
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		return cmd.Process.Pid, nil
	}
}

// ended says that what was begun has been waited for.
func ended(pid int) {
	family.Lock()
	defer family.Unlock()
	delete(family.started, pid)
}
