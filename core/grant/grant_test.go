package grant

import (
	"reflect"
	"testing"
)

func TestSets(t *testing.T) {
	asked := Set{Network: []string{"b:443", "a:443"}, Env: []string{"X"}}
	granted := Set{Network: []string{"a:443"}, Exec: []string{"az"}}
	for name, c := range map[string]struct{ got, want Set }{
		"union":        {asked.Union(granted), Set{Network: []string{"a:443", "b:443"}, Env: []string{"X"}, Exec: []string{"az"}}},
		"intersection": {asked.Intersect(granted), Set{Network: []string{"a:443"}}},
		"missing":      {asked.Missing(granted), Set{Network: []string{"b:443"}, Env: []string{"X"}}},
		"nothing":      {asked.Missing(asked), Set{}},
		"with":         {granted.With(Network, "a:443", "0:1"), Set{Network: []string{"0:1", "a:443"}, Exec: []string{"az"}}},
		"no such kind": {granted.With("all", "x"), granted},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, c.got, c.want)
		}
	}
	if asked.Network[0] != "b:443" || granted.Network[0] != "a:443" || len(granted.Network) != 1 {
		t.Error("a set was changed by a method")
	}
	if !(Set{}).Empty() || asked.Empty() {
		t.Error("Empty")
	}
}

func TestEveryKindHasAPlace(t *testing.T) {
	var all Set
	for _, k := range Kinds {
		all = all.With(k, "x")
	}
	v := reflect.ValueOf(all)
	for i := range v.NumField() {
		if v.Field(i).Len() != 1 {
			t.Errorf("%s has no kind", v.Type().Field(i).Name)
		}
	}
	if len(all.Lines()) != len(Kinds) {
		t.Errorf("%d lines", len(all.Lines()))
	}
}
