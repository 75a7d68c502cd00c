package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

// jsonDocument is a JSON object as it is written. What is not ours keeps its bytes:
// a number or an escape is not spelled anew, and no line is broken that was whole. How the text
// is changed is in json_text.go.
type jsonDocument struct{ text []byte }

// jsonMember is where a member stands in the text.
type jsonMember struct {
	key        string
	start      int // of the name
	value, end int // of the value, and after it
}

var (
	errNotObject = errors.New("it is not a JSON object")
	jsonBlank    = regex.Of(`^[ \t\r\n]*`)
)

const jsonSpace = " \t\r\n"

func parseJSON(text []byte) (Document, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	if !json.Valid(text) {
		return nil, errors.New("it is not valid JSON")
	}
	if bytes.TrimLeft(text, jsonSpace)[0] != '{' {
		return nil, errNotObject
	}
	return &jsonDocument{bytes.Clone(text)}, nil
}

// members are those of the object, in order. The text is valid.
func (d *jsonDocument) members() []jsonMember {
	var list []jsonMember
	decoder := json.NewDecoder(bytes.NewReader(d.text))
	_, _ = decoder.Token() // the brace
	for decoder.More() {
		m := jsonMember{start: d.after(int(decoder.InputOffset()), ',')}
		key, _ := decoder.Token()
		m.key, _ = key.(string)
		m.value = d.after(int(decoder.InputOffset()), ':')
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			break
		}
		m.end = int(decoder.InputOffset())
		list = append(list, m)
	}
	return list
}

// after is where something begins that comes after an offset, blank space and perhaps
// a sign.
func (d *jsonDocument) after(offset int, sign byte) int {
	offset += len(jsonBlank.Find(d.text[offset:]))
	if d.text[offset] == sign {
		offset++
	}
	return offset + len(jsonBlank.Find(d.text[offset:]))
}

// Get finds the last member of the name, which is the one that readers take.
func (d *jsonDocument) Get(key string) (secret.Payload, bool) {
	for _, m := range slices.Backward(d.members()) {
		if m.key == key {
			p, err := secret.ParseJSON(secret.New(bytes.Clone(d.text[m.value:m.end])))
			return p, err == nil
		}
	}
	return secret.Payload{}, false
}

// Keys are the names of the members.
func (d *jsonDocument) Keys() []string {
	var keys []string
	for _, m := range d.members() {
		keys = append(keys, m.key)
	}
	return keys
}

// Set gives the first member of a name a value and removes others of it, or adds a
// member as the last.
func (d *jsonDocument) Set(key string, p secret.Payload) error {
	value, err := p.EncodeJSON()
	if err != nil {
		return err
	}
	list := d.members()
	at := slices.IndexFunc(list, func(m jsonMember) bool { return m.key == key })
	if at < 0 {
		return d.add(key, value, list)
	}
	for i := len(list) - 1; i > at; i-- {
		if list[i].key == key {
			d.remove(i)
		}
	}
	space := d.indent(list)
	d.splice(list[at].value, list[at].end, d.laidOut(value, space))
	return nil
}

// Empty reports that there is no member.
func (d *jsonDocument) Empty() bool { return len(d.members()) == 0 }

// Bytes is the file.
func (d *jsonDocument) Bytes() ([]byte, error) { return d.text, nil }
