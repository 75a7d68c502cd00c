package secretfile

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// definition is a digest of how a secret is defined, as it is written: kinds,
// settings and targets, before any interpolation. Text in value positions is
// replaced by its kind, so that nothing derived from a value is in the digest.
// Comments, layout, the order of keys and the aliases of providers do not change
// it.
func (d *decoder) definition(secret, template *syntax.Node) string {
	var b strings.Builder
	b.WriteString("sz-definition-1\n")
	writeGenerator(&b, secret)
	d.writeTargets(&b, secret.Get("targets"))
	if fields := template.Get("fields"); fields != nil {
		for _, f := range fields.Entries {
			b.WriteString("field " + strconv.Quote(f.Key) + "\n")
			writeGenerator(&b, f.Value.Get("generator"))
			d.writeTargets(&b, f.Value.Get("targets"))
		}
	}
	d.writeTargets(&b, template.Get("targets"))
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

func writeGenerator(b *strings.Builder, n *syntax.Node) {
	kind := n.Get("kind")
	if kind.IsNull() {
		return
	}
	b.WriteString("kind ")
	writeText(b, kind)
	b.WriteByte('\n')
	config := n.Get("config")
	if config.IsNull() {
		return
	}
	if config.Kind != schema.Map {
		writeNode(b, config, true)
		return
	}
	for _, e := range sortedEntries(config) {
		b.WriteString(strconv.Quote(e.Key) + "=")
		value := states(kind.Text, e.Key)
		writeNode(b, e.Value, value || secretName.MatchString(e.Key))
		b.WriteByte('\n')
	}
}

func (d *decoder) writeTargets(b *strings.Builder, n *syntax.Node) {
	if n == nil {
		return
	}
	for _, t := range n.Items {
		b.WriteString("target ")
		writeNode(b, t.Get("kind"), false)
		writeNode(b, t.Get("config"), false)
		for _, o := range d.overridesFor(textOf(t.Get("provider")), textOf(t.Get("kind"))) {
			writeNode(b, o, false)
		}
		b.WriteByte('\n')
	}
}

func textOf(n *syntax.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// writeNode is canonical; value replaces what scalars say by what they are.
func writeNode(b *strings.Builder, n *syntax.Node, value bool) {
	if n == nil {
		b.WriteString("null")
		return
	}
	switch n.Kind {
	case schema.Map:
		b.WriteByte('{')
		for _, e := range sortedEntries(n) {
			b.WriteString(strconv.Quote(e.Key) + ":")
			writeNode(b, e.Value, value)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case schema.List:
		b.WriteByte('[')
		for _, item := range n.Items {
			writeNode(b, item, value)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		if value {
			b.WriteString("<" + n.Kind.String() + ">")
			return
		}
		b.WriteString(n.Kind.String() + " ")
		writeText(b, n)
	}
}

// writeText is the same for the same text in either language.
func writeText(b *strings.Builder, n *syntax.Node) {
	if n.Kind != schema.String {
		b.WriteString(strconv.Quote(n.Text))
		return
	}
	for _, p := range n.Flat() {
		if p.Expr == nil {
			b.WriteString(strconv.Quote(p.Literal))
		} else {
			b.WriteString(syntax.YAML.Expression(p.Expr))
		}
	}
}

func sortedEntries(n *syntax.Node) []syntax.Entry {
	entries := slices.Clone(n.Entries)
	slices.SortFunc(entries, func(a, b syntax.Entry) int { return strings.Compare(a.Key, b.Key) })
	return entries
}
