package secretfile

import (
	"fmt"
	"slices"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// Variables come in layers: those of the file, the files of its environment, the
// files of the command line, SZ_VAR_NAME, and --var NAME=TEXT. Maps of files merge
// deeply; all else is replaced.

// variables puts the layers of files together. All are resolved, which reports
// what is wrong in those that nothing uses.
func (d *decoder) variables(n *syntax.Node, profile *Profile) {
	if n.IsNull() || !d.isMap(n, "variables") {
		n = nil
	}
	for _, file := range d.variableFiles(profile) {
		n = overlay(n, d.variableFile(file))
	}
	d.eval.variables = n
	if n == nil {
		return
	}
	for i, e := range n.Entries {
		d.sealEntry(&n.Entries[i]) // any of them may become part of a value
		d.eval.named(e.Key, e.Value.Range)
	}
	d.eval.used = map[string]bool{}
}

// variableFiles are the files of the selected environment and of the command line.
func (d *decoder) variableFiles(profile *Profile) []VariableFile {
	var files []VariableFile
	if profile != nil {
		for _, path := range profile.VarFiles {
			if d.options.Files == nil {
				d.report(path.Range(), "unreadable-file", "files of variables cannot be read here", "")
				continue
			}
			file, err := d.options.Files.Variables(path.plain())
			if err != nil {
				d.report(path.Range(), "unreadable-file", fmt.Sprintf("variables of environment %s: %v", diag.Short(profile.Name), err), "")
				continue
			}
			if file.Notice != "" {
				d.notice(path.Range(), "file-elsewhere", file.Notice)
			}
			files = append(files, file)
		}
	}
	return append(files, d.options.VariableFiles...)
}

// variableFile is the map of a file of variables; nil when there is none in it.
// Values in it are masked like those of the Secretfile.
func (d *decoder) variableFile(file VariableFile) *syntax.Node {
	language := syntax.LanguageOf(file.Name, file.Text)
	n, found := syntax.Parse(file.Name, file.Text, language, syntax.Variables, d.file.Sources)
	d.found = append(d.found, without(found, "empty-file")...)
	if n.IsNull() || !d.isMap(n, "a file of variables") {
		return nil
	}
	for i := range n.Entries {
		d.sealEntry(&n.Entries[i])
	}
	return n
}

func without(found diag.List, code string) diag.List {
	return slices.DeleteFunc(found, func(f diag.Diagnostic) bool { return f.Code == code })
}

// overlay lays a map over another.
func overlay(base, over *syntax.Node) *syntax.Node {
	if base == nil || base.Kind != schema.Map || over == nil || over.Kind != schema.Map {
		if over == nil {
			return base
		}
		return over
	}
	out := *base
	out.Entries = slices.Clone(base.Entries)
	for _, e := range over.Entries {
		if earlier := out.Entry(e.Key); earlier != nil {
			e.Value = overlay(earlier.Value, e.Value)
			*earlier = e
			continue
		}
		out.Entries = append(out.Entries, e)
	}
	return &out
}

// unusedVariables tells of variables of the command line that nothing reads: a
// mistyped name is one.
func (d *decoder) unusedVariables() {
	var names []string
	for name := range d.options.Vars {
		if d.eval.variables.Get(name) == nil && !d.eval.used[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		found := diag.Diagnostic{Severity: diag.Warning, Code: "unused-variable", Summary: fmt.Sprintf("variable %s of the command line is used by nothing", diag.Short(name))}
		if near := schema.Nearest(name, d.eval.declared()); near != "" {
			found.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		d.found = append(d.found, found)
	}
}
