package pluginlock

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func sample() File {
	hash := "sha256:" + strings.Repeat("ab", 32)
	return File{}.With(Plugin{
		Name: "acme", Version: "1.2.3", Protocol: 1, Signer: "RWQkey", Description: hash, Hashes: map[string]string{"linux_amd64": hash},
		Grants: Grants{Serves: []string{"provider acme"}, Network: []string{"a:443", "b:443"}, NetworkFrom: []string{"{config.name}.acme.example"}, Env: []string{"ACME_TOKEN"}},
	}).With(Plugin{Name: "aaa", Version: "0.1.0", Protocol: 1, Description: hash, Hashes: map[string]string{}})
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, there, err := Read(root); there || err != nil {
		t.Errorf("no lock file: %t, %v", there, err)
	}
	want := sample()
	if err := want.Write(root); err != nil {
		t.Fatal(err)
	}
	got, there, err := Read(root)
	if err != nil || !there || !reflect.DeepEqual(got, want) {
		t.Errorf("%t, %v\n%+v\n%+v", there, err, got, want)
	}
	text, _ := os.ReadFile(filepath.Join(dir, Name))
	if !bytes.Equal(text, got.Encode()) {
		t.Error("it is not written in one form")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

func TestOnlyCanonicalThingsAreRead(t *testing.T) {
	good := string(sample().Encode())
	for name, text := range map[string]string{
		"a plugin twice":   good + strings.Replace(good, "#", "//", 2),
		"an unknown key":   strings.Replace(good, "version ", "versoin ", 1),
		"another case":     strings.Replace(good, "signer ", "Signer ", 1),
		"a bad hash":       strings.Replace(good, "sha256:abab", "sha256:xyz", 1),
		"a conflict":       strings.Replace(good, "plugin \"acme\"", "<<<<<<< HEAD\nplugin \"acme\"", 1),
		"a platform twice": strings.Replace(good, "    linux_amd64", "    linux_amd64 = \"sha256:00\"\n    linux_amd64", 1),
		"no name of ours":  strings.Replace(good, `"acme"`, `"../acme"`, 1),
		"a computed value": strings.Replace(good, `"1.2.3"`, `join("", ["1"])`, 1),
		"an unknown grant": strings.Replace(good, "network ", "everything ", 1),
	} {
		if text == good {
			t.Fatalf("%s changes nothing", name)
		}
		if _, err := Decode([]byte(text)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestMissingGrantsAreNamed(t *testing.T) {
	asked := Grants{Network: []string{"a:443", "evil:443"}, Exec: []string{"az"}}
	got := asked.Missing(Grants{Network: []string{"a:443", "b:443"}})
	if want := []string{"network evil:443", "exec az"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := asked.Add("everything", "x"); err == nil {
		t.Error("a grant that there is not was added")
	}
}

func TestOtherPlatformsAreKeptWithTheVersion(t *testing.T) {
	hash := "sha256:" + strings.Repeat("cd", 32)
	p, _ := sample().Plugin("acme")
	p.Hashes = map[string]string{"darwin_arm64": hash}
	same, _ := sample().With(p).Plugin("acme")
	if len(same.Hashes) != 2 {
		t.Errorf("same version: %v", same.Hashes)
	}
	p.Version, p.Hashes = "1.3.0", map[string]string{"darwin_arm64": hash}
	next, _ := sample().With(p).Plugin("acme")
	if len(next.Hashes) != 1 {
		t.Errorf("another version: %v", next.Hashes)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sample().Encode())
	f.Fuzz(func(t *testing.T, text []byte) {
		lock, err := Decode(text)
		if err != nil {
			return
		}
		again, err := Decode(lock.Encode())
		if err != nil || !bytes.Equal(again.Encode(), lock.Encode()) {
			t.Errorf("%q is written as %q: %v", text, lock.Encode(), err)
		}
	})
}
