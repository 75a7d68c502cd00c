package inside

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// script is what a new process does before it becomes the plugin: system calls, and
// nothing between them. It is made in full beforehand, because the process that
// performs it can do nothing else: see fork_linux.go.
type script struct {
	calls []*call
	step  string // the step that is being written
	about string // the path or number that it is about
	err   error  // the first thing that could not be written

	// What the new process leaves here when it stops.
	stopped int
	why     syscall.Errno
}

// call is one system call.
type call struct {
	number  uintptr
	args    [6]arg
	makes   *int32        // where its result is put
	despite syscall.Errno // the one error after which it goes on
	step    string
	about   string
}

// arg is an argument: a number, the address of something in memory, or what an earlier
// call made.
type arg struct {
	number uintptr
	memory unsafe.Pointer
	made   *int32
}

func number[N ~int | ~int32 | ~uint16 | ~uint32 | ~uint64 | ~uintptr](n N) arg {
	return arg{number: uintptr(n)}
}

func memory[T any](p *T) arg { return arg{memory: unsafe.Pointer(p)} }

func made(n *int32) arg { return arg{made: n} }

// here is the current directory, to calls that take a path.
var here = number(unix.AT_FDCWD)

// begin names the step that the calls from here on belong to.
func (s *script) begin(step string) { s.step, s.about = step, "" }

// do appends a call.
func (s *script) do(n uintptr, args ...arg) *call {
	c := &call{number: n, step: s.step, about: s.about}
	copy(c.args[:], args)
	s.calls = append(s.calls, c)
	return c
}

// open appends a call whose result is a descriptor, for the calls after it.
func (s *script) open(n uintptr, args ...arg) arg {
	fd := new(int32)
	s.do(n, args...).makes = fd
	return made(fd)
}

// text is a text with the end that the kernel wants.
func (s *script) text(t string) arg {
	p, err := unix.BytePtrFromString(t)
	if err != nil {
		s.fail(err)
		return arg{}
	}
	return memory(p)
}

// texts is a list of texts with its end.
func (s *script) texts(list []string) arg {
	out := make([]*byte, len(list)+1)
	for i, t := range list {
		p, err := unix.BytePtrFromString(t)
		if err != nil {
			s.fail(err)
		}
		out[i] = p
	}
	return memory(&out[0])
}

// fail keeps the first error and where it was met.
func (s *script) fail(err error) {
	if s.err == nil && err != nil {
		s.err = s.stop(s.step, s.about, err)
	}
}

func (s *script) stop(step, about string, err error) error {
	if about != "" {
		return &Stop{Step: step, Why: about + ": " + err.Error()}
	}
	return &Stop{Step: step, Why: err.Error()}
}
