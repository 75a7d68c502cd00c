package wire

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"
)

// slow writes when it is told to, and says how far it is.
type slow struct {
	recorder
	started chan struct{}
	finish  chan struct{}
}

func (s *slow) Write(ctx context.Context, item WriteItem) WriteResult {
	ReportProgress(ctx, Progress{"storing " + item.Target.Address, 1, 2})
	s.started <- struct{}{}
	select {
	case <-s.finish:
	case <-ctx.Done():
	}
	return WriteResult{Outcome: Applied, Receipt: Receipt{Revision: "1"}}
}

func TestDrainWaitsForWritesAndRefusesNewOnes(t *testing.T) {
	h := &slow{started: make(chan struct{}, 1), finish: make(chan struct{})}
	client, _ := serve(t, h)
	changer, err := client.Begin(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	defer changer.Close()
	done := make(chan WriteResult, 1)
	go func() {
		result, _ := changer.Write(t.Context(), WriteItem{Target: TargetRef{Address: "a"}})
		done <- result
	}()
	<-h.started
	if err := client.Drain(t.Context(), time.Millisecond); err == nil {
		t.Error("drained while a write was under way")
	}
	if result, err := changer.Write(t.Context(), WriteItem{Target: TargetRef{Address: "b"}}); err != nil || result.Outcome != NotApplied {
		t.Errorf("a write after the drain: %v, %v", result.Outcome, err)
	}
	if _, err := client.CheckTargets(t.Context(), nil); err == nil {
		t.Error("a check after the drain was answered")
	}
	close(h.finish)
	if result := <-done; result.Outcome != Applied {
		t.Errorf("the write under way: %v", result.Outcome)
	}
	if err := client.Drain(t.Context(), time.Minute); err != nil {
		t.Error(err)
	}
}

func TestCancellingTheWriterEndsTheContextOfItsWrites(t *testing.T) {
	h := &slow{started: make(chan struct{}, 1), finish: make(chan struct{})}
	client, _ := serve(t, h)
	changer, err := client.Begin(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-h.started
		changer.Close()
	}()
	if _, err := changer.Write(t.Context(), WriteItem{}); err == nil {
		t.Error("a write outlived its writer")
	}
	if err := client.Drain(t.Context(), time.Minute); err != nil {
		t.Error(err)
	}
}

func TestProgressReachesTheOneWhoWaits(t *testing.T) {
	h := &slow{started: make(chan struct{}, 2), finish: make(chan struct{})}
	close(h.finish)
	client, _ := serve(t, h)
	changer, err := client.Begin(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	defer changer.Close()
	var mu sync.Mutex
	var heard []string
	for _, address := range []string{"a", "b"} {
		ctx := WithProgress(t.Context(), func(p Progress) {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, address+": "+p.Doing)
		})
		if _, err := changer.Write(ctx, WriteItem{Target: TargetRef{Address: address}}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"a: storing a", "b: storing b"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
}
