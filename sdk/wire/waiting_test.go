package wire

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// sleeper is a handler whose store wants pauses while it is looked at.
type sleeper struct {
	recorder
	pauses int
}

func (s *sleeper) Inspect(ctx context.Context, items []InspectItem, _ []byte, answer func(int, State)) []Diagnostic {
	for n := range s.pauses {
		ReportWaiting(ctx, Waiting{"kv.example", time.Duration(n+1) * time.Second})
	}
	for i := range items {
		answer(i, State{Presence: Absent})
		ReportWaiting(ctx, Waiting{"kv.example", time.Minute})
	}
	return nil
}

// Pauses are told to a host that takes them, and never mistaken for answers.
func TestWaiting(t *testing.T) {
	items := make([]InspectItem, 3)
	for _, listens := range []bool{true, false} {
		client, _ := serve(t, &sleeper{pauses: 2})
		ctx := t.Context()
		var heard []Waiting
		if listens {
			ctx = WithWaiting(ctx, func(w Waiting) { heard = append(heard, w) })
		}
		states, err := client.Inspect(ctx, items, nil)
		if err != nil || slices.ContainsFunc(states, func(s State) bool { return s.Presence != Absent }) {
			t.Errorf("listens %t: %v, %v", listens, states, err)
		}
		minute := Waiting{"kv.example", time.Minute}
		want := []Waiting{{"kv.example", time.Second}, {"kv.example", 2 * time.Second}, minute, minute, minute}
		if !listens {
			want = nil
		}
		if !slices.Equal(heard, want) {
			t.Errorf("listens %t: heard %v", listens, heard)
		}
	}
}

// A plugin that tells of pauses without end does not keep its host for ever.
func TestPausesWithoutEnd(t *testing.T) {
	client, _ := serve(t, &sleeper{pauses: maxPauses + 1})
	_, err := client.Inspect(WithWaiting(t.Context(), func(Waiting) {}), make([]InspectItem, 1), nil)
	if err == nil || !strings.Contains(err.Error(), "pauses") {
		t.Errorf("%v", err)
	}
}
