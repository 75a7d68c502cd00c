package format

import (
	"bytes"
	"errors"
	"slices"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/secretzero/sz/sdk/secret"
)

// tomlDocument is a TOML file. Ours are the keys above its first table; a table is
// foreign, and can be read as its own text only. A change is made in the text, so that
// what is not ours keeps its bytes (toml_text.go). How values are written is in toml_value.go.
type tomlDocument struct {
	mark  string // of the byte order, as some editors write it
	text  []byte
	items []tomlItem
	table int // where the first table begins, or the end of the text
}

// tomlItem is a key above all tables, or all that is written of a table.
type tomlItem struct {
	key        string
	start      int // of the key in the text
	value, end int // of the value, and after it
	foreign    bool
	held       secret.Payload
}

var errNotTOML = errors.New("it is not valid TOML")

func parseTOML(text []byte) (Document, error) {
	d := &tomlDocument{text: bytes.Clone(text)}
	if rest, marked := bytes.CutPrefix(text, []byte(byteOrderMark)); marked {
		d.mark, d.text = byteOrderMark, bytes.Clone(rest)
	}
	return d, d.read()
}

// read finds out what the text holds.
func (d *tomlDocument) read() error {
	// The parser below sees one expression at a time; this one sees what is there twice.
	var whole map[string]any
	if toml.Unmarshal(d.text, &whole) != nil {
		return errNotTOML
	}
	d.items, d.table = nil, len(d.text)
	var parser unstable.Parser
	parser.Reset(d.text)
	table := ""
	for parser.NextExpression() {
		e := parser.Expression()
		key := tomlKey(e)
		switch {
		case e.Kind != unstable.KeyValue:
			if len(d.text) == d.table {
				d.table = lineStart(d.text, key.start)
			}
			table = key.names[0]
			d.foreign(table, d.text[key.start:key.end])
		case table != "":
			d.foreign(table, parser.Raw(e.Raw))
		case len(key.names) > 1:
			d.foreign(key.names[0], parser.Raw(e.Raw))
		default:
			end := int(e.Raw.Offset + e.Raw.Length)
			d.items = append(d.items, tomlItem{key: key.names[0], start: int(e.Raw.Offset), value: d.afterEquals(key.end), end: end, held: tomlPayload(e.Value())})
		}
	}
	if parser.Error() != nil {
		return errNotTOML
	}
	return nil
}

// foreign takes down more text of a table.
func (d *tomlDocument) foreign(key string, text []byte) {
	if at := d.find(key); at >= 0 {
		text = slices.Concat(d.items[at].held.Scalar().Expose(), []byte("\n"), text)
		d.items[at].held = secret.NewText(secret.New(text))
		return
	}
	d.items = append(d.items, tomlItem{key: key, foreign: true, held: secret.NewText(secret.New(bytes.Clone(text)))})
}

// afterEquals is where a value begins.
func (d *tomlDocument) afterEquals(at int) int {
	at += bytes.IndexByte(d.text[at:], '=') + 1
	return at + len(d.text[at:]) - len(bytes.TrimLeft(d.text[at:], " \t"))
}

func (d *tomlDocument) find(key string) int {
	return slices.IndexFunc(d.items, func(i tomlItem) bool { return i.key == key })
}

// Get finds a key.
func (d *tomlDocument) Get(key string) (secret.Payload, bool) {
	at := d.find(key)
	if at < 0 {
		return secret.Payload{}, false
	}
	return d.items[at].held, true
}

// Keys are all keys, in order.
func (d *tomlDocument) Keys() []string {
	var keys []string
	for _, i := range d.items {
		keys = append(keys, i.key)
	}
	return keys
}

// Empty reports that nothing is there, not even a comment.
func (d *tomlDocument) Empty() bool { return len(bytes.TrimSpace(d.text)) == 0 }

// Bytes is the file.
func (d *tomlDocument) Bytes() ([]byte, error) { return append([]byte(d.mark), d.text...), nil }
