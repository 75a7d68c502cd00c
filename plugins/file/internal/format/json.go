package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"

	"github.com/secretzero/sz/sdk/secret"
)

// jsonDocument is a JSON object. Its members keep their order and, but for white
// space, their text: a number or an escape is not spelled anew.
type jsonDocument struct {
	members []jsonMember
	indent  string
}

type jsonMember struct {
	name string
	text json.RawMessage
}

var (
	errNotObject = errors.New("it is not a JSON object")
	jsonIndent   = regexp.MustCompile(`^\s*\{[ \t]*\r?\n([ \t]+)"`)
)

func parseJSON(text []byte) (Document, error) {
	d := &jsonDocument{indent: "  "}
	if len(bytes.TrimSpace(text)) == 0 {
		return d, nil
	}
	if !json.Valid(text) {
		return nil, errors.New("it is not valid JSON")
	}
	if m := jsonIndent.FindSubmatch(text); m != nil {
		d.indent = string(m[1])
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errNotObject
	}
	for decoder.More() {
		key, err := decoder.Token()
		name, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || decoder.Decode(&value) != nil {
			return nil, errNotObject
		}
		d.members = append(d.members, jsonMember{name, value})
	}
	return d, nil
}

// Get finds the last member of the name, which is the one that readers take.
func (d *jsonDocument) Get(key string) (secret.Payload, bool) {
	for i := len(d.members) - 1; i >= 0; i-- {
		if d.members[i].name == key {
			p, err := secret.ParseJSON(secret.New(bytes.Clone(d.members[i].text)))
			return p, err == nil
		}
	}
	return secret.Payload{}, false
}

// Keys are the names of the members.
func (d *jsonDocument) Keys() []string {
	var keys []string
	for _, m := range d.members {
		keys = append(keys, m.name)
	}
	return keys
}

// Set gives a member a value, and removes others of its name.
func (d *jsonDocument) Set(key string, p secret.Payload) error {
	text, err := p.EncodeJSON()
	if err != nil {
		return err
	}
	value := jsonMember{key, text.Expose()}
	at := slices.IndexFunc(d.members, func(m jsonMember) bool { return m.name == key })
	if at < 0 {
		d.members = append(d.members, value)
		return nil
	}
	d.members[at] = value
	rest := slices.DeleteFunc(d.members[at+1:], func(m jsonMember) bool { return m.name == key })
	d.members = d.members[:at+1+len(rest)]
	return nil
}

// Delete removes the members of a name.
func (d *jsonDocument) Delete(key string) {
	d.members = slices.DeleteFunc(d.members, func(m jsonMember) bool { return m.name == key })
}

// Empty reports that there is no member.
func (d *jsonDocument) Empty() bool { return len(d.members) == 0 }

// Bytes is the file, indented as it was or by two spaces.
func (d *jsonDocument) Bytes() ([]byte, error) {
	var compact bytes.Buffer
	compact.WriteByte('{')
	for i, m := range d.members {
		if i > 0 {
			compact.WriteByte(',')
		}
		name, err := secret.NewText(secret.FromString(m.name)).EncodeJSON()
		if err != nil {
			return nil, err
		}
		compact.Write(name.Expose())
		compact.WriteByte(':')
		compact.Write(m.text)
	}
	compact.WriteByte('}')
	var out bytes.Buffer
	if err := json.Indent(&out, compact.Bytes(), "", d.indent); err != nil {
		return nil, errors.New("the values cannot be written as JSON")
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
