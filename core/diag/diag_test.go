package diag_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretzero/sz/core/diag"
)

func at(line, from, to int) diag.Range {
	return diag.Range{File: "Secretfile.yml", Start: diag.Pos{Line: line, Column: from}, End: diag.Pos{Line: line, Column: to}}
}

func sources(text string, sealed ...diag.Range) *diag.Sources {
	s := &diag.Sources{}
	s.Add("Secretfile.yml", []byte(text))
	for _, r := range sealed {
		s.Seal(r)
	}
	return s
}

func TestRender(t *testing.T) {
	long := strings.Repeat("a", 200) + "X" + strings.Repeat("b", 200)
	cases := []struct {
		name string
		d    diag.Diagnostic
		s    *diag.Sources
		want string
	}{
		{
			"all parts",
			diag.Diagnostic{
				Severity: diag.Error, Code: "unknown-key", Summary: `unknown key "generater"`, Detail: "why\nindeed",
				Hint: `did you mean "generator"?`, Range: at(2, 3, 12), Related: []diag.Related{{Range: at(1, 1, 2), Text: "the first one"}},
			},
			sources("a:\n  generater: 1\n"),
			"error: unknown key \"generater\" [unknown-key]\n  Secretfile.yml:2:3\n    2 |   generater: 1\n      |   ^^^^^^^^^\n" +
				"  why\n  indeed\n  did you mean \"generator\"?\n  Secretfile.yml:1:1: the first one\n    1 | a:\n      | ^\n",
		},
		{
			"no place", diag.Diagnostic{Severity: diag.Notice, Code: "x", Summary: "s"}, nil, "notice: s [x]\n",
		},
		{
			"no severity is an error", diag.Diagnostic{Code: "x", Summary: "s", Range: at(9, 1, 1)}, sources("a"), "error: s [x]\n  Secretfile.yml:9:1\n",
		},
		{
			"a key before what is sealed", diag.Diagnostic{Severity: diag.Warning, Code: "x", Summary: "s", Range: at(1, 1, 6)},
			sources("value: hunter2", at(1, 7, 15)),
			"warning: s [x]\n  Secretfile.yml:1:1\n    1 | value: (sealed)\n      | ^^^^^\n",
		},
		{
			"a caret below what is sealed", diag.Diagnostic{Code: "x", Summary: "s", Range: at(1, 10, 12)},
			sources("value: hunter2", at(1, 7, 15)),
			"error: s [x]\n  Secretfile.yml:1:10\n    1 | value: (sealed)\n      |        ^^^^^^^^\n",
		},
		{
			"a caret behind what is sealed", diag.Diagnostic{Code: "x", Summary: "s", Range: at(1, 17, 21)},
			sources("{value: hunter2, knid: x}", at(1, 9, 16)),
			"error: s [x]\n  Secretfile.yml:1:17\n    1 | {value: (sealed), knid: x}\n      |                  ^^^^\n",
		},
		{
			"a sealed piece of many lines", diag.Diagnostic{Code: "x", Summary: "s", Range: at(2, 3, 5)},
			sources("value: |\n  hunter2\nb: 1", diag.Range{File: "Secretfile.yml", Start: diag.Pos{Line: 1, Column: 8}, End: diag.Pos{Line: 3, Column: 1}}),
			"error: s [x]\n  Secretfile.yml:2:3\n    2 |   (sealed)\n      |   ^^^^^^^^\n",
		},
		{
			"hostile characters", diag.Diagnostic{Code: "x", Summary: "a\x1b[2J\u202eb\n::set-output", Range: at(1, 9, 10)},
			sources("\t\x1b[0m\u202e##vso[task]"),
			"error: a\\x1b[2J\\u202eb\\n: :set-output [x]\n  Secretfile.yml:1:9\n    1 |  \\x1b[0m\\u202e# #vso[task]\n      |                  ^\n",
		},
		{
			"a long line", diag.Diagnostic{Code: "x", Summary: "s", Range: at(1, 201, 202)}, sources(long),
			"error: s [x]\n  Secretfile.yml:1:201\n    1 | …" + strings.Repeat("a", 80) + "X" + strings.Repeat("b", 79) + "…\n      | " + strings.Repeat(" ", 81) + "^\n",
		},
		{
			"carriage returns and a byte order mark", diag.Diagnostic{Code: "x", Summary: "s", Range: at(1, 1, 2)}, sources("\ufeffa: 1\r\nb: 2\r\n"),
			"error: s [x]\n  Secretfile.yml:1:1\n    1 | a: 1\n      | ^\n",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, diag.Render(diag.List{c.d}, c.s, diag.RenderOptions{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRenderColorsOnlyTheSeverity(t *testing.T) {
	got := diag.Render(diag.List{{Code: "x", Summary: "s"}}, nil, diag.RenderOptions{Color: true})
	if want := "\x1b[1;31merror:\x1b[0m s [x]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHiddenFilesAreNotQuoted(t *testing.T) {
	s := sources("a: hunter2")
	s.Hide("Secretfile.yml")
	if got := diag.Render(diag.List{{Code: "x", Summary: "s", Range: at(1, 1, 2)}}, s, diag.RenderOptions{}); strings.Contains(got, "hunter2") {
		t.Errorf("a hidden file is quoted: %s", got)
	}
}

func TestPrintable(t *testing.T) {
	cases := map[string]string{
		"plain\ttext\n":           "plain\ttext\n",
		"\x00\x7f\u0085":          `\x00\x7f\u0085`,
		"\xff":                    `\xff`,
		"\u2066\u200b":            `\u2066\u200b`,
		"\U000e0001":              `\U000e0001`,
		"a ##VSO[x":               "a ## VSO[x",
		"##[group]":               "## [group]",
		"x\n \u00a0::y":           "x\n \u00a0: :y",
		"a::b":                    "a::b",
		strings.Repeat("é", 3000): strings.Repeat("é", 2048) + "…",
	}
	for in, want := range cases {
		if got := diag.Printable(in); got != want {
			t.Errorf("Printable(%.20q) = %.40q, want %.40q", in, got, want)
		}
	}
}

func TestSortedIsStable(t *testing.T) {
	in := diag.List{
		{Summary: "c", Range: diag.Range{File: "b", Start: diag.Pos{Line: 1, Offset: 0}}},
		{Summary: "b", Range: diag.Range{File: "a", Start: diag.Pos{Line: 2, Offset: 9}}},
		{Summary: "a1", Range: diag.Range{File: "a", Start: diag.Pos{Line: 1, Offset: 3}}},
		{Summary: "a2", Range: diag.Range{File: "a", Start: diag.Pos{Line: 1, Offset: 3}}},
		{Summary: "none"},
	}
	var got []string
	for _, d := range in.Sorted() {
		got = append(got, d.Summary)
	}
	if diff := cmp.Diff([]string{"none", "a1", "a2", "b", "c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestListAsError(t *testing.T) {
	list := diag.List{{Severity: diag.Warning, Summary: "w"}, {Severity: diag.Error, Summary: "e", Range: at(1, 2, 3)}, {Summary: "f"}}
	if len(list.Errors()) != 2 || len(list.Warnings()) != 1 || !list.HasErrors() {
		t.Errorf("errors %v, warnings %v", list.Errors(), list.Warnings())
	}
	var problems *diag.Problems
	if err := list.Err(); !errors.As(err, &problems) || err.Error() != "Secretfile.yml:1:2: e (and 1 more)" {
		t.Errorf("got %v", err)
	}
	if err := list.Warnings().Err(); err != nil {
		t.Errorf("warnings are not an error, got %v", err)
	}
}

func TestDocument(t *testing.T) {
	d := diag.Diagnostic{Severity: diag.Warning, Code: "c", Summary: "s\x1b", Hint: "h", Range: at(3, 4, 5), Related: []diag.Related{{Range: at(1, 1, 2), Text: "t"}}}
	got, err := json.Marshal(d.Document())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"severity":"warning","code":"c","summary":"s\\x1b","hint":"h","file":"Secretfile.yml","line":3,"column":4,"end_line":3,"end_column":5,` +
		`"related":[{"text":"t","file":"Secretfile.yml","line":1,"column":1,"end_line":1,"end_column":2}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
