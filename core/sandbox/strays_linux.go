package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// A process that leaves its group and whose parent ends is out of reach of whoever
// kills the group. This process is the one that such strays fall to (prctl(2),
// PR_SET_CHILD_SUBREAPER): they are the children that it did not start. In T3 there are
// none, since a namespace of processes ends with its first.
var family = struct {
	sync.Mutex
	started map[int]bool // processes begun here and not waited for
	open    int          // plugins below T3 that run
}{started: map[int]bool{}}

// adopt makes strays fall to this process, once and for all.
var adopt = sync.OnceFunc(func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) })

// opened counts a plugin below T3, and closed ends the count. With the last of them all
// strays are ended: while another runs, one of its programs may be waiting for them.
func opened() {
	family.Lock()
	defer family.Unlock()
	family.open++
}

func closed() {
	family.Lock()
	defer family.Unlock()
	if family.open--; family.open > 0 {
		return
	}
	for found := strays(); len(found) > 0; found = strays() {
		for _, pid := range found {
			_ = unix.Kill(pid, unix.SIGKILL)
			_, _ = unix.Wait4(pid, nil, unix.WALL, nil) // its own children fall to us in turn
		}
	}
}

// strays are the children of this process that come of a plugin.
func strays() []int {
	if err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT|unix.WALL, nil); err != nil {
		return nil // no children at all
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err == nil && !family.started[pid] && comesOfPlugin(pid) {
			found = append(found, pid)
		}
	}
	return found
}

// comesOfPlugin reports a child of this process that can get no new privileges, which
// no process can undo for itself or for its descendants.
func comesOfPlugin(pid int) bool {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return false // it is gone
	}
	field := func(name string) string {
		_, after, _ := bytes.Cut(status, []byte("\n"+name+":"))
		value, _, _ := strings.Cut(string(after), "\n")
		return strings.TrimSpace(value)
	}
	return field("PPid") == strconv.Itoa(os.Getpid()) && field("NoNewPrivs") == "1"
}
