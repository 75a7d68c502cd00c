package record

import (
	"os"
	"path/filepath"
	"strings"
)

// Running says who is at work on a lock file, as far as it is known; empty when nobody
// is. It keeps no lock: a run that begins at this instant waits for a moment.
func Running(state, lockFile string) string {
	dir, err := stateOf(state, lockFile)
	if err != nil {
		return ""
	}
	path := filepath.Join(dir, "run.lock")
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	free, err := tryLock(file) // of this descriptor, which is closed at once
	if err != nil || free {
		return ""
	}
	holder, _ := os.ReadFile(path)
	return strings.TrimSpace(string(holder))
}
