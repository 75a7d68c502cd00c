package secretfile

import (
	"fmt"
	"path/filepath"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// maxFaults is how many problems of one file are told.
const maxFaults = 1000

// Load reads the text of a Secretfile, in the language that its name says. It
// reports everything that is wrong, and returns what could be read beside it; the
// file is nil when the text could not be parsed.
func Load(path string, text []byte, options Options) (*File, diag.List) {
	sources := &diag.Sources{}
	language := syntax.LanguageOf(path, text)
	root, found := syntax.Parse(path, text, language, syntax.Secretfile, sources)
	if root == nil {
		return nil, distinct(found)
	}
	d := &decoder{
		file: &File{Path: path, Dir: filepath.Dir(path), Language: language, Environment: NoEnvironment, Sources: sources},
		root: root, language: language, options: options, strict: options.Strict, eval: newEvaluator(options, language),
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
	file      *File
	root      *syntax.Node
	language  syntax.Language
	options   Options
	strict    bool
	eval      *evaluator
	overrides []override
	found     diag.List
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
	profile := d.environments(d.root.Entry("environments"))
	d.variables(d.root.Get("variables"), profile)
	d.version(d.root.Get("version"))
	d.metadata(d.root.Get("metadata"))
	d.carried()
	d.policies(d.root.Get("policies"))
	d.targetProfiles(d.root.Get("target_profiles"))
	d.providers(d.root.Get("providers"))
	d.templates(d.root.Get("templates"))
	d.secrets(d.root.Get("secrets"))
	d.unusedTemplates()
	d.unusedOverrides()
	d.unusedVariables()
}

func (d *decoder) version(n *syntax.Node) {
	if n.IsNull() {
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

func (d *decoder) metadata(n *syntax.Node) {
	if n.IsNull() || !d.isMap(n, "metadata") {
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
