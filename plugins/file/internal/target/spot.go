package target

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/secretzero/sz/plugins/file/internal/format"
	"github.com/secretzero/sz/plugins/file/internal/place"
	"github.com/secretzero/sz/plugins/file/internal/state"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// spot is a target taken apart: which file, which keys of it.
type spot struct {
	address string
	name    string
	format  string
	keys    []string
	spread  bool // the keys are the fields of one secret
	merge   bool // other keys of the file are none of our business
}

var badAddress = &sdk.Error{Class: sdk.Internal, Code: "bad-address", Summary: "the address is not one of this plugin's"}

// spotOf takes the address apart. For a place that the Secretfile no longer names,
// what was written there last tells the rest.
func spotOf(t sdk.Target[Config], memory *state.Store) (spot, error) {
	name, key, keyed := strings.Cut(t.Address, "#")
	cleaned, err := place.Clean(name)
	if err != nil || cleaned != name {
		return spot{}, badAddress
	}
	s := spot{address: t.Address, name: name, keys: []string{key}, merge: true}
	if last, ok := memory.Last(t.Address); ok && !t.Known {
		s.format, s.keys, s.spread = last.Format, last.Keys, last.Spread
		return s, nil
	}
	config := t.Config
	config.Path = name
	if s.format, err = config.format(); err != nil {
		return spot{}, fault("path", "unknown-format", err.Error(), "set format: "+format.Names)
	}
	if keyed == (s.format == format.Text) {
		return spot{}, badAddress
	}
	if t.Known {
		s.merge = t.Config.Merge || s.format == format.Text
		if s.spread = spread(t.Config, t.Fields); s.spread {
			s.keys = t.Fields
		}
	}
	return s, nil
}

// stored is what the document holds at a spot; present is false unless at least
// one of the keys is there.
func (s spot) stored(d format.Document) (p secret.Payload, present bool) {
	if !s.spread {
		return d.Get(s.keys[0])
	}
	var fields []secret.Field
	for _, key := range s.keys {
		if value, ok := d.Get(key); ok {
			fields = append(fields, secret.Field{Name: key, Value: value})
		}
	}
	return secret.NewObject(fields), len(fields) > 0
}

// foreign reports that the file should hold this secret alone and holds more.
func (s spot) foreign(d format.Document) bool {
	return !s.merge && slices.ContainsFunc(d.Keys(), func(key string) bool { return !slices.Contains(s.keys, key) })
}

// fitted is what of a payload goes to each key, and the whole as it comes back.
func (s spot) fitted(p secret.Payload) (values []secret.Field, whole secret.Payload, err error) {
	if !s.spread {
		whole, err = format.Fit(s.format, p)
		return []secret.Field{{Name: s.keys[0], Value: whole}}, whole, err
	}
	for _, key := range s.keys {
		part, ok := p.Field(key)
		if !ok {
			return nil, secret.Payload{}, errors.New("the value has no field " + key)
		}
		value, err := format.Fit(s.format, part)
		if err != nil {
			return nil, secret.Payload{}, fmt.Errorf("field %s: %w", key, err)
		}
		values = append(values, secret.Field{Name: key, Value: value})
	}
	return values, secret.NewObject(values), nil
}

// failed makes an error of the file system one that says what to do.
func failed(doing, name string, err error) error {
	if ours, ok := errors.AsType[*sdk.Error](err); ok {
		return ours
	}
	e := &sdk.Error{
		Class: sdk.Unavailable, Code: "file-failed", Summary: fmt.Sprintf("%s %s failed", doing, name), Detail: err.Error(), Hint: "mend what the detail says and try again",
	}
	switch {
	case errors.Is(err, place.ErrChanged):
		e.Class, e.Code, e.Hint = sdk.Conflict, "precondition-failed", "apply again when nothing else writes the file"
	case errors.Is(err, fs.ErrPermission):
		e.Class, e.Code, e.Hint = sdk.Permissions, "file-permission", "check who owns it and its mode"
	}
	return e
}
