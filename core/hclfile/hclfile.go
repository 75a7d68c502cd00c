// Package hclfile reads the small HCL files of sz itself: sz.lock.hcl and the
// user's configuration. It is strict: what is not known, what stands twice and what
// is not a literal is an error with its line. A Secretfile is read by core/syntax,
// which knows the language.
package hclfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Bounds of what is read.
const (
	maxSize  = 4 << 20
	maxDepth = 16
)

// Decode reads text into a struct with hcl tags. The error has one line for each
// fault, each with its place.
func Decode(name string, text []byte, into any) error {
	if len(text) > maxSize {
		return fmt.Errorf("%s is larger than %d MiB", name, maxSize>>20)
	}
	if err := shallow(name, text); err != nil {
		return err
	}
	file, found := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if found.HasErrors() {
		return faults(found)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return fmt.Errorf("%s cannot be read", name)
	}
	if found := hclsyntax.VisitAll(body, literal); found.HasErrors() {
		return faults(found)
	}
	return faults(gohcl.DecodeBody(body, nil, into))
}

// Attributes are the settings of a block whose names are not known beforehand: a field of
// this type takes them by the tag remain.
type Attributes = hcl.Attributes

// Texts are settings as texts, by their names: a text, those of a list, or "true" for
// true and none for false.
func Texts(settings Attributes) (map[string][]string, error) {
	texts := map[string][]string{}
	var found []error
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		value, unread := settings[name].Expr.Value(nil)
		list, ok := textsOf(value)
		switch {
		case unread.HasErrors():
			found = append(found, faults(unread))
		case !ok:
			found = append(found, faults(problem(settings[name].Range, name+" is no text, no list of texts and not true")))
		default:
			texts[name] = list
		}
	}
	return texts, errors.Join(found...)
}

func textsOf(value cty.Value) (texts []string, ok bool) {
	switch {
	case value.IsNull() || !value.IsWhollyKnown():
		return nil, false
	case value.Type() == cty.String:
		return []string{value.AsString()}, true
	case value.Type() == cty.Bool && value.True():
		return []string{"true"}, true
	case value.Type() == cty.Bool:
		return nil, true
	case !value.Type().IsTupleType():
		return nil, false
	}
	for _, item := range value.AsValueSlice() {
		if item.IsNull() || item.Type() != cty.String {
			return nil, false
		}
		texts = append(texts, item.AsString())
	}
	return texts, true
}

// Read is [Decode] of a regular file in root. It reports fs.ErrNotExist for one that
// is not there.
func Read(root *os.Root, name string, into any) error {
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", name)
	}
	file, err := root.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return Decode(name, text, into)
}

// IsMissing reports the error of a file that is not there.
func IsMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// shallow refuses brackets that the parser would follow into any depth.
func shallow(name string, text []byte) error {
	depth, line := 0, 1
	for _, c := range text {
		switch c {
		case '\n':
			line++
		case '{', '[', '(':
			if depth++; depth > maxDepth {
				return fmt.Errorf("%s:%d: brackets are nested more than %d deep", name, line, maxDepth)
			}
		case '}', ']', ')':
			depth--
		}
	}
	return nil
}

// literal refuses expressions that compute something, and keys that stand twice in
// an object, of which the parser takes the last without a word.
func literal(node hclsyntax.Node) hcl.Diagnostics {
	switch n := node.(type) {
	case *hclsyntax.ObjectConsExpr:
		seen := map[string]bool{}
		for _, item := range n.Items {
			key, found := item.KeyExpr.Value(nil)
			if found.HasErrors() || key.Type() != cty.String || key.IsNull() || !key.IsKnown() {
				return problem(item.KeyExpr.Range(), "a key is no plain text")
			}
			if seen[key.AsString()] {
				return problem(item.KeyExpr.Range(), fmt.Sprintf("key %q stands twice", key.AsString()))
			}
			seen[key.AsString()] = true
		}
	case *hclsyntax.FunctionCallExpr, *hclsyntax.ConditionalExpr, *hclsyntax.ForExpr, *hclsyntax.BinaryOpExpr, *hclsyntax.SplatExpr:
		return problem(n.Range(), "only plain values are allowed here")
	}
	return nil
}

func problem(at hcl.Range, text string) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: text, Subject: &at}}
}

// faults are diagnostics as an error; nil for none.
func faults(found hcl.Diagnostics) error {
	var list []error
	for _, d := range found {
		if d.Severity != hcl.DiagError {
			continue
		}
		text := d.Summary
		if d.Detail != "" {
			text += ": " + d.Detail
		}
		if d.Subject != nil {
			text = fmt.Sprintf("%s:%d:%d: %s", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column, text)
		}
		list = append(list, errors.New(text))
	}
	return errors.Join(list...)
}
