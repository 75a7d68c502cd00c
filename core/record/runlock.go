package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrLocked is another run at work on the same lock file.
var ErrLocked = errors.New("another sz is at work on this project")

// retryLock is how often a lock that somebody else has is tried again.
const retryLock = 100 * time.Millisecond

// RunLock keeps other runs from the same lock file until it is released. It is
// advisory, of the operating system, and ends with the process: a run that is killed
// leaves nothing behind that a person must remove.
type RunLock struct{ file *os.File }

// AcquireRunLock takes the run lock of a lock file, in the directory of the user's
// state, and waits for it no longer than a while. The error is [ErrLocked] when
// somebody else still has it, with who that is as far as it is known.
func AcquireRunLock(ctx context.Context, state, lockFile string, wait time.Duration) (*RunLock, error) {
	dir, err := stateOf(state, lockFile)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("run lock: %w", err)
	}
	path := filepath.Join(dir, "run.lock")
	file, err := openNoFollow(path)
	if err != nil {
		return nil, fmt.Errorf("run lock: %w", err)
	}
	deadline := time.Now().Add(wait)
	for {
		taken, err := tryLock(file)
		if err != nil {
			_ = file.Close()
			return nil, fmt.Errorf("run lock %s: %w", path, err)
		}
		if taken {
			l := &RunLock{file}
			l.sign()
			return l, nil
		}
		if left := time.Until(deadline); left <= 0 {
			holder, _ := os.ReadFile(path)
			_ = file.Close()
			return nil, fmt.Errorf("%w (%s)", ErrLocked, strings.TrimSpace(string(holder)))
		}
		timer := time.NewTimer(retryLock)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			_ = file.Close()
			return nil, ctx.Err()
		}
	}
}

// sign says who has the lock, for a person who waits for it.
func (l *RunLock) sign() {
	_ = l.file.Truncate(0)
	_, _ = l.file.WriteAt([]byte(fmt.Sprintf("process %d since %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))), 0)
}

// Release lets others go on. Nothing has no lock to release.
func (l *RunLock) Release() {
	if l == nil {
		return
	}
	_ = l.file.Truncate(0)
	_ = l.file.Close()
}

// stateOf is the directory of the user's state for a lock file: never in the project, and
// made 0700 by who writes there.
func stateOf(state, lockFile string) (string, error) {
	absolute, err := filepath.Abs(lockFile)
	if err != nil {
		return "", err
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(absolute)); err == nil {
		absolute = filepath.Join(dir, filepath.Base(absolute))
	}
	sum := sha256.Sum256([]byte(absolute))
	return filepath.Join(state, "sz", "projects", hex.EncodeToString(sum[:8])), nil
}
