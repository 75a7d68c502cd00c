package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
)

// Claim is a place that a target takes up. A place that ends in # is a whole
// document: it overlaps with every place that begins so.
type Claim struct {
	Place  string // with the kind of target before it
	Secret string
	Range  diag.Range
}

// Overlaps reports every two claims on one place: two secrets would take turns in
// overwriting each other.
func Overlaps(claims []Claim) diag.List {
	sorted := slices.Clone(claims)
	slices.SortStableFunc(sorted, func(a, b Claim) int { return strings.Compare(a.Place, b.Place) })
	var found diag.List
	whole := -1 // the last claim on a whole document
	for i, c := range sorted {
		switch {
		case i > 0 && sorted[i-1].Place == c.Place:
			found = append(found, overlap(sorted[i-1], c))
		case whole >= 0 && strings.HasPrefix(c.Place, sorted[whole].Place):
			found = append(found, overlap(sorted[whole], c))
		case strings.HasSuffix(c.Place, "#"):
			whole = i
		}
	}
	return found
}

// ReadAndWritten reports the reads of places that are claimed: what is there is made by
// this very Secretfile.
func ReadAndWritten(reads, claims []Claim) diag.List {
	var found diag.List
	for _, r := range reads {
		i := slices.IndexFunc(claims, func(c Claim) bool {
			return c.Place == r.Place || within(c.Place, r.Place) || within(r.Place, c.Place)
		})
		if i < 0 {
			continue
		}
		found = append(found, diag.Diagnostic{
			Severity: diag.Error, Code: "source-is-target", Range: r.Range,
			Summary: fmt.Sprintf("secret %s is read at %s, where secret %s is stored", r.Secret, r.Place, claims[i].Secret),
			Hint:    "for the value of another secret write source: {kind: secret_ref, config: {secret: NAME}}",
			Related: []diag.Related{{Range: claims[i].Range, Text: "stored here"}},
		})
	}
	return found
}

// within reports a place in a whole document.
func within(place, document string) bool {
	return strings.HasSuffix(document, "#") && strings.HasPrefix(place, document)
}

func overlap(first, second Claim) diag.Diagnostic {
	if second.Range.Start.Offset < first.Range.Start.Offset {
		first, second = second, first
	}
	return diag.Diagnostic{
		Severity: diag.Error, Code: "same-place",
		Summary: fmt.Sprintf("secret %s is stored where secret %s is stored already", second.Secret, first.Secret),
		Detail:  second.Place + " can hold only one of them",
		Hint:    "give one of the targets another name",
		Range:   second.Range,
		Related: []diag.Related{{Range: first.Range, Text: "the other target"}},
	}
}
