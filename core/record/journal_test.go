package record

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// place is a project directory with a state directory of its own.
func place(t *testing.T) Place {
	t.Helper()
	return Place{Path: filepath.Join(t.TempDir(), "Secretfile.lock"), Project: "shop", Environment: "-", State: t.TempDir()}
}

func open(t *testing.T, at Place) *File {
	t.Helper()
	f, err := Open(at)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func begin(t *testing.T, at Place) *File {
	t.Helper()
	f := open(t, at)
	f.Change(func(l *Lock) { l.ID = "0123456789abcdef" })
	if err := f.Begin(); err != nil {
		t.Fatal(err)
	}
	return f
}

func operation(n int) string { return fmt.Sprintf("%d.20261101T000000Z.%020d", n, n) }

// write records that a secret is at one target.
func write(t *testing.T, f *File, name string, n int) {
	t.Helper()
	f.Change(func(l *Lock) {
		l.PutSecret(Secret{Name: name, Operation: operation(n), N: uint64(n), Created: day, Rotated: day})
		l.PutTarget(Target{Address: "file:.env#" + name, Kind: "file", Secret: name, Operation: operation(n), Written: day})
	})
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
}

func journalText(t *testing.T, at Place) []byte {
	t.Helper()
	text, err := readJournal(at.State, at.Path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func putJournal(t *testing.T, at Place, text []byte) {
	t.Helper()
	path, err := journalPath(at.State, at.Path)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatAnApplyDidIsKnownThoughItWasKilled leaves an apply in the middle, as a kill
// does, and opens the lock file again.
func TestWhatAnApplyDidIsKnownThoughItWasKilled(t *testing.T) {
	at := place(t)
	f := begin(t, at)
	if err := f.Intend([]Intent{{Secret: "a", Operation: operation(1), Targets: []string{"file:.env#a"}}, {Secret: "b", Operation: operation(1), Targets: []string{"file:.env#b"}, Empty: []string{"file:.env#b"}}}); err != nil {
		t.Fatal(err)
	}
	if err := f.Generated(map[string]string{"a": operation(1)}); err != nil {
		t.Fatal(err)
	}
	write(t, f, "a", 1)
	if err := f.Done("a", operation(1)); err != nil {
		t.Fatal(err)
	}
	write(t, f, "c", 7)

	again := open(t, at)
	lock := again.Lock()
	if !again.Unfinished() || lock.Secrets["a"].Operation != operation(1) || lock.Targets["file:.env#c"].Operation != operation(7) {
		t.Errorf("unfinished %t, %+v", again.Unfinished(), lock)
	}
	if len(lock.Begun) != 1 || lock.Begun["b"].Empty[0] != "file:.env#b" {
		t.Errorf("begun and not done: %+v, want b alone", lock.Begun)
	}
	if text, err := os.ReadFile(at.Path); err != nil || strings.Contains(string(text), `"secret":"a"`) {
		t.Errorf("opening wrote the lock file: %v\n%s", err, text)
	}

	// The next apply writes it down before it begins a journal of its own.
	if err := again.Begin(); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(at.Path); !strings.Contains(string(text), `"secret":"a"`) || bytes.Count(journalText(t, at), []byte("\n")) != 1 {
		t.Errorf("the lock file lacks what the journal told:\n%s\njournal:\n%s", text, journalText(t, at))
	}
	if err := again.Finish(); err != nil || journalText(t, at) != nil {
		t.Errorf("%v, journal %s", err, journalText(t, at))
	}
}

// TestEveryPrefixOfAJournalIsTakenOver cuts a journal at each byte: a loss of power
// leaves any of them.
func TestEveryPrefixOfAJournalIsTakenOver(t *testing.T) {
	at := place(t)
	f := begin(t, at)
	for n := range 4 {
		write(t, f, fmt.Sprint("s", n), n+1)
	}
	f.Change(func(l *Lock) { l.DropTarget("file:.env#s0"); l.DropSecret("s0") })
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	whole := journalText(t, at)
	for size := range whole {
		putJournal(t, at, whole[:size])
		lock := open(t, at).Lock()
		if complete := bytes.Count(whole[:size], []byte("\n")); len(lock.Secrets) > complete {
			t.Fatalf("%d bytes: %d secrets of %d lines", size, len(lock.Secrets), complete)
		}
	}
	putJournal(t, at, whole)
	if lock := open(t, at).Lock(); len(lock.Secrets) != 3 || len(lock.Targets) != 3 {
		t.Errorf("%d secrets and %d targets, want 3 of each: one was forgotten", len(lock.Secrets), len(lock.Targets))
	}
}

// TestNewerLockFileWinsOverAnOldJournal has a branch merged in after a crash.
func TestNewerLockFileWinsOverAnOldJournal(t *testing.T) {
	at := place(t)
	write(t, begin(t, at), "a", 2) // and killed
	left := journalText(t, at)
	merged := begin(t, at)
	write(t, merged, "a", 3)
	if err := merged.Finish(); err != nil {
		t.Fatal(err)
	}
	putJournal(t, at, append(left, []byte(`{"forget_target":"file:.env#a","op":"`+operation(2)+"\"}\n")...))
	lock := open(t, at).Lock()
	if lock.Secrets["a"].Operation != operation(3) || lock.Targets["file:.env#a"].Operation != operation(3) {
		t.Errorf("an old journal counts for more than the lock file: %+v", lock)
	}
}

func TestJournalThatIsNotOursIsRefused(t *testing.T) {
	head := `{"sz_lock":1,"project":"shop","id":"0123456789abcdef","environment":"-"}` + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"another project": {strings.Replace(head, "shop", "other", 1), "line 1: it is of project other"},
		"another id":      {strings.Replace(head, "0123", "9999", 1), "line 1: it is of a project of this name with id 9999"},
		"no header":       {`{"intent":"a","op":"x","targets":[]}` + "\n", "line 1"},
		"unknown step":    {head + `{"delete":"everything"}` + "\n", "line 2: it is no step"},
		"unknown key":     {head + `{"intent":"a","OP":"x"}` + "\n", `line 2: unknown key "OP"`},
		"not JSON":        {head + "hello\n", "line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			at := place(t)
			if err := begin(t, at).Finish(); err != nil {
				t.Fatal(err)
			}
			putJournal(t, at, []byte(c.text))
			if _, err := Open(at); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "move it away") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestStepsFromManyAreAllDurable(t *testing.T) {
	at := place(t)
	f := begin(t, at)
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			name := fmt.Sprint("s", i)
			write(t, f, name, i+1)
			if !bytes.Contains(journalText(t, at), []byte(`"secret":"`+name+`"`)) {
				t.Errorf("%s is not on disk after Save", name)
			}
		})
	}
	group.Wait()
	if lock := open(t, at).Lock(); len(lock.Targets) != 64 {
		t.Errorf("%d targets, want 64", len(lock.Targets))
	}
}

func TestLinkedJournalIsRefused(t *testing.T) {
	at := place(t)
	if err := begin(t, at).Finish(); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path, _ := journalPath(at.State, at.Path)
	if err := os.Symlink(outside, path); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if _, err := Open(at); err == nil {
		t.Error("a link was followed")
	}
	if text, _ := os.ReadFile(outside); string(text) != "x\n" {
		t.Error("a file outside was written")
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"sz_lock":1,"project":"p","id":"i","environment":"-"}` + "\n" + `{"intent":"a","op":"1.x.y","targets":["file:x"]}` + "\n"))
	f.Add([]byte(`{"sz_lock":1,"project":"p","id":"i","environment":"-"}` + "\n" + `{"forget_secret":"a","op":"1"}` + "\n{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l := New("p", "-")
		if err := replayInto(l, text); err != nil {
			return
		}
		if _, err := l.Encode(); err != nil {
			t.Errorf("what a journal told cannot be written: %v", err)
		}
	})
}
