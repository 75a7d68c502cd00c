package format

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/secretzero/sz/sdk/secret"
)

// add puts a member after the last one, the way that one stands.
func (d *jsonDocument) add(key string, value secret.Value, list []jsonMember) error {
	name, err := secret.NewText(secret.FromString(key)).EncodeJSON()
	if err != nil {
		return err
	}
	space := d.indent(list)
	colon := ": "
	if len(list) > 0 {
		last := list[len(list)-1]
		colon = string(d.text[last.start+d.nameLength(last) : last.value])
	}
	member := slices.Concat([]byte(space), name.Expose(), []byte(colon), d.laidOut(value, space))
	if len(list) > 0 {
		d.splice(list[len(list)-1].end, list[len(list)-1].end, append([]byte{','}, member...))
		return nil
	}
	open := bytes.IndexByte(d.text, '{') + 1
	d.splice(open, open+len(jsonBlank.Find(d.text[open:])), append(member, '\n'))
	return nil
}

// nameLength is the length of a member's name as it is written.
func (d *jsonDocument) nameLength(m jsonMember) int {
	decoder := json.NewDecoder(bytes.NewReader(d.text[m.start:]))
	_, _ = decoder.Token()
	return int(decoder.InputOffset())
}

// indent is the blank space in front of a member.
func (d *jsonDocument) indent(list []jsonMember) string {
	if len(list) == 0 {
		return "\n  "
	}
	last := list[len(list)-1]
	space := string(d.text[len(bytes.TrimRight(d.text[:last.start], jsonSpace)):last.start])
	if len(list) == 1 && space == "" && d.text[last.value-1] == ' ' {
		return " " // who leaves a space behind a colon leaves one behind a comma
	}
	return space
}

// laidOut is a value whose parts stand on lines of their own where the members do.
func (d *jsonDocument) laidOut(value secret.Value, space string) []byte {
	line := bytes.LastIndexByte([]byte(space), '\n')
	if line < 0 {
		return bytes.Clone(value.Expose())
	}
	step := space[line+1:]
	if step == "" {
		step = "  "
	}
	var out bytes.Buffer
	if json.Indent(&out, value.Expose(), space[line+1:], step) != nil {
		return bytes.Clone(value.Expose())
	}
	return out.Bytes()
}

// Delete removes the members of a name.
func (d *jsonDocument) Delete(key string) {
	for i := len(d.members()) - 1; i >= 0; i-- {
		if d.members()[i].key == key {
			d.remove(i)
		}
	}
}

// remove takes a member out with the comma that it needed and the space in front.
func (d *jsonDocument) remove(i int) {
	list := d.members()
	switch {
	case i > 0:
		d.splice(list[i-1].end, list[i].end, nil)
	case len(list) > 1:
		d.splice(list[0].start, list[1].start, nil)
	default:
		open := bytes.IndexByte(d.text, '{') + 1
		d.splice(open, list[0].end+len(jsonBlank.Find(d.text[list[0].end:])), nil)
	}
}

func (d *jsonDocument) splice(from, to int, text []byte) {
	d.text = slices.Concat(d.text[:from], text, d.text[to:])
}
