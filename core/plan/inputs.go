package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/secret"
)

// Input is a secret that another is built of, as a change finds it.
type Input struct {
	Secret string
	// Place is set when it is no secret of ours, but what is at this address.
	Place string
	// Made means that the plan makes it anew, before.
	Made bool
	// Live is the operation of its value when it is not made anew.
	Live Operation
	// Stated is its value where the Secretfile states it; nil where it is read.
	Stated *secret.Payload
	// Origin is the target from which it is read.
	Origin        *Target
	OriginReceipt Receipt
	OriginSecret  Secret
}

// State tells the value of an input from its other values, without telling it.
func (i Input) State() string {
	if i.Place != "" {
		return i.Place + " " + i.OriginReceipt.Revision
	}
	return i.Live.String()
}

// Composed reports whether any part is built of other secrets, or of other parts.
func (s Secret) Composed() bool {
	return slices.ContainsFunc(s.Parts, func(p Part) bool { return p.Pieces != nil })
}

// inputNames are the secrets that it is built of, each once, without itself.
func (s Secret) inputNames() []string {
	var names []string
	for _, p := range s.Parts {
		for _, piece := range p.Pieces {
			if piece.Ref != nil && piece.Ref.Secret != s.Name && !slices.Contains(names, piece.Ref.Secret) {
				names = append(names, piece.Ref.Secret)
			}
		}
	}
	return names
}

// text is a digest of what the Secretfile says around the references of a composed
// secret, as far as that is not from outside. It goes to the lock file, which lies
// beside the Secretfile, and to no store.
func (s Secret) text() string {
	if !s.Composed() {
		return ""
	}
	var b strings.Builder
	for _, p := range s.Parts {
		for _, piece := range p.Pieces {
			switch {
			case piece.Ref != nil:
				fmt.Fprintf(&b, "%q.%q|%s\n", piece.Ref.Secret, piece.Ref.Field, piece.Ref.Encoder)
			case piece.Written:
				b.WriteString(strconv.Quote(string(piece.Text.Expose())) + "\n")
			default:
				b.WriteString("outside\n")
			}
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// settle builds at once what is built of nothing but stated values: it is a stated
// value too. earlier are the secrets that come before it.
func (s *Secret) settle(earlier map[string]*Secret) error {
	for range s.Parts { // parts may be built of each other
		progress := false
		for i := range s.Parts {
			p := &s.Parts[i]
			if p.Pieces == nil || !statedPieces(*s, p.Pieces, earlier) {
				continue
			}
			payload, err := value.Compose(p.Pieces, func(ref secretfile.Reference) (secret.Payload, error) {
				payload, _ := statedAt(*s, ref, earlier)
				return payload, nil
			})
			if err != nil {
				return err
			}
			p.Stated, p.Pieces, progress = &payload, nil, true
		}
		if !progress {
			break
		}
	}
	return nil
}

func statedPieces(s Secret, pieces []secretfile.Piece, earlier map[string]*Secret) bool {
	for _, piece := range pieces {
		if piece.Ref != nil {
			if _, ok := statedAt(s, *piece.Ref, earlier); !ok {
				return false
			}
		}
	}
	return true
}

// statedAt is what a reference reads, where the Secretfile states it.
func statedAt(s Secret, ref secretfile.Reference, earlier map[string]*Secret) (secret.Payload, bool) {
	of := earlier[ref.Secret]
	if ref.Secret == s.Name {
		of = &s
	}
	if of == nil {
		return secret.Payload{}, false
	}
	if !of.Structured {
		if of.Parts[0].Stated == nil {
			return secret.Payload{}, false
		}
		return member(*of.Parts[0].Stated, ref.Field)
	}
	var fields []secret.Field
	for _, p := range of.Parts {
		if p.Field == ref.Field && p.Stated != nil {
			return *p.Stated, true
		}
		if p.Stated == nil {
			fields = nil
			if ref.Field == "" {
				return secret.Payload{}, false
			}
			continue
		}
		fields = append(fields, secret.Field{Name: p.Field, Value: *p.Stated})
	}
	return secret.NewObject(fields), ref.Field == "" && of != &s
}

func member(p secret.Payload, field string) (secret.Payload, bool) {
	if field == "" {
		return p, true
	}
	return p.Field(field)
}

// findInputs finds where the inputs of a secret are had from, and what keeps it
// from being built. before are the decisions on all secrets that come earlier.
func (d *decision) findInputs(before map[string]*decision) {
	for _, name := range d.secret.inputNames() {
		of := before[name]
		if of == nil {
			continue // reported when the file was read
		}
		input := Input{Secret: name, Made: of.change.MakesValue(), Live: of.live, OriginSecret: of.secret}
		if of.secret.Stated() {
			payload, _ := statedAt(Secret{}, secretfile.Reference{Secret: name}, map[string]*Secret{name: &of.secret})
			input.Stated = &payload
		}
		if of.source != nil {
			input.Origin, input.OriginReceipt = &of.source.Target, of.source.Receipt
		}
		d.inputs = append(d.inputs, input)
		switch action := of.change.Action; {
		case action == Unsure:
			d.inputUnknown = name
		case action == Drifted || action == Conflict || action == Refused || action == Blocked:
			d.inputBlocked = name
		case !input.Made && input.Stated == nil && input.Origin == nil && of.unread != nil:
			d.inputSealed = name
		case !input.Made && input.Stated == nil && input.Origin == nil:
			d.inputUnread = name
		}
		if was, recorded := d.recorded.Inputs[name]; input.Made {
			d.inputChanged = name + ", of which it is built, gets a new value"
		} else if recorded && was != input.State() {
			d.inputChanged = name + ", of which it is built, has another value"
		}
	}
	if d.recorded.Text != "" && d.recorded.Text != d.secret.text() && d.inputChanged == "" {
		d.inputChanged = "the text that it is built with changed"
	}
}

// buildable says why a composed secret cannot be built now; empty when it can.
func (d *decision) buildable() (Action, string) {
	switch {
	case d.readStuck != "":
		return d.readStuck, d.readWhy
	case d.inputUnknown != "":
		return Unsure, fmt.Sprintf("it is built of %s, of which it is not known what it is", d.inputUnknown)
	case d.inputBlocked != "":
		return Blocked, fmt.Sprintf("it is built of %s, which must be settled first", d.inputBlocked)
	case d.inputSealed != "":
		return Unsure, fmt.Sprintf("it is built of %s, which this identity may look at and not read; it takes the right to get secrets", d.inputSealed)
	case d.inputUnread != "":
		return Refused, fmt.Sprintf("it is built of %s, which can be read from none of its targets", d.inputUnread)
	}
	return "", ""
}
