package secretfile

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

const templatePrefix = "templates."

// The kinds of value that no plugin makes: one stands in the file, the other is
// built out of other secrets.
const (
	KindStatic  = "static"
	KindCompose = "compose"
)

var secretKeys = []string{
	"name", "kind", "config", "targets", "description", "one_time", "rotation_period", "rotation",
	"source", "local", "process_tags", "adopt", "prevent_destroy",
}

func (d *decoder) secrets(n *syntax.Node) {
	if n.IsNull() {
		d.report(d.root.Range, "no-secrets", "the file declares no secrets", d.either("list them under `secrets:`", `declare each with secret "NAME" { … }`))
		return
	}
	if !d.isList(n, "secrets") {
		return
	}
	first := make(map[string]diag.Range, len(n.Items))
	d.file.Secrets = make([]Secret, 0, len(n.Items))
	for _, item := range n.Items {
		if !d.isMap(item, "a secret") {
			continue
		}
		s := d.secret(item)
		if !d.name(s.Name, s.NameRange, "secret") {
			continue
		}
		if earlier, twice := first[s.Name]; twice {
			d.found = append(d.found, diag.Diagnostic{
				Severity: diag.Error, Code: "duplicate-secret", Summary: fmt.Sprintf("secret %s is declared twice", s.Name), Range: s.NameRange,
				Related: []diag.Related{{Range: earlier, Text: "the first one"}},
			})
			continue
		}
		first[s.Name] = s.NameRange
		d.declareAll(s)
		d.file.Secrets = append(d.file.Secrets, s)
	}
}

func (d *decoder) secret(n *syntax.Node) Secret {
	s := Secret{Range: n.Range}
	s.Name, s.NameRange = d.word(n, "name", "a secret")
	of := "a secret"
	if s.Name != "" {
		of = "secret " + diag.Short(s.Name)
	}
	d.keys(n, of, secretKeys, []string{"vars", "timeout"})
	s.Description = d.description(n, of)
	s.OneTime = d.flag(n, "one_time", of)
	s.Local = d.flag(n, "local", of)
	s.Adopt = d.flag(n, "adopt", of)
	s.PreventDestroy = d.flag(n, "prevent_destroy", of)
	s.ProcessTags = d.eval.value(n.Get("process_tags"))
	s.Source = d.source(n, of)
	d.rotation(&s, n, of)
	d.kind(&s, n, of)
	s.Definition = d.definition(n, d.root.Get("templates").Get(s.Template))
	return s
}

func (d *decoder) kind(s *Secret, n *syntax.Node, of string) {
	kind, at := d.word(n, "kind", of)
	s.Targets = d.targets(n.Get("targets"), of)
	if template, ok := strings.CutPrefix(kind, templatePrefix); ok {
		if s.Source != nil {
			d.report(s.Source.Range, "misplaced-key", "source of "+of+" has no effect: it is of a template", "take the value into a secret of its own, and read that in a field of the template")
		}
		if config := n.Entry("config"); config != nil && !config.Value.IsNull() {
			d.sealEntry(config)
			d.report(config.KeyRange, "misplaced-key", "config of "+of+" has no effect: it is of a template", "configure the generators of the template's fields")
		}
		d.use(s, n, template, at)
		return
	}
	g := d.generator(kind, at, n, of)
	if d.name(kind, at, "kind") {
		s.Generator = &g
		d.mustBeStored(*s, n)
	}
}

// rotation reads rotation_period, or rotation with its period and overlap.
func (d *decoder) rotation(s *Secret, n *syntax.Node, of string) {
	s.RotationPeriod = d.period(n, "rotation_period", of, true)
	at := n.Entry("rotation_period")
	if e := n.Entry("rotation"); e != nil && !e.Value.IsNull() && d.isMap(e.Value, "rotation of "+of) {
		d.keys(e.Value, "rotation of "+of, []string{"period", "overlap"}, nil)
		if inner := e.Value.Entry("period"); inner != nil && at != nil {
			d.found = append(d.found, diag.Diagnostic{
				Severity: diag.Error, Code: "duplicate-key", Summary: "the period stands in rotation and in rotation_period", Hint: "keep one of them",
				Range: inner.KeyRange, Related: []diag.Related{{Range: at.KeyRange, Text: "the other one"}},
			})
		} else if inner != nil {
			s.RotationPeriod = d.period(e.Value, "period", "rotation of "+of, true)
		}
		s.Overlap = d.period(e.Value, "overlap", "rotation of "+of, false)
	}
}

// generator is a kind with its config. What it states is sealed: in the model,
// and in the lines of the file that messages quote.
func (d *decoder) generator(kind string, at diag.Range, owner *syntax.Node, of string) Generator {
	g := Generator{Kind: kind, KindRange: at, Range: at}
	config := owner.Get("config")
	d.sealStated(kind, config)
	g.Config = d.generatorConfig(kind, owner, of)
	if !config.IsNull() {
		g.Range = config.Range
	}
	var fields []ValueField
	for _, f := range g.Config.fields {
		if f.Name == "rotation_period" {
			d.legacy(f.KeyRange, f.Name, "the configuration of "+of)
			continue
		}
		if states(kind, f.Name) {
			d.found = append(d.found, publicText(f.Value)...)
			f.Value = sealed(f.Value)
		}
		fields = append(fields, f)
	}
	g.Config.fields = fields
	return g
}

// generatorConfig reads a configuration; where a value is built in it, secrets may
// be read.
func (d *decoder) generatorConfig(kind string, owner *syntax.Node, of string) Value {
	n := owner.Get("config")
	if kind == KindScript && !n.IsNull() && n.Kind == schema.Map {
		return d.script(n)
	}
	if n.IsNull() || n.Kind != schema.Map || kind != KindStatic && kind != KindCompose {
		return d.config(owner, of)
	}
	out := Value{kind: schema.Map, at: n.Range, size: 1}
	for _, e := range n.Entries {
		if kind == KindCompose && e.Key == templateKey {
			v := d.templateFile(e.Value, of)
			if n.Entry("value") != nil {
				v = unknown(e.Value.Range) // two texts for one value, which its schema refuses
			}
			out.fields = append(out.fields, ValueField{e.Key, e.KeyRange, v})
			continue
		}
		d.eval.buildsValue = (e.Key == "value" || e.Key == "default") && e.Value.Kind == schema.String
		v := d.eval.value(e.Value)
		d.eval.buildsValue = false
		out.fields, out.size = append(out.fields, ValueField{e.Key, e.KeyRange, v}), out.size+v.size+len(e.Key)
	}
	return out
}

// mustBeStored refuses a value that would be made and put nowhere. Targets that
// are written wrongly have been reported already.
func (d *decoder) mustBeStored(s Secret, n *syntax.Node) {
	made := s.Generator != nil && s.Generator.Kind != KindStatic
	places := []*syntax.Node{n, d.root.Get("templates").Get(s.Template)}
	for _, f := range s.Fields {
		made = made || f.Generator.Kind != KindStatic
		places = append(places, d.root.Get("templates").Get(s.Template).Get("fields").Get(f.Name))
	}
	for _, place := range places {
		if targets := place.Get("targets"); targets != nil && (targets.Kind != schema.List || len(targets.Items) > 0) {
			return
		}
	}
	if made {
		d.report(s.NameRange, "no-target", fmt.Sprintf("secret %s has no target: its value would be made and lost", diag.Short(s.Name)), "add a target")
	}
}
