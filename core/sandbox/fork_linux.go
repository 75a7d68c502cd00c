package sandbox

import (
	"runtime"
	"sync"
)

// The kernel sends the parent-death signal when the thread that forked ends, not
// the process (prctl(2), PR_SET_PDEATHSIG). Go ends threads as it likes, so all
// forks happen on one thread that is locked and never ends.
var forks = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for run := range work {
			run()
		}
	}()
	return work
})

// onForkThread starts a process from that thread, while this process may be looked
// into: see [Harden].
func onForkThread(start func() error) error {
	done := make(chan error)
	forks() <- func() { done <- dumpable(start) }
	return <-done
}
