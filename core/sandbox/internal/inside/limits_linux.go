package inside

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// What a plugin may use up.
const (
	maxData    = 1 << 30  // bytes of memory of its own
	maxWritten = 64 << 20 // bytes of a file, where it may write any
	maxThreads = 512      // counted within its user namespace
)

func (p *Policy) limit() error {
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
		if err := unix.Prlimit(0, l.resource, nil, &now); err != nil {
			return err
		}
		most := min(l.most, now.Max)
		if err := unix.Prlimit(0, l.resource, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil {
			return fmt.Errorf("limit %d: %w", l.resource, err)
		}
	}
	return nil
}

// securebits, which x/sys does not have: no capability through user id 0, and no
// way back (capabilities(7)).
const secureForGood = 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<5 | 1<<6 | 1<<7

// dropCapabilities gives up every capability, and the ways to get one. Without
// rights to drop the bounding set there is none to lose, and no_new_privs keeps it
// so.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var held [2]unix.CapUserData
	if err := unix.Capget(&header, &held[0]); err != nil {
		return err
	}
	if held[0].Effective&(1<<unix.CAP_SETPCAP) != 0 {
		for c := uintptr(0); ; c++ {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil {
				if c > unix.CAP_SETPCAP && errors.Is(err, unix.EINVAL) {
					break // past the last
				}
				return err
			}
		}
		if err := unix.Prctl(unix.PR_SET_SECUREBITS, secureForGood, 0, 0, 0); err != nil {
			return err
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil && !errors.Is(err, unix.EINVAL) {
		return err
	}
	var none [2]unix.CapUserData
	return unix.Capset(&header, &none[0])
}

// noNewPrivileges holds for what the plugin executes too; and it dies with the
// host, said once more because a change of credentials unsays it.
func noNewPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	return nil
}
