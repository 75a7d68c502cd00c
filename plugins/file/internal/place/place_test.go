package place

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
			_, info, err := Read(root, "f")
			if err != nil {
				t.Fatal(err)
			}
			change(t, root)
			was, _ := root.ReadFile("f")
			if err := Replace(root, "f", []byte("ours"), 0o600, info); !errors.Is(err, ErrChanged) {
				t.Errorf("error %v", err)
			}
			if err := Remove(root, "f", info); !errors.Is(err, ErrChanged) {
				t.Errorf("removing: error %v", err)
			}
			if is, _ := root.ReadFile("f"); string(is) != string(was) {
				t.Errorf("holds %q, want %q", is, was)
			}
		})
	}
	root := open(t)
	_, info, err := Read(root, "f")
	if info != nil || err != nil {
		t.Fatal(info, err)
	}
	write(t, root, "f", "came to be")
	if err := Replace(root, "f", []byte("ours"), 0o600, info); !errors.Is(err, ErrChanged) {
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
	if err := Replace(root, "new", make([]byte, maxFile+1), 0o600, nil); err == nil {
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
	if err := Replace(root, "f", []byte("text"), 0o600, nil); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"f": true, ".f.OLD" + tempSuffix: false, ".f.NEW" + tempSuffix: true, ".g.OLD" + tempSuffix: true} {
		if _, err := root.Lstat(name); (err == nil) != want || err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
