package inside

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// What a plugin may use up.
const (
	maxData    = 1 << 30  // bytes of memory of its own
	maxWritten = 64 << 20 // bytes of a file, where it may write any
	maxThreads = 512      // counted within its user namespace
)

func (p *Policy) limit(s *script) {
	written := uint64(0)
	if len(p.Write)+len(p.Keep) > 0 {
		written = maxWritten
	}
	limits := []struct {
		resource int
		most     uint64
	}{
		{unix.RLIMIT_CORE, 1}, // see Harden
		{unix.RLIMIT_FSIZE, written},
		{unix.RLIMIT_MSGQUEUE, 0},
		{unix.RLIMIT_NOFILE, maxOpenFiles},
		{unix.RLIMIT_DATA, maxData},
	}
	if p.Tier == tier3 {
		limits = append(limits, struct {
			resource int
			most     uint64
		}{unix.RLIMIT_NPROC, maxThreads})
	}
	for _, l := range limits {
		// Never more than was left to sz itself.
		var now unix.Rlimit
		s.about = fmt.Sprint("limit ", l.resource)
		s.fail(unix.Getrlimit(l.resource, &now))
		most := min(l.most, now.Max)
		s.do(unix.SYS_PRLIMIT64, number(0), number(l.resource), memory(&unix.Rlimit{Cur: most, Max: most}))
	}
}

// securebits, which x/sys does not have: no capability through user id 0, and no
// way back (capabilities(7)).
const secureForGood = 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<5 | 1<<6 | 1<<7

// dropCapabilities gives up every capability, and the ways to get one. Without
// rights to drop the bounding set there is none to lose, and no_new_privs keeps it
// so.
func (p *Policy) dropCapabilities(s *script) {
	if p.Tier == tier3 || mayDrop(s) {
		for c := 0; c < 64; c++ {
			drop := s.do(unix.SYS_PRCTL, number(unix.PR_CAPBSET_DROP), number(c))
			if c > unix.CAP_SETPCAP {
				drop.despite = unix.EINVAL // past the last
			}
		}
		s.do(unix.SYS_PRCTL, number(unix.PR_SET_SECUREBITS), number(secureForGood))
	}
	s.do(unix.SYS_PRCTL, number(unix.PR_CAP_AMBIENT), number(unix.PR_CAP_AMBIENT_CLEAR_ALL)).despite = unix.EINVAL
	s.do(unix.SYS_CAPSET, memory(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}), memory(&[2]unix.CapUserData{}))
}

// mayDrop reports that this process, and so the new one where it stays in its user
// namespace, may drop capabilities for good.
func mayDrop(s *script) bool {
	var held [2]unix.CapUserData
	s.fail(unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &held[0]))
	return held[0].Effective&(1<<unix.CAP_SETPCAP) != 0
}

// noNewPrivileges holds for what the plugin executes too; and it dies with the
// host, said once more because a change of credentials unsays it.
func noNewPrivileges(s *script) {
	s.do(unix.SYS_PRCTL, number(unix.PR_SET_NO_NEW_PRIVS), number(1))
	s.do(unix.SYS_PRCTL, number(unix.PR_SET_PDEATHSIG), number(int(unix.SIGKILL)))
}
