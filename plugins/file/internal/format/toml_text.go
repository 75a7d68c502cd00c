package format

import (
	"bytes"
	"errors"
	"slices"

	"github.com/secretzero/sz/sdk/secret"
)

// Set gives a key a value, in place or behind the last key above all tables.
func (d *tomlDocument) Set(key string, p secret.Payload) error {
	value, err := tomlText(p)
	if err != nil {
		return err
	}
	at := d.find(key)
	switch {
	case at < 0:
		d.add(tomlName(key) + " = " + value)
	case d.items[at].foreign:
		return errors.New("a table of that name is there")
	default:
		d.splice(d.items[at].value, d.items[at].end, value)
	}
	if d.read() != nil {
		return errors.New("the value cannot be written as TOML")
	}
	return nil
}

// add puts a line where keys may be: a key below a table would belong to that.
func (d *tomlDocument) add(line string) {
	end := lineEnd(string(d.text))
	at, after := -1, ""
	for _, i := range d.items {
		if !i.foreign {
			at = max(at, nextLine(d.text, i.end))
		}
	}
	switch {
	case at >= 0:
	case d.table == len(d.text):
		at = len(d.text)
	default:
		at, after = d.aboveTable(), end
	}
	if at == len(d.text) && at > 0 && d.text[at-1] != '\n' {
		line = end + line
	}
	d.splice(at, at, line+end+after)
}

// aboveTable is above the first table and the comments that stand right above it.
func (d *tomlDocument) aboveTable() int {
	at := d.table
	for at > 0 {
		above := lineStart(d.text, at-1)
		if line := bytes.TrimSpace(d.text[above:at]); len(line) == 0 || line[0] != '#' {
			break
		}
		at = above
	}
	return at
}

// Delete removes the lines of a key.
func (d *tomlDocument) Delete(key string) {
	if at := d.find(key); at >= 0 && !d.items[at].foreign {
		d.splice(lineStart(d.text, d.items[at].start), nextLine(d.text, d.items[at].end), "")
		_ = d.read() // less of what is valid is valid
	}
}

func (d *tomlDocument) splice(from, to int, text string) {
	d.text = slices.Concat(d.text[:from], []byte(text), d.text[to:])
}

// lineStart is where the line of an offset begins.
func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

// nextLine is where the line after that of an offset begins, or the end.
func nextLine(text []byte, at int) int {
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return at + end + 1
	}
	return len(text)
}
