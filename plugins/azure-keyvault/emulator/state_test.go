package emulator

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestState(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "vaults.json")
	o := Options{StateFile: path, Now: c.Now, Window: window}
	s := start(t, o)
	do(t, s, "PUT", "/secrets/Kept"+query, `{"value":"one","tags":{}}`, 200)
	set := do(t, s, "PUT", "/secrets/kept"+query, `{"value":"two","tags":{},"contentType":"c","attributes":{"nbf":1}}`, 200)
	do(t, s, "PUT", "/secrets/gone"+query, `{"value":"x"}`, 200)
	do(t, s, "DELETE", "/secrets/gone"+query, "", 200)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// The first server still runs, as if it had been killed: nothing is left to
	// be saved.
	again := start(t, o)
	if got := do(t, again, "GET", "/secrets/kept/"+query, "", 200); got != set {
		t.Errorf("got %s, want %s", got, set)
	}
	do(t, again, "GET", "/deletedsecrets/gone"+query, "", 404)
	c.advance(window)
	do(t, again, "GET", "/deletedsecrets/gone"+query, "", 200)
	// By the clock of the world the deleted one is gone for good.
	listed, err := ListFile(path)
	if err != nil || len(listed) != 1 || listed[0].Name != "Kept" || listed[0].Versions != 2 {
		t.Errorf("list is %+v, %v", listed, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left over are %v", left)
	}
}

func TestStateThatIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"not JSON":     `{"format":"canary-value`,
		"another form": `{"format":"canary-value"}`,
		"no versions":  `{"format":"keyvault-emulator/1","vaults":{"v":{"n":{"name":"n","phase":"live"}}}}`,
		"null":         `{"format":"keyvault-emulator/1","vaults":{"v":{"n":null}}}`,
	} {
		path := filepath.Join(t.TempDir(), "vaults.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := Start(Options{StateFile: path}); err == nil {
			t.Errorf("%s is accepted", name)
			_ = s.Close()
		} else if strings.Contains(err.Error(), "canary-value") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ListFile(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a file that is not there is listed")
	}
}

// TestStateCannotBeSaved wants a set to fail whose outcome would be lost.
func TestStateCannotBeSaved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{StateFile: filepath.Join(dir, "vaults.json")})
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 500)
}

// TestManyAtOnce sets one secret from many connections while it is listed.
func TestManyAtOnce(t *testing.T) {
	s := start(t, Options{StateFile: filepath.Join(t.TempDir(), "vaults.json"), Latency: time.Microsecond})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				for _, r := range []struct{ method, path, body string }{
					{"PUT", "/secrets/n", `{"value":"x","tags":{"a":"1"}}`}, {"PATCH", "/secrets/n/", `{"tags":{"b":"2"}}`}, {"GET", "/secrets", ""}, {"GET", "/secrets/n/versions", ""},
				} {
					if got, err := try(s, r.method, r.path+query, s.Token(), r.body); err != nil || got.status != 200 {
						t.Errorf("%s %s: %d %v", r.method, r.path, got.status, err)
					}
				}
				s.List()
			}
		})
	}
	all.Wait()
	if got := s.List()[0].Versions; got != 40 || len(s.Requests()) != 160 {
		t.Errorf("%d versions after %d requests", got, len(s.Requests()))
	}
}
