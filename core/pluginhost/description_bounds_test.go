package pluginhost

import (
	"fmt"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// nested is a schema of objects in objects.
func nested(depth int) schema.Object {
	o := schema.Object{Attributes: []schema.Attribute{{Name: "leaf", Type: schema.Type{Kind: schema.String}}}}
	for range depth - 1 {
		inner := o
		o = schema.Object{Attributes: []schema.Attribute{{Name: "o", Type: schema.Type{Kind: schema.Map, Object: &inner}}}}
	}
	return o
}

func patterned(pattern string) schema.Object {
	return schema.Object{Attributes: []schema.Attribute{{Name: "a", Type: schema.Type{Kind: schema.String}, Pattern: pattern}}}
}

func TestDescriptionsAreBounded(t *testing.T) {
	serving := func(kind string, config schema.Object) Description {
		return Description{Name: "p", Version: "1.0.0", Providers: []wire.ProviderDescription{{Kind: kind, Config: config}}}
	}
	many, twice, large := serving("k", schema.Object{}), serving("k", schema.Object{}), serving("k", schema.Object{})
	for i := range maxKinds {
		many.Generators = append(many.Generators, wire.GeneratorDescription{Kind: fmt.Sprintf("k%d", i)})
	}
	twice.Providers = append(twice.Providers, twice.Providers[0])
	large.Summary = strings.Repeat("x", maxDescription)
	for name, c := range map[string]struct {
		d    Description
		want string
	}{
		"an ordinary one":       {serving("k", nested(8)), ""},
		"too deep":              {serving("k", nested(40)), "nested more than 16 deep"},
		"a long pattern":        {serving("k", patterned(strings.Repeat("a", maxPattern+1))), "longer than 1024"},
		"a pattern that is not": {serving("k", patterned("(")), "the pattern of a is none"},
		"a kind with a newline": {serving("k\nx", schema.Object{}), "is no name"},
		"a kind twice":          {twice, "twice"},
		"too many kinds":        {many, "more than 1000 kinds"},
		"too large":             {large, "larger than 1 MiB"},
	} {
		err := validDescription(Candidate{Name: "p"}, c.d)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestTextsAreMaskedBeforeTheyAreCut has a value across the place where a text is cut.
func TestTextsAreMaskedBeforeTheyAreCut(t *testing.T) {
	h := New(Options{})
	value := "a-value-that-is-known-here"
	h.mask.AddMade(secret.NewText(secret.FromString(value)))
	text := strings.Repeat("s", maxText-len(value)/2) + value + strings.Repeat("t", 1<<20)
	got := h.masked([]PluginDiagnostic{{Summary: text, Detail: text, Hint: text, Code: "Not A\x1b Code"}})[0]
	for _, told := range []string{got.Summary, got.Detail, got.Hint} {
		if strings.Contains(told, value[:4]) || len(told) > maxText+8 {
			t.Errorf("%d bytes, the last of which are %q", len(told), told[maxText-20:])
		}
	}
	if got.Code != "" {
		t.Errorf("code %q", got.Code)
	}
}
