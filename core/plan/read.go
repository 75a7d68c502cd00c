package plan

import (
	"fmt"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

// readInput is the name under which what a source reads is an input of a secret. No
// secret has such a name.
const readInput = "source:"

// read is the place where a source reads. It has to be one that can be looked at: what
// is there may be read when it is stored elsewhere, and not before.
func (b *builder) read(s secretfile.Secret, place secretfile.Target) *Read {
	r := &Read{Target: b.target(place, s.Name, "", false), Required: s.Source.Required}
	if field := s.Source.Config.Get("field"); field.Kind() == schema.String {
		r.Field = field.Schema().Expose()
	}
	if _, served, known := b.kinds.Target(b.providers[place.Provider].Kind, place.Kind); known && (!served.Read || !served.Inspect) {
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "unreadable-source", Range: place.KindRange,
			Summary: fmt.Sprintf("secret %s cannot be read from a target of kind %s, which tells nothing of what it holds", diag.Short(s.Name), diag.Short(place.Kind)),
		})
	}
	return r
}

// findRead finds what is at the place where the secret is read, and what keeps it from
// being read.
func (d *decision) findRead(observed Observed) {
	r := d.secret.Read
	if r == nil {
		return
	}
	o, address := observed[r.Target.Address], r.Target.Address.String()
	input := Input{
		Secret: readInput, Place: address, Origin: &r.Target, OriginReceipt: o.Receipt,
		OriginSecret: Secret{Name: d.secret.Name, Structured: r.Field != ""},
	}
	switch {
	case o.Presence == Absent && !r.Required && d.secret.Parts[0].Otherwise:
		d.secret = d.secret.made()
		return
	case o.Presence == Present && !o.Unreadable:
	case o.Presence == Absent, o.Presence == Deleted:
		d.readStuck, d.readWhy = Refused, fmt.Sprintf("nothing is at %s, where it is read", address)
	case o.Presence == Disabled:
		d.readStuck, d.readWhy = Refused, fmt.Sprintf("what is at %s, where it is read, is disabled", address)
	case o.Unreadable:
		d.readStuck, d.readWhy = Unsure, fmt.Sprintf("what is at %s may be looked at and not read by this identity; it takes the right to get secrets", address)
	default:
		d.readUnknown = true
		d.readStuck, d.readWhy = Unsure, fmt.Sprintf("it is not known what is at %s, where it is read", address)
		if o.Problem != nil {
			d.readWhy += ": " + o.Problem.Summary
		}
	}
	d.inputs = append(d.inputs, input)
	if was := d.recorded.Inputs[readInput]; d.known && o.Presence == Present && was != input.State() {
		d.inputChanged = fmt.Sprintf("%s, where it is read, has another value", address)
	}
}

// made is the secret without the place where it would be read.
func (s Secret) made() Secret {
	part := s.Parts[0]
	part.Pieces = nil
	s.Parts = []Part{part}
	return s
}
