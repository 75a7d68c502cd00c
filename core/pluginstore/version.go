package pluginstore

import (
	"cmp"
	"strconv"
	"strings"
)

// CompareVersions orders semantic versions (semver.org, section 11): by their
// numbers, and a version with a label behind a hyphen before the one without. A text
// that is no version comes before all.
func CompareVersions(a, b string) int {
	coreA, labelA, hasA := strings.Cut(a, "-")
	coreB, labelB, hasB := strings.Cut(b, "-")
	partsA, partsB := strings.Split(coreA, "."), strings.Split(coreB, ".")
	if len(partsA) != 3 || len(partsB) != 3 {
		return cmp.Compare(len(partsA)/3, len(partsB)/3)
	}
	for i := range 3 {
		if c := number(partsA[i], partsB[i]); c != 0 {
			return c
		}
	}
	switch {
	case hasA && !hasB:
		return -1
	case !hasA && hasB:
		return 1
	}
	return labels(strings.Split(labelA, "."), strings.Split(labelB, "."))
}

func labels(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if c := number(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// number compares numbers by their size, texts by their characters, and has numbers
// before texts.
func number(a, b string) int {
	x, errA := strconv.ParseUint(a, 10, 64)
	y, errB := strconv.ParseUint(b, 10, 64)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(x, y)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return strings.Compare(a, b)
}
