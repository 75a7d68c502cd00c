package secretfile

import (
	"fmt"
	"path/filepath"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// Options are what a file is read with.
type Options struct {
	// Env looks up a variable of the environment. Nil means that there is none.
	Env func(name string) (string, bool)
	// Vars are variables from outside, as text: they stand above those of the file
	// and take their type where the text can be one.
	Vars map[string]string
	// UnsetEnvIsUnknown takes an unset variable for a value that is not known
	// yet instead of an error.
	UnsetEnvIsUnknown bool
	// Strict makes errors of keys that are only tolerated.
	Strict bool
}

// maxFaults is how many problems of one file are told.
const maxFaults = 1000

// Load reads the text of a Secretfile. It reports everything that is wrong, and
// returns what could be read beside it; the file is nil when the text could not
// be parsed.
func Load(path string, text []byte, options Options) (*File, diag.List) {
	sources := &diag.Sources{}
	root, found := parseYAML(path, text, sources)
	if root == nil {
		return nil, distinct(found)
	}
	if options.Env == nil {
		options.Env = func(string) (string, bool) { return "", false }
	}
	d := &decoder{
		file: &File{Path: path, Dir: filepath.Dir(path), Sources: sources}, root: root, strict: options.Strict,
		eval: &evaluator{
			variables: root.Get("variables"), given: options.Vars, env: options.Env,
			unset: options.UnsetEnvIsUnknown, resolved: map[string]Value{},
		},
	}
	d.decode()
	found = append(found, d.found...)
	found = append(found, d.eval.found...)
	return d.file, distinct(found)
}

// distinct sorts problems and drops those that say the same of the same place, as
// happens where a template or an alias is read many times.
func distinct(found diag.List) diag.List {
	type problem struct {
		code, summary string
		at            diag.Range
	}
	seen := map[problem]bool{}
	var out diag.List
	for _, f := range found.Sorted() {
		p := problem{f.Code, f.Summary, f.Range}
		if seen[p] {
			continue
		}
		seen[p] = true
		if len(out) == maxFaults {
			return append(out, diag.Diagnostic{Severity: diag.Error, Code: "too-many-problems", Summary: fmt.Sprintf("the file has more than %d problems", maxFaults), Hint: "mend these first"})
		}
		out = append(out, f)
	}
	return out
}

// decoder fills a file from its nodes.
type decoder struct {
	file         *File
	root         *Node
	strict       bool
	eval         *evaluator
	rotationTold bool
	found        diag.List
}

var topKeys = []string{
	"version", "metadata", "variables", "environments", "target_profiles", "providers",
	"secrets", "templates", "policies", "plugins", "labels", "annotations", "agent", "config",
}

func (d *decoder) decode() {
	d.file.Metadata.Project = "default"
	if !d.isMap(d.root, "the file") {
		return
	}
	d.keys(d.root, "the file", topKeys, nil)
	d.version(d.root.Get("version"))
	d.variables(d.root.Get("variables"))
	d.metadata(d.root.Get("metadata"))
	d.carried()
	d.providers(d.root.Get("providers"))
	d.templates(d.root.Get("templates"))
	d.secrets(d.root.Get("secrets"))
	d.unusedTemplates()
}

// variables are all resolved, which reports what is wrong in those that nothing
// uses.
func (d *decoder) variables(n *Node) {
	if n.isNull() || !d.isMap(n, "variables") {
		d.eval.variables = nil
		return
	}
	for i, e := range n.Entries {
		d.sealEntry(&n.Entries[i]) // any of them may become part of a value
		d.eval.named(e.Key, e.Value.Range)
	}
}

func (d *decoder) version(n *Node) {
	if n.isNull() {
		return
	}
	v := d.eval.value(n)
	if v.Kind() == schema.Unknown {
		return
	}
	if text := v.plain(); text != "1" && text != "1.0" || len(v.env) > 0 {
		d.report(n.Range, "unknown-version", "the version of the file is not understood", `this version of sz understands "1" and "1.0"`)
		return
	}
	d.file.Version = v.plain()
}

func (d *decoder) metadata(n *Node) {
	if n.isNull() || !d.isMap(n, "metadata") {
		return
	}
	m := &d.file.Metadata
	m.All = d.eval.value(n)
	project := m.All.Get("project")
	if project.IsNull() || project.Kind() == schema.Unknown {
		return
	}
	if d.secretEnv("metadata.project", project) {
		return
	}
	text := project.plain()
	if project.Kind() != schema.String || !projectForm.MatchString(text) {
		d.report(project.Range(), "bad-project", "metadata.project is not a usable name", "use up to 64 letters, digits, blanks, dots, underscores and hyphens, beginning with a letter or digit")
		return
	}
	m.Project, m.ProjectGiven, m.ProjectRange = text, true, project.Range()
}
