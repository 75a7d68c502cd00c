package secretfile

import (
	"path/filepath"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
)

// LoadPolicies reads a file that has policies as a Secretfile does, and nothing else:
// those of an organisation. Each is called after the file too, so that no Secretfile can
// name one and say where it holds.
func LoadPolicies(path string, text []byte) ([]Policy, diag.List) {
	sources := &diag.Sources{}
	language := syntax.LanguageOf(path, text)
	root, found := syntax.Parse(path, text, language, syntax.Secretfile, sources)
	if root == nil {
		return nil, distinct(found)
	}
	d := &decoder{
		file: &File{Path: path, Dir: filepath.Dir(path), Language: language, Environment: NoEnvironment, Sources: sources},
		root: root, language: language, strict: true, eval: newEvaluator(Options{}, language),
	}
	if d.isMap(root, "the file") {
		d.keys(root, "the file", []string{"policies"}, nil)
		d.policies(root.Get("policies"))
	}
	for i := range d.file.Policies {
		d.file.Policies[i].Name = path + ": " + d.file.Policies[i].Name
	}
	found = append(found, d.found...)
	return d.file.Policies, distinct(append(found, d.eval.found...))
}
