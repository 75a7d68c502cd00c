package target

import (
	"context"

	"github.com/secretzero/sz/plugins/file/internal/format"
	"github.com/secretzero/sz/plugins/file/internal/place"
	"github.com/secretzero/sz/sdk"
)

// retire deletes what this machine wrote and nobody has changed since, and with it
// a file of our making in which nothing is left.
func retire(_ context.Context, s *session, r sdk.Retire[Config]) (sdk.WriteResult, error) {
	if r.Mode == sdk.RetireDisable {
		return notApplied, &sdk.Error{Class: sdk.Unsupported, Code: "unsupported", Summary: "a value in a file cannot be disabled", Hint: "delete it"}
	}
	return s.change(r.Target, func(c change) (sdk.WriteResult, error) { return c.retire(r) })
}

func (c change) retire(r sdk.Retire[Config]) (sdk.WriteResult, error) {
	if r.Mode == sdk.RetireUnmark {
		return sdk.WriteResult{Outcome: sdk.Applied}, c.memory.Forget(r.Address)
	}
	there, err := readFile(c.root, c.where)
	if err != nil {
		return notApplied, err
	}
	stored, present := c.where.stored(there.document)
	if !present {
		return sdk.WriteResult{Outcome: sdk.Unchanged}, c.memory.Forget(r.Address)
	}
	entry, known, same := c.memory.Find(r.Address, stored)
	if !known || !same || r.Revision != "" && r.Revision != entry.Revision {
		return notApplied, &sdk.Error{
			Class: sdk.Conflict, Code: "precondition-failed", Summary: r.Address + " is not known to hold what sz wrote there", Hint: "remove it by hand",
		}
	}
	if err := c.remove(there); err != nil {
		return notApplied, err
	}
	c.memory.SetMade(c.where.name, c.memory.Made(c.where.name) && !there.document.Empty())
	_ = c.memory.Forget(r.Address) // the value is gone, remembered or not
	return sdk.WriteResult{Outcome: sdk.Applied}, nil
}

// remove takes the keys out of the file, or the file away.
func (c change) remove(there file) error {
	for _, key := range c.where.keys {
		there.document.Delete(key)
	}
	if there.document.Empty() && (c.memory.Made(c.where.name) || c.where.format == format.Text) {
		return place.Remove(c.root, c.where.name, there.seen())
	}
	text, err := there.document.Bytes()
	if err == nil {
		err = format.Verify(c.where.format, text, text, nil)
	}
	if err != nil {
		return c.notStorable(err)
	}
	return place.Replace(c.root, c.where.name, text, there.info.Mode().Perm(), there.seen())
}
