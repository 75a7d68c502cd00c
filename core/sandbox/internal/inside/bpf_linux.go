package inside

import (
	"slices"

	"golang.org/x/sys/unix"
)

// A program of the kernel's packet filter, which judges system calls too
// (seccomp(2)). It loads 32 bits at a time; the processors in use keep the lower
// half of an argument first, and the arguments that are checked have no other.
type program = []unix.SockFilter

// Where things are in what the kernel shows of a call (struct seccomp_data).
const (
	offsetCall      = 0
	offsetArch      = 4
	offsetArguments = 16
)

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func argument(n uint32) unix.SockFilter { return load(offsetArguments + 8*n) }

func jump(test uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, Jt: yes, Jf: no, K: k}
}

// skipIf passes over the next instruction if the test holds.
func skipIf(test uint16, k uint32) unix.SockFilter { return jump(test, k, 1, 0) }

func answer(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}

func refuse(errno unix.Errno) unix.SockFilter { return answer(unix.SECCOMP_RET_ERRNO | uint32(errno)) }

var allow = answer(unix.SECCOMP_RET_ALLOW)

func join(parts ...program) program { return slices.Concat(parts...) }

// in goes on if an argument is one of values, and refuses the call otherwise.
func in(n uint32, values ...uint32) program {
	return join(program{argument(n)}, oneOf(values))
}

// maskedIn is in for the bits of a mask.
func maskedIn(n, mask uint32, values ...uint32) program {
	return join(program{argument(n), {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask}}, oneOf(values))
}

func oneOf(values []uint32) program {
	var p program
	for i, v := range values {
		p = append(p, jump(unix.BPF_JEQ, v, uint8(len(values)-i), 0))
	}
	return append(p, refuse(unix.EACCES))
}

// notIn refuses the call if an argument is value.
func notIn(n, value uint32) program {
	return program{argument(n), jump(unix.BPF_JEQ, value, 0, 1), refuse(unix.EPERM)}
}

// noneOf refuses the call if an argument has one of bits.
func noneOf(n, bits uint32) program {
	return program{argument(n), jump(unix.BPF_JSET, bits, 0, 1), refuse(unix.EPERM)}
}

// someOf refuses the call if an argument has none of bits.
func someOf(n, bits uint32) program {
	return program{argument(n), jump(unix.BPF_JSET, bits, 1, 0), refuse(unix.EPERM)}
}

// when runs a block, which has to end with an answer, if an argument is value.
func when(n, value uint32, block program) program {
	return join(program{argument(n), jump(unix.BPF_JEQ, value, 0, uint8(len(block)))}, block)
}
