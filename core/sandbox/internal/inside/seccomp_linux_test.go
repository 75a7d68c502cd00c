package inside

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// shown is what the kernel shows of a system call to a filter.
type shown struct {
	arch, number uint32
	args         [6]uint32
}

// judge runs a filter as the kernel does.
func judge(t *testing.T, code program, c shown) uint32 {
	a := uint32(0)
	for at := 0; at < len(code); at++ {
		i := code[at]
		holds := false
		switch i.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			switch i.K {
			case offsetCall:
				a = c.number
			case offsetArch:
				a = c.arch
			default:
				a = c.args[(i.K-offsetArguments)/8]
			}
			continue
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			a &= i.K
			continue
		case unix.BPF_RET | unix.BPF_K:
			return i.K
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			holds = a == i.K
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			holds = a >= i.K
		case unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K:
			holds = a > i.K
		case unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K:
			holds = a&i.K != 0
		default:
			t.Fatalf("an instruction that the test does not know: %+v", i)
		}
		if holds {
			at += int(i.Jt)
		} else {
			at += int(i.Jf)
		}
	}
	t.Fatal("the filter has no end")
	return 0
}

// TestFilter tries every number of a call: what is in no list does not exist.
func TestFilter(t *testing.T) {
	p := &Policy{Tier: tier3}
	code, conditions := p.filter(), p.conditions()
	unknown := unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
	for number := range uint32(1000) {
		verdict := judge(t, code, shown{arch: nativeArch, number: number})
		_, conditional := conditions[number]
		switch {
		case conditional:
			if verdict == unknown {
				t.Errorf("call %d does not exist", number)
			}
		case slices.Contains(allowedCalls, number) != (verdict == unix.SECCOMP_RET_ALLOW) || verdict != unix.SECCOMP_RET_ALLOW && verdict != unknown:
			t.Errorf("call %d: %#x", number, verdict)
		}
		if verdict := judge(t, code, shown{arch: unix.AUDIT_ARCH_I386, number: number}); verdict != unix.SECCOMP_RET_KILL_PROCESS {
			t.Errorf("call %d of another processor: %#x", number, verdict)
		}
	}
}

// TestConditions tries calls that some arguments make dangerous.
func TestConditions(t *testing.T) {
	for _, network := range []bool{false, true} {
		code := (&Policy{Tier: tier3, Network: network}).filter()
		for _, c := range []struct {
			name  string
			call  uint32
			args  [6]uint32
			allow bool
		}{
			{"a thread", unix.SYS_CLONE, [6]uint32{unix.CLONE_THREAD | unix.CLONE_VM}, true},
			{"a process", unix.SYS_CLONE, [6]uint32{uint32(unix.SIGCHLD)}, false},
			{"a namespace", unix.SYS_CLONE, [6]uint32{unix.CLONE_THREAD | unix.CLONE_NEWUSER}, false},
			{"a unix stream", unix.SYS_SOCKET, [6]uint32{unix.AF_UNIX, unix.SOCK_STREAM | unix.SOCK_CLOEXEC}, true},
			{"a unix datagram", unix.SYS_SOCKET, [6]uint32{unix.AF_UNIX, unix.SOCK_DGRAM}, false},
			{"tcp", unix.SYS_SOCKET, [6]uint32{unix.AF_INET, unix.SOCK_STREAM}, network},
			{"mptcp", unix.SYS_SOCKET, [6]uint32{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP}, false},
			{"udp", unix.SYS_SOCKET, [6]uint32{unix.AF_INET6, unix.SOCK_DGRAM}, false},
			{"netlink", unix.SYS_SOCKET, [6]uint32{unix.AF_NETLINK, unix.SOCK_STREAM}, false},
			{"connecting", unix.SYS_CONNECT, [6]uint32{}, network},
			{"connecting with the first byte", unix.SYS_SENDTO, [6]uint32{0, 0, 0, unix.MSG_FASTOPEN}, false},
			{"typing", unix.SYS_IOCTL, [6]uint32{0, unix.TIOCSTI}, false},
			{"outliving the host", unix.SYS_PRCTL, [6]uint32{unix.PR_SET_PDEATHSIG}, false},
			{"itself", unix.SYS_KILL, [6]uint32{1}, true},
			{"another process", unix.SYS_KILL, [6]uint32{2}, false},
			{"the plugin", unix.SYS_EXECVEAT, [6]uint32{ExecFD, 0, 0, 0, unix.AT_EMPTY_PATH}, true},
			{"another program", unix.SYS_EXECVEAT, [6]uint32{3, 0, 0, 0, unix.AT_EMPTY_PATH}, false},
			{"a program by its path", unix.SYS_EXECVE, [6]uint32{}, false},
		} {
			t.Run(fmt.Sprintf("%s, network %v", c.name, network), func(t *testing.T) {
				if verdict := judge(t, code, shown{nativeArch, c.call, c.args}); (verdict == unix.SECCOMP_RET_ALLOW) != c.allow {
					t.Errorf("%#x", verdict)
				}
			})
		}
	}
}
