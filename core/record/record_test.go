package record

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var day = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func sample() *Lock {
	l := New("shop", "-")
	l.ID = "0123456789abcdef"
	l.Secrets["b"] = Secret{Name: "b", Operation: "2.20261101T000000Z.aa", N: 2, Created: day, Rotated: day, Definition: "d"}
	l.Secrets["a"] = Secret{Name: "a", Operation: "1.20261101T000000Z.bb", N: 1, Created: day, Rotated: day, Definition: "d"}
	l.Targets["key_vault:v/a"] = Target{Address: "key_vault:v/a", Kind: "key_vault", Secret: "a", Operation: "1.20261101T000000Z.bb", Revision: "r1", Version: 1, Written: day, Data: map[string]string{"created": "1"}}
	return l
}

func TestWhatIsWrittenIsReadAndCanonical(t *testing.T) {
	text, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := read.Encode()
	if err != nil || string(again) != string(text) {
		t.Errorf("%v\n%s\n%s", err, text, again)
	}
	if lines := strings.Split(string(text), "\n"); !strings.Contains(lines[1], `"a"`) || !strings.Contains(lines[2], `"b"`) {
		t.Errorf("not sorted:\n%s", text)
	}
}

// Two branches that both applied, merged by git with merge=union.
func TestMergedLinesTheGreaterOperationCounts(t *testing.T) {
	text, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	newer := strings.ReplaceAll(lines[1], "1.2026", "10.2026")
	for name, merged := range map[string]string{"newer last": string(text) + newer, "newer first": lines[0] + newer + strings.Join(lines[1:], "")} {
		l, err := Decode([]byte(merged))
		if err != nil || !strings.HasPrefix(l.Secrets["a"].Operation, "10.") {
			t.Errorf("%s: %v, %v", name, l.Secrets["a"], err)
		}
	}
}

func TestWhatIsNotALockFileIsRefusedWithItsLine(t *testing.T) {
	head := `{"sz_lock":1,"project":"p","id":"i","environment":"-"}` + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":              {"", "line 1"},
		"no header":          {`{"secret":"a"}` + "\n", "line 1"},
		"another format":     {`{"sz_lock":2,"project":"p","id":"i","environment":"-"}`, "format 2"},
		"unknown key":        {head + `{"secret":"a","extra":1}`, `line 2: unknown key "extra"`},
		"another case":       {head + `{"target":"ours","TARGET":"theirs"}`, `line 2: unknown key "TARGET"`},
		"a key twice":        {head + `{"target":"ours","target":"theirs"}`, `line 2: key "target" stands twice`},
		"conflict marker":    {head + "<<<<<<< HEAD\n", "line 2: a merge conflict"},
		"not JSON":           {head + "hello\n", "line 2"},
		"two objects":        {head + `{"secret":"a"}{"secret":"b"}`, "line 2"},
		"two other projects": {head + strings.Replace(head, `"i"`, `"j"`, 1), "line 2"},
	} {
		_, err := Decode([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	text, _ := sample().Encode()
	f.Add(text)
	f.Add([]byte(`{"sz_lock":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Decode(text)
		if err != nil {
			return
		}
		canonical, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(canonical); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}

func TestSavesAreDurableAndShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Secretfile.lock")
	file, err := Open(Place{Path: path, Project: "shop", Environment: "-"})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			name := fmt.Sprint("s", i)
			file.Change(func(l *Lock) { l.Secrets[name] = Secret{Name: name, Operation: "1.x.y"} })
			if err := file.Save(); err != nil {
				t.Error(err)
			}
			if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `"`+name+`"`) {
				t.Errorf("%s is not on disk after Save: %v", name, err)
			}
		})
	}
	group.Wait()
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files, want the lock file alone", len(entries))
	}
	if _, err := Open(Place{Path: path, Project: "other", Environment: "-"}); err == nil || !strings.Contains(err.Error(), "is of project shop") {
		t.Errorf("a lock file of another project: %v", err)
	}
}

func TestLinkedLockFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "Secretfile.lock")
	if err := os.Symlink(outside, path); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Place{Path: path, Project: "p", Environment: "-"}); err == nil {
		t.Error("a link was followed")
	}
}

func TestPathFor(t *testing.T) {
	for file, want := range map[string]string{"Secretfile.yml": "Secretfile.lock", "a/01-basic.yml": "a/01-basic.lock"} {
		if got := PathFor(file, "-"); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	if got := PathFor("Secretfile.yml", "prod"); got != "Secretfile.prod.lock" {
		t.Error(got)
	}
}
