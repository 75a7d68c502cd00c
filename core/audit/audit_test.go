package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func event(secret string) Event {
	return Event{Kind: "end", Command: "apply", Project: "shop", Environment: "-", Time: time.Now(), Steps: []Step{{Secret: secret, Address: "file:.env#" + secret, Action: "create", Outcome: "done"}}}
}

func record(t *testing.T, events int) (path string, heads []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "audit", "p.jsonl")
	for i := range events {
		head, err := Append(path, event(fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, head)
	}
	return path, heads
}

func TestEventsFollowEachOther(t *testing.T) {
	path, heads := record(t, 3)
	n := 0
	if err := Read(path, func(e Event, hash string) error {
		if e.Number != n+1 || hash != heads[n] || e.Steps[0].Secret != fmt.Sprint(n) {
			t.Errorf("%+v %s", e, hash)
		}
		n++
		return nil
	}); err != nil || n != 3 {
		t.Errorf("%d events, %v", n, err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Error(info.Mode())
	}
}

func TestWhatWasChangedIsFound(t *testing.T) {
	lines := func(text []byte) [][]byte { return bytes.SplitAfter(text, []byte("\n")) }
	cases := []struct {
		name   string
		change func([]byte) []byte
		line   int
	}{
		{"a word", func(b []byte) []byte { return bytes.Replace(b, []byte(`"secret":"1"`), []byte(`"secret":"7"`), 1) }, 3},
		{"a line is cut", func(b []byte) []byte { l := lines(b); return bytes.Join([][]byte{l[0], l[2], l[3]}, nil) }, 2},
		{"the first is cut", func(b []byte) []byte { return bytes.Join(lines(b)[1:], nil) }, 1},
		{"two change places", func(b []byte) []byte { l := lines(b); return bytes.Join([][]byte{l[0], l[2], l[1], l[3]}, nil) }, 2},
		{"the end is broken off", func(b []byte) []byte { return b[:len(b)-10] }, 4},
		{"something else", func(b []byte) []byte { return append(b, "hello\n"...) }, 5},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path, _ := record(t, 4)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.change(text), 0o600); err != nil {
				t.Fatal(err)
			}
			err = Read(path, func(Event, string) error { return nil })
			var broken *BrokenError
			if !errors.As(err, &broken) || broken.Line != c.line {
				t.Errorf("%v, want line %d", err, c.line)
			}
		})
	}
}

func TestABrokenRecordIsNotAddedTo(t *testing.T) {
	path, _ := record(t, 1)
	text, _ := os.ReadFile(path)
	if err := os.WriteFile(path, text[:len(text)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Append(path, event("x")); err == nil || !strings.Contains(err.Error(), "broken off") {
		t.Error(err)
	}
}

func TestAppendsOfManyFollowEachOther(t *testing.T) {
	path, _ := record(t, 1)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				e := event("many")
				e.Reason = strings.Repeat("x", 20_000) // longer than one look at the end
				if _, err := Append(path, e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	n := 0
	if err := Read(path, func(Event, string) error { n++; return nil }); err != nil || n != 81 {
		t.Errorf("%d events, %v", n, err)
	}
}
