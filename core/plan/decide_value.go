package plan

import (
	"slices"
)

// wantsNewValue says whether the secret should get a new value, and why. The
// wish may still be blocked by a target.
func (d *decision) wantsNewValue() (reason string, wanted bool) {
	there, unsure := d.elsewhere()
	switch {
	case d.forced && d.any(drifted):
		return d.renewal, true
	case !d.any(ours) && (there || unsure):
		return d.renewal, d.renewal != "" // it was moved: it is copied from where it is
	case !d.any(ours) && d.known:
		return "it was deleted outside", true
	case !d.any(ours):
		return "nothing is there yet", true
	}
	if d.renewal != "" {
		return d.renewal, true
	}
	for _, v := range d.views {
		if v.standing != ours {
			continue
		}
		for _, answer := range v.Stated {
			if answer == Different {
				return "the value that the Secretfile states is another one", true
			}
		}
	}
	if d.inputChanged != "" {
		return d.inputChanged, true
	}
	if d.definitionChanged() && d.hasStated() {
		return "its definition changed; compared when applied", true
	}
	if d.live.IsZero() {
		return "an apply was interrupted while its first value was written", true
	}
	if d.liveLost() {
		return "its latest value is readable nowhere", true
	}
	return "", false
}

func (d *decision) hasStated() bool {
	for _, p := range d.secret.Parts {
		if p.Stated != nil {
			return true
		}
	}
	return false
}

// definitionChanged compares digests of the definition as written: those that the
// values carry, or the recorded one where a store carries none.
func (d *decision) definitionChanged() bool {
	if d.known {
		return d.recorded.Definition != d.secret.Definition
	}
	for _, v := range d.views {
		if v.standing == ours && v.Mark.Definition != "" && v.Mark.Definition != d.secret.Definition {
			return true
		}
	}
	return false
}

// liveLost reports that the live value was recorded, that every target which is
// ours holds an older one, and that the value is stated nowhere.
func (d *decision) liveLost() bool {
	for _, v := range d.views {
		if v.standing == ours && !v.unfinished && v.operation == d.live {
			return false
		}
	}
	return !d.secret.Stated()
}

// keepsFields reports a structured secret of which a new value keeps the
// generated fields: some parts are stated, some are not, and a value is there.
func (d *decision) keepsFields() bool {
	generates := slices.ContainsFunc(d.secret.Parts, Part.Generated)
	return d.renewal == "" && (d.hasStated() || d.secret.Composed()) && generates && d.any(ours) && !d.liveLost()
}
