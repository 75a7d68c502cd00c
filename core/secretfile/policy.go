package secretfile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// The kinds of policy.
const (
	KindRotation   = "rotation"
	KindAccess     = "access"
	KindCompliance = "compliance"
	KindIdentity   = "provider_identity"
)

// Policy is a rule that a file must keep. The package core/policy judges.
type Policy struct {
	Name     string
	Range    diag.Range // of the name
	Kind     string
	Severity diag.Severity // of what breaks it
	Enabled  bool

	// Of kind rotation.
	MaxAge          time.Duration // zero: no limit
	RequireRotation bool

	// Of kind access: kinds of target, or provider/kind.
	Allowed, Denied []string

	// Of kind compliance: names of frameworks.
	Frameworks []string

	// Of kind provider_identity.
	Providers []string // aliases or kinds; empty: all
	MatchAny  bool     // one rule is enough
	Rules     []Rule
}

// Rule says what a claim of an identity must be: equal to a text, or like a
// pattern with * for any text.
type Rule struct {
	Field  string
	Glob   string
	Equals bool // Glob is a text, not a pattern
	Range  diag.Range
}

// policyKeys are the keys of each kind, beside those of all.
var policyKeys = map[string][]string{
	KindRotation:   {"max_age", "require_rotation_period"},
	KindAccess:     {"allowed_targets", "denied_targets"},
	KindCompliance: {"frameworks"},
	KindIdentity:   {"providers", "match", "rules"},
}

var severities = map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "info": diag.Notice}

func (d *decoder) policies(n *syntax.Node) {
	if n.IsNull() || !d.isMap(n, "policies") {
		return
	}
	for _, e := range n.Entries {
		if d.name(e.Key, e.KeyRange, "policy") {
			if p, ok := d.policy(e); ok {
				d.file.Policies = append(d.file.Policies, p)
			}
		}
	}
}

func (d *decoder) policy(e syntax.Entry) (Policy, bool) {
	p := Policy{Name: e.Key, Range: e.KeyRange, Severity: diag.Error, Enabled: true}
	of := "policy " + diag.Short(e.Key)
	n := e.Value
	if !d.isMap(n, of) {
		return p, false
	}
	var at diag.Range
	p.Kind, at = d.word(n, "kind", of)
	own, known := policyKeys[p.Kind]
	if !known {
		if p.Kind != "" {
			d.report(at, "unknown-policy", fmt.Sprintf("policy kind %q is not known", diag.Short(p.Kind)), "the kinds are rotation, access, compliance and provider_identity")
		}
		return p, false
	}
	d.keys(n, of, slices.Concat([]string{"kind", "severity", "enabled", "description"}, own), nil)
	d.description(n, of)
	if v := d.setting(n, "enabled", of, schema.Bool); !v.IsNull() {
		p.Enabled = v.Schema().Bool()
	}
	if v := d.setting(n, "severity", of, schema.String); !v.IsNull() {
		if p.Severity, known = severities[v.plain()]; !known {
			d.report(v.at, "unknown-severity", fmt.Sprintf("severity of %s is not known", of), "use error, warning or info")
		}
	}
	p.MaxAge = d.period(n, "max_age", of, true)
	p.RequireRotation = d.flag(n, "require_rotation_period", of)
	p.Allowed = d.words(n, "allowed_targets", of)
	p.Denied = d.words(n, "denied_targets", of)
	p.Frameworks = d.words(n, "frameworks", of)
	p.Providers = d.words(n, "providers", of)
	d.rules(&p, n, of)
	return p, true
}

func (d *decoder) rules(p *Policy, n *syntax.Node, of string) {
	if v := d.setting(n, "match", of, schema.String); !v.IsNull() {
		if p.MatchAny = v.plain() == "any"; !p.MatchAny && v.plain() != "all" {
			d.report(v.at, "wrong-type", fmt.Sprintf("match of %s must be all or any", of), "")
		}
	}
	list := n.Get("rules")
	if list.IsNull() || !d.isList(list, "rules of "+of) {
		return
	}
	for _, item := range list.Items {
		what := "a rule of " + of
		if !d.isMap(item, what) {
			continue
		}
		d.keys(item, what, []string{"field", "glob", "equals"}, nil)
		r := Rule{Range: item.Range}
		r.Field, _ = d.word(item, "field", what)
		equals := d.setting(item, "equals", what, schema.String)
		glob := d.setting(item, "glob", what, schema.String)
		switch {
		case equals.IsNull() == glob.IsNull():
			if item.Get("equals").IsNull() == item.Get("glob").IsNull() {
				d.report(item.Range, "missing-key", what+" needs one of glob and equals", "")
			}
		case glob.IsNull():
			r.Glob, r.Equals = equals.plain(), true
		default:
			r.Glob = glob.plain()
		}
		p.Rules = append(p.Rules, r)
	}
}

// words is an optional list of texts.
func (d *decoder) words(owner *syntax.Node, key, of string) []string {
	n := owner.Get(key)
	if n.IsNull() {
		return nil
	}
	v := d.eval.value(n)
	if v.Kind() == schema.Unknown {
		return nil
	}
	if v.Kind() != schema.List {
		d.report(n.Range, "wrong-type", fmt.Sprintf("%s of %s must be a list, not %s", key, of, v.Kind()), "")
		return nil
	}
	var texts []string
	for _, item := range v.items {
		switch item.kind {
		case schema.Unknown:
		case schema.String:
			texts = append(texts, item.plain())
		default:
			d.report(item.at, "wrong-type", fmt.Sprintf("%s of %s must hold texts, not %s", key, of, item.kind), "")
		}
	}
	return texts
}

// hasPolicy reports whether a text names a policy of a kind.
func (d *decoder) hasPolicy(name Value, kind string) bool {
	return name.Kind() == schema.String && slices.ContainsFunc(d.file.Policies, func(p Policy) bool { return p.Name == name.plain() && p.Kind == kind })
}

func cutKind(key string) (provider, kind string) {
	if provider, kind, ok := strings.Cut(key, "/"); ok {
		return provider, kind
	}
	return "", key
}
