package secretfile_test

import (
	cmp2 "cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

var update = flag.Bool("update", false, "write what the cases give into testdata; read the difference before you keep it")

// A case is a Secretfile in both languages, in Secretfile.yml and Secretfile.hcl,
// and what comes of them in want: one model, and one list of problems with their
// places in each. Cases of what only one language can say have one of the two, or
// Secretfile.quoted for bytes that an editor would lose. Beside them stand env and
// vars as NAME=value lines, options as words, and further files by their names;
// those whose names begin with -- are files of the command line.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	both := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := parseCase(t, archive)
		if len(c.texts) == 2 {
			both++
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { c.run(t, file, archive) })
	}
	if both < 150 {
		t.Errorf("%d cases are in both languages", both)
	}
}

func (c *testCase) run(t *testing.T, file string, archive *txtar.Archive) {
	var models []string
	var problems []diag.List
	for _, s := range c.texts {
		f, found := secretfile.Load(s.name, s.text, c.options)
		checkRanges(t, s.text, found)
		if f == nil && len(found) == 0 {
			t.Fatal("no file and no problem")
		}
		models, problems = append(models, showModel(f)), append(problems, found)
	}
	if len(models) == 2 {
		if diff := cmp.Diff(models[0], models[1]); diff != "" {
			t.Fatalf("the languages differ in the model (-YAML +HCL):\n%s", diff)
		}
	}
	got := models[0] + side(t, problems)
	if *update {
		c.want.Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(c.want.Data), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

type source struct {
	name string
	text []byte
}

type testCase struct {
	texts   []source
	options secretfile.Options
	want    *txtar.File
}

// given are the further files of a case.
type given map[string][]byte

// Variables reads a file of a case.
func (g given) Variables(path string) (secretfile.VariableFile, error) {
	text, ok := g[path]
	if !ok {
		return secretfile.VariableFile{}, errors.New("there is no file " + path)
	}
	file := secretfile.VariableFile{Name: path, Text: text}
	if strings.HasPrefix(path, "elsewhere/") {
		file.Notice = path + " is not beside the Secretfile"
	}
	return file, nil
}

// Template reads a file of a case.
func (g given) Template(path string) ([]byte, error) {
	text, ok := g[path]
	if !ok {
		return nil, errors.New("there is no file " + path)
	}
	return text, nil
}

func parseCase(t *testing.T, archive *txtar.Archive) *testCase {
	c := &testCase{}
	env, files := map[string]string{}, given{}
	c.options.Env = func(name string) (string, bool) { text, ok := env[name]; return text, ok }
	c.options.Files = files
	for i := range archive.Files {
		f := &archive.Files[i]
		switch f.Name {
		case "Secretfile.yml", "Secretfile.hcl":
			c.texts = append(c.texts, source{f.Name, f.Data})
		case "Secretfile.yml.quoted", "Secretfile.hcl.quoted":
			text, err := strconv.Unquote(strings.TrimSpace(string(f.Data)))
			if err != nil {
				t.Fatal(err)
			}
			c.texts = append(c.texts, source{strings.TrimSuffix(f.Name, ".quoted"), []byte(text)})
		case "env":
			env = pairs(f.Data)
		case "vars":
			c.options.Vars = pairs(f.Data)
		case "options":
			c.options.Strict = strings.Contains(string(f.Data), "strict")
			c.options.UnsetEnvIsUnknown = strings.Contains(string(f.Data), "unset-is-unknown")
			if _, name, ok := strings.Cut(string(f.Data), "env="); ok {
				c.options.Environment = strings.Fields(name)[0]
			}
		case "want":
			c.want = f
		default:
			if name, ok := strings.CutPrefix(f.Name, "--"); ok {
				c.options.VariableFiles = append(c.options.VariableFiles, secretfile.VariableFile{Name: name, Text: f.Data})
			} else {
				files[f.Name] = f.Data
			}
		}
	}
	if c.want == nil || len(c.texts) == 0 {
		t.Fatal("the case wants nothing, or has no Secretfile")
	}
	return c
}

// side puts the problems of both languages side by side. They are the same ones.
func side(t *testing.T, lists []diag.List) string {
	if len(lists) == 1 {
		return showProblems(lists[0])
	}
	yml, hcl := byCode(lists[0]), byCode(lists[1])
	if len(yml) != len(hcl) {
		t.Fatalf("the languages differ in the problems:\nYAML\n%s\nHCL\n%s", showProblems(lists[0]), showProblems(lists[1]))
	}
	var b strings.Builder
	for i := range yml {
		y, h := yml[i], hcl[i]
		if y.Code != h.Code || y.Severity != h.Severity {
			t.Fatalf("the languages differ in the problems:\nYAML\n%s\nHCL\n%s", showProblems(lists[0]), showProblems(lists[1]))
		}
		fmt.Fprintf(&b, "%s | %s %s %s: %s\n", place(y.Range), place(h.Range), y.Severity, y.Code, y.Summary)
		if y.Summary != h.Summary {
			fmt.Fprintf(&b, "  HCL: %s\n", h.Summary)
		}
		lines(&b, y.Detail, h.Detail)
		lines(&b, y.Hint, h.Hint)
		for j := range y.Related {
			if len(h.Related) > j {
				fmt.Fprintf(&b, "  %s | %s %s\n", place(y.Related[j].Range), place(h.Related[j].Range), y.Related[j].Text)
			}
		}
	}
	return b.String()
}

func lines(b *strings.Builder, yml, hcl string) {
	switch {
	case yml == hcl && yml != "":
		fmt.Fprintf(b, "  %s\n", yml)
	case yml != hcl:
		fmt.Fprintf(b, "  YAML: %s\n  HCL: %s\n", yml, hcl)
	}
}

func byCode(found diag.List) diag.List {
	list := slices.Clone(found)
	slices.SortStableFunc(list, func(a, b diag.Diagnostic) int {
		return cmp2.Or(strings.Compare(a.Code, b.Code), strings.Compare(a.Summary, b.Summary))
	})
	return list
}

func pairs(data []byte) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if name, text, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			out[name] = text
		}
	}
	return out
}

func showProblems(found diag.List) string {
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintf(&b, "%s %s %s: %s\n", place(d.Range), d.Severity, d.Code, d.Summary)
		for _, line := range []string{d.Detail, d.Hint} {
			if line != "" {
				fmt.Fprintf(&b, "  %s\n", line)
			}
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  %s %s\n", place(r.Range), r.Text)
		}
	}
	return b.String()
}

func place(r diag.Range) string {
	if r.IsZero() {
		return "-"
	}
	name := ""
	if !strings.HasPrefix(r.File, "Secretfile") {
		name = r.File + ":"
	}
	return name + fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}

func showModel(f *secretfile.File) string {
	if f == nil {
		return "no file\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "project %s %v version %q\n", f.Metadata.Project, f.Metadata.ProjectGiven, f.Version)
	if f.Environment != secretfile.NoEnvironment {
		fmt.Fprintf(&b, "environment %s lockfile %s target profile %q labels %s\n", f.Environment, show(f.Profile.Lockfile.Schema()), f.TargetProfile, show(f.Profile.Labels.Schema()))
	}
	if f.Metadata.All.Kind() != schema.Null {
		fmt.Fprintf(&b, "metadata %s\n", show(f.Metadata.All.Schema()))
	}
	for _, p := range f.Policies {
		fmt.Fprintf(&b, "policy %s %s %s enabled %v max_age %s required %v allowed %q denied %q frameworks %q providers %q any %v", p.Name, p.Kind, p.Severity, p.Enabled, p.MaxAge, p.RequireRotation, p.Allowed, p.Denied, p.Frameworks, p.Providers, p.MatchAny)
		for _, r := range p.Rules {
			fmt.Fprintf(&b, " %s=%q equals %v", r.Field, r.Glob, r.Equals)
		}
		b.WriteString("\n")
	}
	for _, p := range f.Providers {
		fmt.Fprintf(&b, "provider %s kind %s implicit %v %s\n", p.Alias, p.Kind, p.Implicit, show(p.Config.Schema()))
	}
	for _, s := range f.Secrets {
		fmt.Fprintf(&b, "secret %s", s.Name)
		for _, flag := range []struct {
			name string
			set  bool
		}{{"one_time", s.OneTime}, {"local", s.Local}, {"adopt", s.Adopt}, {"prevent_destroy", s.PreventDestroy}} {
			if flag.set {
				b.WriteString(" " + flag.name)
			}
		}
		if s.Description != "" {
			fmt.Fprintf(&b, " %q", s.Description)
		}
		if s.RotationPeriod > 0 || s.Overlap > 0 {
			fmt.Fprintf(&b, " rotated %s overlap %s", s.RotationPeriod, s.Overlap)
		}
		if !s.ProcessTags.IsNull() {
			fmt.Fprintf(&b, " tags %s", show(s.ProcessTags.Schema()))
		}
		fmt.Fprintf(&b, " #%s\n", s.Definition[:8])
		if s.Source != nil {
			fmt.Fprintf(&b, "  source %s required %v %s\n", s.Source.Kind, s.Source.Required, show(s.Source.Config.Schema()))
		}
		if s.Generator != nil {
			fmt.Fprintf(&b, "  %s %s\n", s.Generator.Kind, showConfig(s.Generator.Config))
		}
		for _, field := range s.Fields {
			fmt.Fprintf(&b, "  field %s %s %s\n", field.Name, field.Generator.Kind, showConfig(field.Generator.Config))
			showTargets(&b, "    ", field.Targets)
		}
		showTargets(&b, "  ", s.Targets)
	}
	return b.String()
}

// showConfig adds what values are built of.
func showConfig(v secretfile.Value) string {
	text := show(v.Schema())
	for _, f := range v.Fields() {
		for _, p := range f.Value.Pieces() {
			if p.Ref != nil {
				text += fmt.Sprintf(" <%s.%s|%s>", p.Ref.Secret, p.Ref.Field, p.Ref.Encoder)
			} else {
				text += fmt.Sprintf(" %q", p.Text.Expose())
			}
		}
	}
	return text
}

func showTargets(b *strings.Builder, indent string, targets []secretfile.Target) {
	for _, t := range targets {
		fmt.Fprintf(b, "%starget %s/%s %s\n", indent, t.Provider, t.Kind, show(t.Config.Schema()))
	}
}

// show lifts seals and says where it did.
func show(v schema.Value) string {
	switch v.Kind() {
	case schema.Map:
		var parts []string
		for _, f := range v.Fields() {
			parts = append(parts, f.Name+": "+show(f.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case schema.List:
		var parts []string
		for _, item := range v.Items() {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case schema.String:
		if v.Sealed() {
			return "sealed " + strconv.Quote(v.Expose())
		}
		return strconv.Quote(v.Expose())
	case schema.Number:
		if v.Sealed() {
			return "sealed " + v.Expose()
		}
	}
	return v.String()
}

// checkRanges proves that positions lie in the file and that line and column say
// the same as the offset.
func checkRanges(t *testing.T, text []byte, found diag.List) {
	t.Helper()
	source := strings.TrimPrefix(string(text), "\ufeff")
	for _, d := range found {
		for _, p := range []diag.Pos{d.Range.Start, d.Range.End} {
			if d.Range.IsZero() || d.Code == "file-too-large" || !strings.HasPrefix(d.Range.File, "Secretfile") {
				continue
			}
			if p.Offset < 0 || p.Offset > len(source) {
				t.Errorf("%s: offset %d is outside of the file", d.Code, p.Offset)
				continue
			}
			before := source[:p.Offset]
			line := strings.Count(before, "\n") + 1
			column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
			if line != p.Line || column != p.Column {
				t.Errorf("%s: offset %d is %d:%d, not %d:%d", d.Code, p.Offset, line, column, p.Line, p.Column)
			}
		}
		if d.Range.End.Offset < d.Range.Start.Offset {
			t.Errorf("%s ends before it begins", d.Code)
		}
	}
}
