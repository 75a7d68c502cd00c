package pluginstore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"

	"github.com/secretzero/sz/core/manifest"
)

const binaryText = "a program"

// release writes a signed release into a directory, changed by change before it is
// signed.
func release(t *testing.T, dir, version string, change func(*manifest.Manifest)) string {
	t.Helper()
	_, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(binaryText))
	m := manifest.Manifest{
		Name: "acme", Version: version, Protocol: 1, Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Description: []byte{1}, Requests: []string{},
		Binaries: []manifest.Binary{{Platform: Platform(), File: "acme_bin", Size: int64(len(binaryText)), SHA256: hex.EncodeToString(sum[:])}},
	}
	if change != nil {
		change(&m)
	}
	text, signature, err := manifest.Sign(m, private)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "acme.json")
	for name, content := range map[string][]byte{path: text, path + manifest.Suffix: signature, filepath.Join(dir, "acme_bin"): []byte(binaryText)} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func install(t *testing.T, s Store, where string) (Installed, error) {
	t.Helper()
	r, err := Fetch(t.Context(), where)
	if err != nil {
		return Installed{}, err
	}
	return s.Install(t.Context(), r)
}

func TestReleaseIsInstalledAndListed(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "store"))
	got, err := install(t, s, release(t, t.TempDir(), "1.2.3", nil))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(got.Path); err != nil || string(text) != binaryText || filepath.Base(filepath.Dir(got.Path)) != got.Hash {
		t.Errorf("%q, %v", text, err)
	}
	list, err := s.List()
	if err != nil || len(list) != 1 || list[0].Version() != "1.2.3" || list[0].Name != "acme" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.Remove(list[0]); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatWasNotSignedIsNotInstalled(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifest.Manifest)
		after  func(dir string) error
	}{
		"another binary": {nil, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "acme_bin"), []byte("b program"), 0o644)
		}},
		"a longer one": {nil, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "acme_bin"), []byte(binaryText+"!"), 0o644)
		}},
		"a shorter one": {nil, func(dir string) error { return os.WriteFile(filepath.Join(dir, "acme_bin"), []byte("a"), 0o644) }},
		"no binary":     {nil, func(dir string) error { return os.Remove(filepath.Join(dir, "acme_bin")) }},
		"a link": {nil, func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "acme_bin"), filepath.Join(dir, "real")), os.Symlink("real", filepath.Join(dir, "acme_bin")))
		}},
		"no signature":     {nil, func(dir string) error { return os.Remove(filepath.Join(dir, "acme.json.minisig")) }},
		"another platform": {func(m *manifest.Manifest) { m.Binaries[0].Platform = "plan9_arm" }, nil},
		"an edited manifest": {nil, func(dir string) error {
			path := filepath.Join(dir, "acme.json")
			text, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path, []byte(strings.Replace(string(text), "1.2.3", "1.2.4", 1)), 0o644))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, store := t.TempDir(), filepath.Join(t.TempDir(), "store")
			path := release(t, dir, "1.2.3", c.change)
			if c.after != nil {
				if err := c.after(dir); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := install(t, Open(store), path); err == nil {
				t.Error("it was installed")
			}
			if left, _ := os.ReadDir(store); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestNothingIsWaitedForAndNothingIsFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no pipes with names in directories here")
	}
	dir := t.TempDir()
	if err := makePipe(filepath.Join(dir, "acme.json")); err != nil {
		t.Skip("no named pipes here:", err)
	}
	if _, err := Fetch(t.Context(), filepath.Join(dir, "acme.json")); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a pipe: %v", err)
	}
	refuse := func(string) error { return errors.New("not the one") }
	path := filepath.Join(t.TempDir(), "sz-plugin-x")
	if err := os.WriteFile(path, []byte("x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.TempDir()).InstallUnsigned(t.Context(), "x", path, refuse); err == nil {
		t.Error("a binary that was not accepted was kept")
	}
}

// The root certificates of this process are those of the server: SSL_CERT_FILE is
// read once, before the first connection.
func TestReleasesAreFetchedByHTTPS(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE does not count on " + runtime.GOOS)
	}
	dir := t.TempDir()
	release(t, dir, "1.2.3", nil)
	var elsewhere string
	files := http.FileServer(http.Dir(dir))
	plain := httptest.NewServer(files)
	defer plain.Close()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/elsewhere/"):
			http.Redirect(w, r, elsewhere, http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/huge/"):
			for w.Header().Set("Content-Type", "text/plain"); ; {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		default:
			files.ServeHTTP(w, r)
		}
	}))
	defer server.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", authority)
	t.Setenv("NO_PROXY", "*")
	if got, err := install(t, Open(t.TempDir()), server.URL+"/acme.json"); err != nil || got.Name != "acme" {
		t.Fatalf("%+v, %v", got, err)
	}
	elsewhere = plain.URL + "/acme.json"
	for where, want := range map[string]string{
		plain.URL + "/acme.json":       "https only",
		server.URL + "/elsewhere/a":    "https only",
		server.URL + "/huge/acme.json": "larger than",
		server.URL + "/missing.json":   "Not Found",
		"ftp://example.com/acme.json":  "https only",
	} {
		if _, err := Fetch(t.Context(), where); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", where, err, want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Fetch(ended, server.URL+"/acme.json"); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

func TestDamagedPluginsAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	s := Open(dir)
	got, err := install(t, s, release(t, t.TempDir(), "1.2.3", nil))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(got.Path), manifestFile)
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("{}"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(); err == nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestChoosing(t *testing.T) {
	list := []Installed{{Name: "a", Hash: "3"}, {Name: "a", Hash: "2"}, {Name: "b", Hash: "1"}}
	for pin, want := range map[string]string{"": "3", "2": "2", "9": "3"} {
		got := Choose(list, func(name, hash string) bool { return name == "a" && hash == pin })
		if len(got) != 2 || got[0].Hash != want {
			t.Errorf("pinned %q: %+v", pin, got)
		}
	}
}

// The order is that of the example of semver.org, section 11.
func TestVersionsAreOrdered(t *testing.T) {
	ordered := []string{"", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.9", "1.0.10", "1.9.0", "1.10.0", "2.0.0"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := CompareVersions(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%q and %q: %d", a, b, got)
			}
		}
	}
}
