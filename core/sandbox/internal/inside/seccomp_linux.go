package inside

import (
	"errors"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// filterCalls puts the filter of system calls in place, the last step but one.
func (p *Policy) filterCalls(s *script) {
	if nativeArch == 0 {
		s.fail(errors.New("no list of calls for this processor"))
	}
	code := p.filter()
	for n := range code {
		if code[n].K == unknownPID {
			s.do(unix.SYS_GETPID).makes = (*int32)(unsafe.Pointer(&code[n].K))
		}
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	s.do(unix.SYS_SECCOMP, number(unix.SECCOMP_SET_MODE_FILTER), number(0), memory(&program))
}

// filter is the program that the kernel runs before each call. A call of another
// architecture kills: on a 64-bit x86 an `int 0x80` enters the kernel by the numbers
// of 32-bit programs, and a list that only looks at the number would judge another
// call than the one made.
func (p *Policy) filter() []unix.SockFilter {
	code := program{
		load(offsetArch), skipIf(unix.BPF_JEQ, nativeArch), answer(unix.SECCOMP_RET_KILL_PROCESS),
		load(offsetCall),
	}
	if firstForeignCall < 1<<32-1 {
		code = append(code, jump(unix.BPF_JGE, firstForeignCall, 0, 1), answer(unix.SECCOMP_RET_KILL_PROCESS))
	}
	code = append(code, allowed(allowedCalls)...)
	for call, block := range p.conditions() {
		block = append(block, allow)
		code = append(code, jump(unix.BPF_JEQ, call, 0, uint8(len(block))))
		code = append(code, block...)
	}
	return append(code, refuse(unix.ENOSYS))
}

// allowed allows calls, by the ranges that their numbers make: the kernel compiles the
// program, and tries it on every call that there is, at each start of a plugin.
func allowed(calls []uint32) (code program) {
	calls = slices.Compact(slices.Sorted(slices.Values(calls)))
	for len(calls) > 0 {
		n := 1
		for n < len(calls) && calls[n] == calls[0]+uint32(n) {
			n++
		}
		code = append(code, jump(unix.BPF_JGE, calls[0], 0, 2), skipIf(unix.BPF_JGT, calls[n-1]), allow)
		calls = calls[n:]
	}
	return code
}

// Flags of clone that make new namespaces, or a process that is nobody's child.
const (
	newNamespace = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	strayChild   = unix.CLONE_PARENT | unix.CLONE_PTRACE
)

// kindOfSocket is the part of a socket's type that is no flag.
const kindOfSocket = 0xf

// conditions are the calls that are allowed with some arguments only. What a check
// cannot see, because it lies behind a pointer, has to be refused with the call:
// clone3 hides its flags so and is answered as unknown, after which programs use
// clone.
func (p *Policy) conditions() map[uint32]program {
	streams := []uint32{unix.SOCK_STREAM, unix.SOCK_SEQPACKET}
	rules := map[uint32]program{
		// A thread is no process: without commands to start, there is only one of it.
		unix.SYS_CLONE: join(noneOf(0, newNamespace|strayChild), someOf(0, unix.CLONE_THREAD)),
		// Unix sockets that have to be connected, for a datagram names its receiver
		// where no filter sees it. TCP by its own name: the same port is reached by
		// MPTCP, which landlock does not know.
		unix.SYS_SOCKET:     append(when(0, unix.AF_UNIX, join(maskedIn(1, kindOfSocket, streams...), program{allow})), p.internetSockets()...),
		unix.SYS_SOCKETPAIR: join(in(0, unix.AF_UNIX), maskedIn(1, kindOfSocket, streams...)),
		// TCP Fast Open connects without calling connect.
		unix.SYS_SENDTO:   noneOf(3, unix.MSG_FASTOPEN),
		unix.SYS_SENDMSG:  noneOf(2, unix.MSG_FASTOPEN),
		unix.SYS_SENDMMSG: noneOf(3, unix.MSG_FASTOPEN),
		// Characters pushed into a terminal are typed by its owner.
		unix.SYS_IOCTL: join(notIn(1, unix.TIOCSTI), notIn(1, unix.TIOCLINUX)),
		// It dies with the host, and cannot change that.
		unix.SYS_PRCTL:             notIn(0, unix.PR_SET_PDEATHSIG),
		unix.SYS_PRLIMIT64:         in(0, 0, p.pid()),
		unix.SYS_SCHED_SETAFFINITY: in(0, 0, p.pid()),
		unix.SYS_TGKILL:            in(0, p.pid()),
		unix.SYS_KILL:              in(0, p.pid()),
		unix.SYS_EXECVEAT:          join(in(0, ExecFD), in(4, unix.AT_EMPTY_PATH)),
	}
	if p.Network {
		rules[unix.SYS_CONNECT] = nil
	}
	if p.Commands || p.Programs {
		rules[unix.SYS_CLONE] = noneOf(0, newNamespace|strayChild)
		for _, call := range []uint32{unix.SYS_EXECVE, unix.SYS_KILL, unix.SYS_TGKILL, unix.SYS_SETPGID, unix.SYS_SETSID} {
			rules[call] = nil
		}
		for _, call := range forkCalls {
			rules[call] = nil
		}
	}
	return rules
}

// unknownPID stands for the id of the process until it asks for it. No process has it,
// and it is in no filter otherwise.
const unknownPID = 1<<31 - 1

// pid is the id by which the plugin knows itself: it is the first process of its
// own namespace where it has one.
func (p *Policy) pid() uint32 {
	if p.Tier == tier3 {
		return 1
	}
	return unknownPID
}

func (p *Policy) internetSockets() program {
	if !p.Network {
		return in(0)
	}
	return join(in(0, unix.AF_INET, unix.AF_INET6), maskedIn(1, kindOfSocket, unix.SOCK_STREAM), in(2, 0, unix.IPPROTO_TCP))
}
