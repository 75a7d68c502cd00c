//go:build faultpoints

package record

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

var faultsLeft atomic.Int64

var faultName = func() string {
	name, count, _ := strings.Cut(os.Getenv("SZ_FAULTPOINT"), "#")
	n, _ := strconv.Atoi(count)
	faultsLeft.Store(int64(max(n, 1)))
	return name
}()

// faultPoint kills the process, as a loss of power would, when it is at the place that
// SZ_FAULTPOINT=NAME#N names for the N-th time.
func faultPoint(name string) {
	if name != faultName || faultsLeft.Add(-1) != 0 {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
	select {}
}

func faultPoints(prefix string, names []string) {
	for _, name := range names {
		faultPoint(prefix + name)
	}
}
