package schema

// Nearest returns the candidate that name was probably meant to be: the one with
// the fewest edits, if that is at most a third of its length. It returns "" when
// nothing is near.
func Nearest(name string, candidates []string) string {
	best, bestEdits := "", 0
	for _, c := range candidates {
		limit := max(1, len(c)/3)
		if edits := distance(name, c); edits <= limit && (best == "" || edits < bestEdits) {
			best, bestEdits = c, edits
		}
	}
	return best
}

// distance counts insertions, deletions, substitutions and swaps of neighbours.
// Texts over 64 bytes are not compared: no key is that long.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return len(a) + len(b)
	}
	var before, last, row [65]int
	for j := range b {
		last[j+1] = j + 1
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
