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
