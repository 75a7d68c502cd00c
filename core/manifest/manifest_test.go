package manifest

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"
)

func sample() Manifest {
	return Manifest{
		Format: Format, Name: "acme", Version: "1.2.3", Protocol: 1, Date: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
		Requests: []string{"network api.acme.example:443"}, Description: []byte{1, 2, 3},
		Binaries: []Binary{{Platform: "linux_amd64", File: "sz-plugin-acme_linux_amd64", Size: 3, SHA256: strings.Repeat("ab", 32)}},
	}
}

func newKey(t *testing.T) (Key, minisign.PrivateKey) {
	t.Helper()
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(public.String())
	if err != nil {
		t.Fatal(err)
	}
	return key, private
}

func TestSignedManifestIsRead(t *testing.T) {
	key, private := newKey(t)
	text, signature, err := Sign(sample(), private)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Open(text, signature)
	if err != nil || m.Signer != string(key) || m.Name != "acme" || len(m.Binaries) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, ok := m.Binary("linux_amd64"); !ok {
		t.Error("the binary of the platform was not found")
	}
	if _, ok := m.Binary("plan9_arm"); ok {
		t.Error("a binary of a platform that is not there was found")
	}
}

func TestChangedManifestIsRefused(t *testing.T) {
	_, private := newKey(t)
	other, _ := newKey(t)
	text, signature, err := Sign(sample(), private)
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string][]byte{
		"version": bytes.Replace(text, []byte("1.2.3"), []byte("1.2.4"), 1),
		"hash":    bytes.Replace(text, []byte("abab"), []byte("baba"), 1),
		"signer":  bytes.Replace(text, []byte(mustSigner(t, text, signature)), []byte(other), 1),
	} {
		if _, err := Open(changed, signature); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(text, nil); !errors.Is(err, ErrSignature) {
		t.Errorf("no signature: %v", err)
	}
}

func mustSigner(t *testing.T, text, signature []byte) string {
	m, err := Open(text, signature)
	if err != nil {
		t.Fatal(err)
	}
	return m.Signer
}

// One manifest has one text: what two readers could read as two things is none.
func TestOtherSpellingsAreRefused(t *testing.T) {
	m := sample()
	m.Signer = "x"
	text, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{
		"a key twice":        strings.Replace(string(text), `"name": "acme",`, `"name": "evil", "name": "acme",`, 1),
		"another case":       strings.Replace(string(text), `"name"`, `"Name"`, 1),
		"an unknown key":     strings.Replace(string(text), `"name"`, `"extra": 1, "name"`, 1),
		"other space":        strings.Replace(string(text), "  ", "\t", 1),
		"text behind":        string(text) + "{}",
		"a path as file":     strings.Replace(string(text), "sz-plugin-acme_linux", "../sz-plugin-acme_linux", 1),
		"a name with a path": strings.Replace(string(text), `"acme"`, `"../acme"`, 1),
		"no size":            strings.Replace(string(text), `"size": 3`, `"size": 0`, 1),
		"a huge size":        strings.Replace(string(text), `"size": 3`, `"size": 99999999999`, 1),
		"another format":     strings.Replace(string(text), Format, "sz-plugin/2", 1),
		"no JSON":            "binary: yes",
		"too much":           strings.Repeat(" ", MaxSize+1),
	} {
		if changed == string(text) {
			t.Fatalf("%s changes nothing", name)
		}
		if _, err := Decode([]byte(changed)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAKeyIsHandedOnByTheKeyBefore(t *testing.T) {
	old, oldPrivate := newKey(t)
	_, stranger := newKey(t)
	next, nextPrivate := newKey(t)
	m := sample()
	m.Signer = string(next)
	if m.Succeeds(old) {
		t.Error("no word of the old key was needed")
	}
	for name, by := range map[string]struct {
		key  minisign.PrivateKey
		want bool
	}{"the old key": {oldPrivate, true}, "a stranger": {stranger, false}, "the new key itself": {nextPrivate, false}} {
		s, err := Succeed("acme", by.key, next)
		if err != nil {
			t.Fatal(err)
		}
		s.From = string(old)
		m.Succession = s
		if got := m.Succeeds(old); got != by.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	other, _ := Succeed("another", oldPrivate, next)
	if m.Succession = other; m.Succeeds(old) {
		t.Error("the word for another plugin was enough")
	}
}

func FuzzDecode(f *testing.F) {
	m := sample()
	m.Signer = "x"
	text, _ := m.Encode()
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Decode(text)
		if err != nil {
			return
		}
		if again, err := m.Encode(); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%q is read and written as %q: %v", text, again, err)
		}
	})
}
