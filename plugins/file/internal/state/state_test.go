package state

import (
	"os"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/secret"
)

func value(t secret.Type, text string) secret.Payload {
	return secret.Scalar(t, secret.FromString(text))
}

func open(t *testing.T, project string) *Store {
	t.Helper()
	s, err := Open(project)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFindTellsOneValueFromAnother(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	project := t.TempDir()
	s := open(t, project)
	one := value(secret.Text, "1")
	if _, err := s.Intend("a#k", Entry{Operation: "1.a"}, one); err != nil {
		t.Fatal(err)
	}
	if _, known, _ := s.Find("a#k", value(secret.Text, "0")); known {
		t.Error("an intention that did not come true counts")
	}
	if err := s.Settle("a#k"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Look(project)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, c := range map[string]struct {
		address     string
		value       secret.Payload
		known, same bool
	}{
		"the value":       {"a#k", one, true, true},
		"another":         {"a#k", value(secret.Text, "2"), true, false},
		"another type":    {"a#k", value(secret.Number, "1"), true, false},
		"another place":   {"a#l", one, false, false},
		"no value at all": {"a#k", value(secret.Null, ""), true, false},
		"unencodable":     {"a#k", secret.NewList([]secret.Payload{value(secret.Number, "x")}), true, false},
	} {
		if _, known, same := s.Find(c.address, c.value); known != c.known || same != c.same {
			t.Errorf("%s: known %v, same %v", name, known, same)
		}
	}
}

func TestKeysDifferBetweenProjects(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	var macs []string
	for range 2 {
		s := open(t, t.TempDir())
		macs = append(macs, s.mac("a#k", value(secret.Text, "v")))
		_ = s.Close()
	}
	if macs[0] == macs[1] {
		t.Error("two projects share a key")
	}
}

func TestDamagedStateIsAnErrorThatNamesIt(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	project := t.TempDir()
	s := open(t, project)
	if _, err := s.Intend("a#k", Entry{}, value(secret.Text, "v")); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	for _, text := range []string{"", "{", "{}", `{"key":"","places":{},"made":{}}`} {
		if err := os.WriteFile(s.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Look(project); err == nil || !strings.Contains(err.Error(), s.path) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWithoutAHomeThereIsNoState(t *testing.T) {
	for _, home := range []string{"", "relative"} {
		t.Setenv("XDG_STATE_HOME", home)
		t.Setenv("HOME", home)
		if _, err := Open(t.TempDir()); err == nil {
			t.Error("a state directory was found")
		}
	}
}
