package place

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestClean(t *testing.T) {
	for path, want := range map[string]string{
		".env": ".env", "./a//b/../c.env": "a/c.env", "a.git/b": "a.git/b", ".github/x.env": ".github/x.env", "..env": "..env", "a/~/b": "a/~/b",
		"": "", "/a": "", "~/a": "", "..": "", "../a": "", "a/../..": "", ".": "", ".git/config": "", "a/.Git. ./b": "", ".HG": "", ".svn/x": "", "a/.jj": "",
		"Secretfile": "", "d/secretfile.prod.yml": "", "Secretfile.lock": "", "01-basic.LOCK": "", "go.lock.": "", "sz.lock.hcl": "", "a\x00b": "", "a\nb": "", "a#b": "",
	} {
		got, err := Clean(path)
		if (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: %q, %v; want %q", path, got, err, want)
		}
	}
}

func open(t *testing.T) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

func write(t *testing.T, root *os.Root, name, text string) {
	t.Helper()
	if err := root.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func see(t *testing.T, root *os.Root, name string) Seen {
	t.Helper()
	text, info, err := Read(root, name)
	if err != nil {
		t.Fatal(err)
	}
	return Seen{info, text}
}

// TestAChangeAtTheLastMomentIsNotLost changes a file after it was last looked at, which
// is when the new one takes its place.
func TestAChangeAtTheLastMomentIsNotLost(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, root *os.Root){
		"written":          func(t *testing.T, root *os.Root) { write(t, root, "f", "foreign text") },
		"of the same size": func(t *testing.T, root *os.Root) { write(t, root, "f", "BEFORE") },
		"replaced":         func(t *testing.T, root *os.Root) { write(t, root, "g", "before"); _ = root.Rename("g", "f") },
		"removed":          func(t *testing.T, root *os.Root) { _ = root.Remove("f") },
		"a directory":      func(t *testing.T, root *os.Root) { _ = root.Remove("f"); _ = root.Mkdir("f", 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			root := open(t)
			write(t, root, "f", "before")
			seen := see(t, root, "f")
			write(t, root, "new", "ours")
			if errors.Is(exchange(root, "new", "f"), errors.ErrUnsupported) {
				t.Skip("files cannot change places here")
			}
			if err := exchange(root, "new", "f"); err != nil {
				t.Fatal(err)
			}
			change(t, root)
			was, _ := root.ReadFile("f")
			if err := put(root, "new", "f", seen); !errors.Is(err, ErrChanged) {
				t.Errorf("error %v", err)
			}
			if is, _ := root.ReadFile("f"); string(is) != string(was) {
				t.Errorf("holds %q, want %q", is, was)
			}
			if ours, _ := root.ReadFile("new"); string(ours) != "ours" {
				t.Errorf("the new file holds %q", ours)
			}
		})
	}
	root := open(t)
	write(t, root, "new", "ours")
	write(t, root, "f", "came to be")
	if err := put(root, "new", "f", Seen{}); !errors.Is(err, ErrChanged) {
		t.Errorf("error %v", err)
	}
	if is, _ := root.ReadFile("f"); string(is) != "came to be" {
		t.Errorf("holds %q", is)
	}
}

// TestWritersTakeTurns has writers that share nothing but the directory add lines to
// one file: each reads it, and writes it with one more.
func TestWritersTakeTurns(t *testing.T) {
	dir := t.TempDir()
	const writers, each = 8, 25
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer root.Close()
			for j := range each {
				if err := addLine(root, fmt.Sprintf("%d.%d\n", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	text, err := os.ReadFile(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	slices.Sort(lines)
	if got := len(slices.Compact(lines)); got != writers*each {
		t.Errorf("%d lines, want %d", got, writers*each)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

func addLine(root *os.Root, line string) error {
	release, err := Lock(root, "f")
	if err != nil {
		return err
	}
	defer release()
	text, info, err := Read(root, "f")
	if err != nil {
		return err
	}
	return Replace(root, "f", append(bytes.Clone(text), line...), 0o600, Seen{info, text})
}

func TestAForeignChangeIsNoticed(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, root *os.Root){
		"written":  func(t *testing.T, root *os.Root) { write(t, root, "f", "foreign text") },
		"replaced": func(t *testing.T, root *os.Root) { write(t, root, "g", "before"); _ = root.Rename("g", "f") },
		"removed":  func(t *testing.T, root *os.Root) { _ = root.Remove("f") },
		"touched": func(t *testing.T, root *os.Root) {
			_ = root.Chtimes("f", time.Time{}, time.Now().Add(time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := open(t)
			write(t, root, "f", "before")
			seen := see(t, root, "f")
			change(t, root)
			was, _ := root.ReadFile("f")
			if err := Replace(root, "f", []byte("ours"), 0o600, seen); !errors.Is(err, ErrChanged) {
				t.Errorf("error %v", err)
			}
			if err := Remove(root, "f", seen); !errors.Is(err, ErrChanged) {
				t.Errorf("removing: error %v", err)
			}
			if is, _ := root.ReadFile("f"); string(is) != string(was) {
				t.Errorf("holds %q, want %q", is, was)
			}
		})
	}
	root := open(t)
	seen := see(t, root, "f")
	write(t, root, "f", "came to be")
	if err := Replace(root, "f", []byte("ours"), 0o600, seen); !errors.Is(err, ErrChanged) {
		t.Errorf("error %v", err)
	}
}

func TestReadRefusesWhatIsNoPlainFile(t *testing.T) {
	root := open(t)
	write(t, root, "large", "")
	if err := os.Truncate(filepath.Join(root.Name(), "large"), maxFile+1); err != nil {
		t.Fatal(err)
	}
	if err := root.Mkdir("dir", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := makePipe(filepath.Join(root.Name(), "pipe")); err != nil {
		t.Logf("no pipe: %v", err)
	}
	for _, name := range []string{"large", "dir", "pipe"} {
		if _, _, err := Read(root, name); err == nil {
			if _, missing := root.Lstat(name); missing == nil {
				t.Errorf("%s was read", name)
			}
		}
	}
	if err := Replace(root, "new", make([]byte, maxFile+1), 0o600, Seen{}); err == nil {
		t.Error("a file too large to be read again was written")
	}
}

func TestWhatAKilledWriterLeftIsRemoved(t *testing.T) {
	root := open(t)
	write(t, root, ".f.OLD"+tempSuffix, "secret")
	write(t, root, ".f.NEW"+tempSuffix, "of a writer at work")
	write(t, root, ".g.OLD"+tempSuffix, "of another file")
	long := time.Now().Add(-2 * staleAfter)
	for _, name := range []string{".f.OLD" + tempSuffix, ".g.OLD" + tempSuffix} {
		if err := root.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := Replace(root, "f", []byte("text"), 0o600, Seen{}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"f": true, ".f.OLD" + tempSuffix: false, ".f.NEW" + tempSuffix: true, ".g.OLD" + tempSuffix: true} {
		if _, err := root.Lstat(name); (err == nil) != want || err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
