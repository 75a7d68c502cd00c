package target

import (
	"context"
	"errors"
	"os"

	"github.com/secretzero/sz/plugins/file/internal/format"
	"github.com/secretzero/sz/plugins/file/internal/place"
	"github.com/secretzero/sz/plugins/file/internal/state"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// tries is how often a change is done again when somebody else wrote the file
// between our reading and our replacing it.
const tries = 3

// write puts a value into a file and keeps the rest of it. Writers of sz take
// turns; a foreign one is noticed, and its change kept.
func write(_ context.Context, s *session, w sdk.Write[Config]) (sdk.WriteResult, error) {
	return s.change(w.Target, func(c change) (sdk.WriteResult, error) { return c.write(w, &s.seen) })
}

// change is a change of one target while its file and the state are held.
type change struct {
	root   *os.Root
	memory *state.Store
	where  spot
}

var notApplied = sdk.WriteResult{Outcome: sdk.NotApplied}

// change holds what is needed and does it, again when somebody came between.
func (s *session) change(t sdk.Target[Config], do func(change) (sdk.WriteResult, error)) (sdk.WriteResult, error) {
	memory, err := state.Open(s.project)
	if err != nil {
		return notApplied, failed("opening", "the state", err)
	}
	defer memory.Close()
	where, err := spotOf(t, memory)
	if err != nil {
		return notApplied, err
	}
	root, err := s.root()
	if err != nil {
		return notApplied, failed("opening", "the project", err)
	}
	defer root.Close()
	release, err := place.Lock(root, where.name)
	if err != nil {
		return notApplied, failed("locking", where.name, err)
	}
	defer release()
	for try := 1; ; try++ {
		result, err := do(change{root, memory, where})
		if errors.Is(err, place.ErrChanged) && try < tries {
			continue
		}
		if err != nil {
			return result, failed("writing", where.name, err)
		}
		return result, nil
	}
}

func (c change) write(w sdk.Write[Config], seen *sightings) (sdk.WriteResult, error) {
	there, err := readFile(c.root, c.where)
	if err != nil {
		return notApplied, err
	}
	values, whole, err := c.where.fitted(w.Payload)
	if err != nil {
		return notApplied, c.notStorable(err)
	}
	stored, present := c.where.stored(there.document)
	equal := present && stored.Equal(whole) && !c.where.foreign(there.document)
	entry, known, same := c.memory.Find(w.Address, stored)
	if known && same && equal && w.Mark.Operation != "" && entry.Operation == w.Mark.Operation {
		_ = c.memory.Settle(w.Address)
		return sdk.WriteResult{Outcome: sdk.Unchanged, Receipt: receipt(entry.Revision)}, nil
	}
	if err := c.expected(w, there.document, equal, seen); err != nil {
		return notApplied, err
	}
	var text []byte
	if !equal {
		if text, err = c.merged(there, values); err != nil {
			return notApplied, err
		}
	}
	return c.store(w, there, values, whole, text)
}

// store replaces the file by text, unless that is nil, and remembers it.
func (c change) store(w sdk.Write[Config], there file, values []secret.Field, whole secret.Payload, text []byte) (sdk.WriteResult, error) {
	c.memory.SetMade(c.where.name, there.info == nil || c.memory.Made(c.where.name))
	revision, err := c.memory.Intend(w.Address, state.Entry{
		Operation: w.Mark.Operation, Owner: w.Mark.Owner, Format: c.where.format, Keys: c.where.keys, Spread: c.where.spread,
		Types: c.where.types(w.Payload, values),
	}, whole)
	if err != nil {
		return notApplied, failed("remembering", c.where.name, err)
	}
	result := sdk.WriteResult{Outcome: sdk.Unchanged, Receipt: receipt(revision)}
	if text != nil {
		if err := place.Replace(c.root, c.where.name, text, w.Config.mode(), there.seen()); err != nil {
			return notApplied, err
		}
		result.Outcome = sdk.Applied
	}
	// The value is stored and the intention durable: what cannot be settled now
	// is as good as settled.
	_ = c.memory.Settle(w.Address)
	return result, nil
}

// merged is the file with the values in it, proved to hold them.
func (c change) merged(there file, values []secret.Field) ([]byte, error) {
	before := there.text
	if c.where.foreign(there.document) {
		before = nil // the user's word: expected has let it pass
	}
	document, err := format.Parse(c.where.format, before)
	if err != nil {
		return nil, c.notStorable(err)
	}
	for _, v := range values {
		if err := document.Set(v.Name, v.Value); err != nil {
			return nil, c.notStorable(err)
		}
	}
	text, err := document.Bytes()
	if err == nil {
		err = format.Verify(c.where.format, before, text, values)
	}
	if err != nil {
		return nil, c.notStorable(err)
	}
	return text, nil
}

func (c change) notStorable(err error) error {
	return &sdk.Error{
		Class: sdk.InvalidConfig, Code: "not-storable", Summary: "the value cannot be stored in " + c.where.name, Detail: err.Error(),
		Hint: "encode the value, as with base64, or choose another key or file",
	}
}

// expected makes sure that what the plan saw is still there.
func (c change) expected(w sdk.Write[Config], d format.Document, equal bool, seen *sightings) error {
	stored, present := c.where.stored(d)
	moved := &sdk.Error{Class: sdk.Conflict, Code: "precondition-failed", Hint: "plan again"}
	foreign := c.where.foreign(d)
	entry, known, same := c.memory.Find(w.Address, stored)
	switch wanted := w.Expect.Receipt.Revision; {
	case w.Expect.Absent && (present || foreign):
		moved.Summary = w.Address + " came to be since the plan was made"
	case w.Expect.Absent || wanted == "":
		return nil
	case !known && equal:
		return nil // another machine wrote what would be written
	case !known:
		moved.Summary = "this machine cannot tell whether " + w.Address + " is what was written there"
	case entry.Revision != wanted:
		moved.Summary = w.Address + " was written by another run since the plan was made"
	case present && !same && !foreign && seen.still(w.Expect.Receipt, c.memory, w.Address, stored):
		return nil // it was changed, and a person said to overwrite what was seen
	case !present || !same || foreign:
		moved.Summary = w.Address + " was changed since the plan was made"
	default:
		return nil
	}
	return moved
}
