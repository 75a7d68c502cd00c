package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// EncodeJSON writes p as compact JSON in the declared order of its fields, with
// numbers and booleans typed, and <, >, & as they are. Binary becomes standard
// base64. It fails, without quoting the value, on text that is not UTF-8 and on
// a number that JSON cannot hold.
func (p Payload) EncodeJSON() (Value, error) {
	var out bytes.Buffer
	if err := encodeJSON(&out, p); err != nil {
		clear(out.Bytes())
		return Value{}, err
	}
	return New(out.Bytes()), nil
}

// Flat is the payload as one value: a scalar's own bytes, or the JSON of an
// object or list. It is what a store of plain strings keeps.
func (p Payload) Flat() (Value, error) {
	switch p.Type() {
	case Object, List:
		return p.EncodeJSON()
	default:
		return p.Scalar(), nil
	}
}

func encodeJSON(out *bytes.Buffer, p Payload) error {
	switch p.Type() {
	case Object:
		return encodeObject(out, p.Fields())
	case List:
		return encodeList(out, p.Items())
	case Null:
		out.WriteString("null")
		return nil
	case Number, Bool:
		if !json.Valid(p.Scalar().Expose()) {
			return fmt.Errorf("%s value is not a JSON %s", p.Type(), p.Type())
		}
		out.Write(p.Scalar().Expose())
		return nil
	case Binary:
		return encodeString(out, base64.StdEncoding.EncodeToString(p.Scalar().Expose()))
	default:
		if !utf8.Valid(p.Scalar().Expose()) {
			return fmt.Errorf("text value is not valid UTF-8")
		}
		return encodeString(out, string(p.Scalar().Expose()))
	}
}

func encodeObject(out *bytes.Buffer, fields []Field) error {
	out.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := encodeString(out, f.Name); err != nil {
			return err
		}
		out.WriteByte(':')
		if err := encodeJSON(out, f.Value); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	out.WriteByte('}')
	return nil
}

func encodeList(out *bytes.Buffer, items []Payload) error {
	out.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := encodeJSON(out, item); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
	}
	out.WriteByte(']')
	return nil
}

// encodeString exists because json.Marshal escapes <, > and &, which changes
// nothing for a JSON reader but surprises a person who reads the store.
func encodeString(out *bytes.Buffer, text string) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the newline that Encode adds
	return nil
}
