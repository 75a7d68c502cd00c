package secretfile_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

// TestCases loads the Secretfile of each testdata/*.txtar and compares what comes
// of it. A case has Secretfile.yml, or Secretfile.quoted for bytes that an editor
// would lose; env and vars as NAME=value lines; options as words; and want.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCase(t, file) })
	}
}

func runCase(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := parseCase(t, archive)
	f, found := secretfile.Load("Secretfile.yml", c.text, c.options)
	checkRanges(t, c.text, found)
	got := showModel(f) + showProblems(found)
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

type testCase struct {
	text    []byte
	options secretfile.Options
	want    *txtar.File
}

func parseCase(t *testing.T, archive *txtar.Archive) testCase {
	c := testCase{}
	env := map[string]string{}
	c.options.Env = func(name string) (string, bool) { text, ok := env[name]; return text, ok }
	for i := range archive.Files {
		f := &archive.Files[i]
		switch f.Name {
		case "Secretfile.yml":
			c.text = f.Data
		case "Secretfile.quoted":
			text, err := strconv.Unquote(strings.TrimSpace(string(f.Data)))
			if err != nil {
				t.Fatal(err)
			}
			c.text = []byte(text)
		case "env":
			env = pairs(f.Data)
		case "vars":
			c.options.Vars = pairs(f.Data)
		case "options":
			c.options.Strict = strings.Contains(string(f.Data), "strict")
			c.options.UnsetEnvIsUnknown = strings.Contains(string(f.Data), "unset-is-unknown")
		case "want":
			c.want = f
		}
	}
	if c.want == nil {
		t.Fatal("the case wants nothing")
	}
	return c
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
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}

func showModel(f *secretfile.File) string {
	if f == nil {
		return "no file\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "project %s %v version %q\n", f.Metadata.Project, f.Metadata.ProjectGiven, f.Version)
	if f.Metadata.All.Kind() != schema.Null {
		fmt.Fprintf(&b, "metadata %s\n", show(f.Metadata.All.Schema()))
	}
	for _, p := range f.Providers {
		fmt.Fprintf(&b, "provider %s kind %s implicit %v %s\n", p.Alias, p.Kind, p.Implicit, show(p.Config.Schema()))
	}
	for _, s := range f.Secrets {
		fmt.Fprintf(&b, "secret %s %s", s.Name, place(s.NameRange))
		for name, set := range map[string]bool{" one_time": s.OneTime} {
			if set {
				b.WriteString(name)
			}
		}
		if s.RotationPeriod > 0 || s.Overlap > 0 {
			fmt.Fprintf(&b, " rotated %s overlap %s", s.RotationPeriod, s.Overlap)
		}
		b.WriteString("\n")
		if s.Generator != nil {
			fmt.Fprintf(&b, "  %s %s\n", s.Generator.Kind, show(s.Generator.Config.Schema()))
		}
		for _, field := range s.Fields {
			fmt.Fprintf(&b, "  field %s %s %s\n", field.Name, field.Generator.Kind, show(field.Generator.Config.Schema()))
			showTargets(&b, "    ", field.Targets)
		}
		showTargets(&b, "  ", s.Targets)
	}
	return b.String()
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
			if d.Range.IsZero() || d.Code == "file-too-large" {
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

var codeForm = regexp.MustCompile(`(?:Code: |(?:report|notice|fault)\([^"\n]*|Code, d\.Summary, d\.Hint = |"\}", )"([a-z0-9-]+)"`)

// notInCases are the codes whose cases would be megabytes; limits_test.go has them.
var notInCases = []string{"file-too-large", "text-too-large", "too-many-problems"}

// TestEveryCodeHasACase reads the codes from the source of the package.
func TestEveryCodeHasACase(t *testing.T) {
	cases := ""
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases += string(data)
	}
	sources, _ := filepath.Glob("*.go")
	codes := map[string]bool{}
	for _, file := range sources {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range codeForm.FindAllStringSubmatch(string(data), -1) {
			codes[m[1]] = true
		}
	}
	for _, code := range notInCases {
		delete(codes, code)
	}
	if len(codes) < 30 {
		t.Errorf("only %d codes found in the source", len(codes))
	}
	for code := range codes {
		if !strings.Contains(cases, " "+code+": ") {
			t.Errorf("no case has the code %s", code)
		}
	}
}
