package pluginhost

import (
	"errors"
	"fmt"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// Bounds of what a plugin may answer with. What is within them costs a run little, and
// can be written to a terminal, to the lock file and to a log.
const (
	maxAddress  = 1024
	maxClaims   = 100      // on one identity
	maxName     = 256      // bytes of the name of a key
	maxNames    = 1000     // of keys whose metadata differs
	maxReceipt  = 4 << 10  // bytes of what a plugin remembers of a write
	maxMarkText = 4 << 10  // bytes of one text of a mark
	maxText     = 4 << 10  // bytes of one text for a person
	maxBurst    = 100_000  // new values at once
	maxInFlight = 10_000   // writes under way
	minRate     = 1.0 / 60 // new values a second: fewer is a limit that nobody waits for
	macSize     = 32       // bytes of a comparison: HMAC-SHA-256
)

var (
	revisionRule = regex.Of(`^[A-Za-z0-9._:-]{1,128}$`)
	codeRule     = regex.Of(`^[a-z0-9][a-z0-9._-]{0,63}$`)
)

func boundedClaims(claims []Claim) error {
	if len(claims) > maxClaims {
		return fmt.Errorf("it claimed %d things of its identity; the most is %d", len(claims), maxClaims)
	}
	return nil
}

func boundedCheck(r CheckResult) error {
	if Failed(r.Diagnostics) {
		return nil // nothing else of it is used
	}
	for _, place := range append([]string{r.Address}, r.Claims...) {
		if place == "" || len(place) > maxAddress || place != harmless(place) || strings.Contains(place, "\n") {
			return errors.New("it answered an address that is empty, too long or not printable")
		}
	}
	t := r.Throttle
	switch {
	case len(t.Scope) > maxAddress || t.Scope != harmless(t.Scope) || strings.Contains(t.Scope, "\n"):
		return errors.New("it answered a limit whose scope is too long or not printable")
	case t.PerSecond != 0 && t.PerSecond < minRate, t.Burst > maxBurst, t.InFlight > maxInFlight:
		return fmt.Errorf("it answered a limit that is none: %d at once, %g a second, %d under way", t.Burst, t.PerSecond, t.InFlight)
	}
	return nil
}

// boundedState also refuses what was not asked for: a comparison is an answer about a
// value.
func boundedState(asked InspectItem, s State) error {
	if err := errors.Join(boundedReceipt(s.Receipt), boundedMark(s.Mark)); err != nil {
		return err
	}
	if len(s.MetadataDiffers) > maxNames {
		return fmt.Errorf("it answered %d keys that differ; the most is %d", len(s.MetadataDiffers), maxNames)
	}
	for _, name := range s.MetadataDiffers {
		if len(name) > maxName || name != harmless(name) {
			return errors.New("it answered a key that differs whose name is too long or not printable")
		}
	}
	comparisons := [][]byte{s.Comparison}
	for _, c := range s.FieldComparisons {
		comparisons = append(comparisons, c)
	}
	for _, c := range comparisons {
		if len(c) != 0 && len(c) != macSize {
			return errors.New("it answered a comparison that is none")
		}
	}
	if len(s.Comparison) > 0 && !asked.CompareValue || len(s.FieldComparisons) > len(asked.CompareFields) {
		return errors.New("it answered a comparison that nobody asked for")
	}
	return nil
}

// boundedReceipt lets a receipt without a revision pass: where a store lists without
// them, the rest of it is all there is.
func boundedReceipt(r Receipt) error {
	if r.Revision != "" && !revisionRule.MatchString(r.Revision) {
		return errors.New("it answered a receipt whose revision does not match " + revisionRule.String())
	}
	size := 0
	for name, text := range r.Data {
		size += len(name) + len(text)
	}
	if size > maxReceipt {
		return fmt.Errorf("it answered a receipt of %d bytes; the most is %d", size, maxReceipt)
	}
	return nil
}

func boundedMark(m Mark) error {
	for _, text := range []string{m.Owner, m.Operation, m.Previous, m.Definition, m.Origin} {
		if len(text) > maxMarkText {
			return fmt.Errorf("it answered a mark with a text of more than %d bytes", maxMarkText)
		}
	}
	return nil
}

func boundedVersion(v Version) error {
	if !revisionRule.MatchString(v.Revision) {
		return errors.New("it answered a version whose revision does not match " + revisionRule.String())
	}
	return boundedMark(v.Mark)
}

func boundedUpdate(r WriteResult) error { return boundedReceipt(r.Receipt) }

// boundedWrite wants a receipt for what was stored: without one, the next run would not
// know it again.
func boundedWrite(r WriteResult) error {
	if (r.Outcome == Applied || r.Outcome == Unchanged) && r.Receipt.Revision == "" {
		return errors.New("it stored a value and answered no receipt for it")
	}
	return boundedReceipt(r.Receipt)
}

// masked are diagnostics with the values in them masked, as long as a person may be
// told. The wire has seen to how many they are.
func (h *Host) masked(list []PluginDiagnostic) []PluginDiagnostic {
	for n := range list {
		d := &list[n]
		if !codeRule.MatchString(d.Code) {
			d.Code = ""
		}
		d.Summary, d.Detail, d.Hint = h.told(d.Summary), h.told(d.Detail), h.told(d.Hint)
	}
	return list
}

// told is a text of a plugin, masked before it is cut: a piece of a value is not known
// as one.
func (h *Host) told(text string) string {
	if text = h.mask.Text(text); len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}
