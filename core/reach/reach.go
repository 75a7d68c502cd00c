// Package reach is what a project asks for beyond the standard: plugins that are
// not ours and what they may touch, hosts that no known service has, identities and
// credentials that it states itself, commands, and environment that it gives away.
// It is computed from the Secretfile and from what plugins say of themselves; no
// process is started and nothing is read.
//
// A project is a request and never an authority: what is in its reach, the user
// approves (core/trust) before any plugin gets a credential.
//
// Each line is a text that stays the same as long as what it allows does, because
// it is what is approved. The standard is in standard.go.
package reach

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
)

// Line is one thing that a project asks for.
type Line struct {
	Text  string     // one line, printable
	Range diag.Range // where it is asked for; the zero Range for nowhere in particular
}

// Reach is what a project asks for, sorted, each line once. The zero Reach is the
// standard and needs nobody's approval.
type Reach []Line

// Digest names exactly this reach: sha256: and 64 hexadecimal digits. It is what
// --trust takes.
func (r Reach) Digest() string {
	var b strings.Builder
	b.WriteString("sz-reach-1\n")
	for _, line := range r {
		b.WriteString(line.Text + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Texts are the lines without their places.
func (r Reach) Texts() []string {
	texts := make([]string, len(r))
	for i, line := range r {
		texts[i] = line.Text
	}
	return texts
}

// Without is what is left of a reach when some lines are allowed already.
func (r Reach) Without(allowed func(text string) bool) Reach {
	var left Reach
	for _, line := range r {
		if !allowed(line.Text) {
			left = append(left, line)
		}
	}
	return left
}

// normal sorts lines and keeps the first of each text.
func normal(lines []Line) Reach {
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.Text, b.Text) })
	return slices.CompactFunc(lines, func(a, b Line) bool { return a.Text == b.Text })
}
