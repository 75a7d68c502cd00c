package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/schema"
)

// NoPlugin is the code of what an installation lacks, and not the file.
const NoPlugin = "no-plugin"

// missing are the kinds that no installed plugin serves, each with what it is
// needed for.
type missing map[string][]string

func (m missing) add(kind string, use ...string) { m[kind] = append(m[kind], use...) }

// unknownProvider reports a kind of provider that is probably mistyped. Any other
// is told of once for all.
func (b *builder) unknownProvider(p secretfile.Provider) {
	if near := schema.Nearest(p.Kind, b.kinds.ProviderKinds()); near != "" {
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "unknown-provider", Range: p.KindRange,
			Summary: fmt.Sprintf("no installed plugin serves providers of kind %q", p.Kind), Hint: fmt.Sprintf("did you mean %q?", near),
		})
		return
	}
	b.missing.add("provider " + p.Kind)
}

// unknownGenerator is the same for a kind of value.
func (b *builder) unknownGenerator(g secretfile.Generator, secret string) {
	if near := schema.Nearest(g.Kind, append(b.kinds.GeneratorKinds(), value.Kinds()...)); near != "" {
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "unknown-kind", Range: g.KindRange,
			Summary: fmt.Sprintf("no installed plugin makes values of kind %q", g.Kind), Hint: fmt.Sprintf("did you mean %q?", near),
		})
		return
	}
	b.missing.add("value "+g.Kind, secret)
}

// report is one list of all kinds that no installed plugin serves. The rest of the
// file has been checked in full.
func (m missing) report(kinds Kinds) diag.List {
	if len(m) == 0 {
		return nil
	}
	var names, lines []string
	for _, kind := range slices.Sorted(maps.Keys(m)) {
		names = append(names, kind)
		uses := slices.Compact(slices.Sorted(slices.Values(m[kind])))
		if len(uses) == 0 {
			uses = []string{"no target of it"}
		}
		lines = append(lines, kind+", for "+strings.Join(uses, ", "))
	}
	lines = append(lines, "installed are "+installed(kinds))
	return diag.List{{
		Severity: diag.Error, Code: NoPlugin, Summary: "no installed plugin serves " + strings.Join(names, ", "), Detail: strings.Join(lines, "\n"),
		Hint: "install a plugin that does; --plugin-dir names a directory with plugins, and `make build` puts sz and its own into one",
	}}
}

func installed(kinds Kinds) string {
	var names []string
	for _, kind := range kinds.ProviderKinds() {
		names = append(names, "provider "+kind)
	}
	for _, kind := range kinds.GeneratorKinds() {
		names = append(names, "value "+kind)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
