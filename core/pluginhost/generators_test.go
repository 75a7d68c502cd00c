package pluginhost

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

func TestItemsGoInAsManyCallsAsTheirSizeNeeds(t *testing.T) {
	of := func(bytes int) GeneratorItem {
		return GeneratorItem{Kind: "k", Files: []ProjectFile{{Path: "f", Data: make([]byte, bytes)}}}
	}
	for name, c := range map[string]struct {
		items []GeneratorItem
		want  []int
	}{
		"none":          {nil, nil},
		"small":         {make([]GeneratorItem, 3), []int{3}},
		"many":          {make([]GeneratorItem, 2*MaxBatch+1), []int{MaxBatch, MaxBatch, 1}},
		"large":         {[]GeneratorItem{of(1 << 20), of(1 << 20), of(1 << 20)}, []int{1, 1, 1}},
		"some of them":  {[]GeneratorItem{of(1 << 19), of(1 << 19), of(1 << 19), of(1 << 20)}, []int{3, 1}},
		"larger than a": {[]GeneratorItem{of(maxItems + 1), of(1)}, []int{1, 1}},
	} {
		var calls []int
		if err := inCalls(c.items, func(some []GeneratorItem) error { calls = append(calls, len(some)); return nil }); err != nil || !slices.Equal(calls, c.want) {
			t.Errorf("%s: calls of %v, want %v", name, calls, c.want)
		}
	}
	calls := 0
	if err := inCalls(make([]GeneratorItem, 2*MaxBatch), func([]GeneratorItem) error { calls++; return errors.New("x") }); err == nil || calls != 1 {
		t.Errorf("%d calls after a failure", calls)
	}
}

func TestTheSizeOfTextCounts(t *testing.T) {
	text := schema.NewString(strings.Repeat("x", 1000))
	if size := sizeOf(GeneratorItem{Config: schema.NewMap([]schema.Field{{Name: "a", Value: schema.NewList([]schema.Value{text, text})}})}); size < 2000 || size > 2500 {
		t.Errorf("2000 bytes of text are taken for %d", size)
	}
}

// TestOnlyOurOwnGeneratorsGetAPlaceToWork asks for programs as a plugin of ours and as
// a stranger's.
func TestOnlyOurOwnGeneratorsGetAPlaceToWork(t *testing.T) {
	h := New(Options{})
	defer func() { _ = h.Close() }()
	asking := Served{Description: Description{Generators: []wire.GeneratorDescription{{
		Kind: "k", Permissions: []wire.Permission{{Kind: wire.ReadFrom, Value: "config.command"}, {Kind: wire.Programs}},
	}}}}
	if place, err := h.workplace(asking); err != nil || place != "" {
		t.Errorf("a stranger gets %v (%v)", place, err)
	}
	asking.FirstParty = true
	if place, err := h.workplace(asking); err != nil || !filepath.IsAbs(place) {
		t.Errorf("one of ours gets %v (%v)", place, err)
	}
	if settings := FileSettings(asking.Generators[0]); !slices.Equal(settings, []string{"command"}) {
		t.Errorf("settings %v", settings)
	}
	asking.Generators[0].Permissions = nil
	if place, err := h.workplace(asking); err != nil || place != "" {
		t.Errorf("one that asks for nothing gets %v (%v)", place, err)
	}
}
