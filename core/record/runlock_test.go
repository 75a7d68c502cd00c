//go:build unix

package record

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOneRunAtATime(t *testing.T) {
	state, project := t.TempDir(), t.TempDir()
	lockFile := filepath.Join(project, "Secretfile.lock")
	first, err := AcquireRunLock(t.Context(), state, lockFile, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = AcquireRunLock(t.Context(), state, lockFile, 0)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process ") {
		t.Errorf("%v", err)
	}
	other, err := AcquireRunLock(t.Context(), state, filepath.Join(project, "Secretfile.prod.lock"), 0)
	if err != nil {
		t.Errorf("another environment waits: %v", err)
	}
	other.Release()

	// Who waits gets it when it is released.
	waited := make(chan error, 1)
	go func() {
		l, err := AcquireRunLock(context.Background(), state, lockFile, time.Minute)
		l.Release()
		waited <- err
	}()
	first.Release()
	if err := <-waited; err != nil {
		t.Error(err)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	state := t.TempDir()
	l, err := AcquireRunLock(t.Context(), state, "Secretfile.lock", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := AcquireRunLock(ctx, state, "Secretfile.lock", time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestStateIsTheUsersOwn(t *testing.T) {
	state, project := t.TempDir(), t.TempDir()
	l, err := AcquireRunLock(t.Context(), state, filepath.Join(project, "Secretfile.lock"), 0)
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
	dirs, _ := filepath.Glob(filepath.Join(state, "sz", "projects", "*"))
	if len(dirs) != 1 {
		t.Fatal(dirs)
	}
	if info, _ := os.Stat(dirs[0]); info.Mode().Perm() != 0o700 {
		t.Error(info.Mode())
	}
	if left, _ := os.ReadDir(project); len(left) > 0 {
		t.Error("something was left in the project")
	}
	path := filepath.Join(dirs[0], "run.lock")
	_ = os.Remove(path)
	if err := os.Symlink(filepath.Join(project, "elsewhere"), path); err != nil {
		t.Fatal(err)
	}
	if _, err := AcquireRunLock(t.Context(), state, filepath.Join(project, "Secretfile.lock"), 0); err == nil {
		t.Error("a link was followed")
	}
}
