package secret

import (
	"bytes"
	"encoding/json"
	"errors"
)

// errNotJSON says nothing of the text: it is a secret.
var errNotJSON = errors.New("value is not JSON")

// ParseJSON reads JSON text into a payload, with the order of fields kept and
// numbers to the letter. Of two fields with one name both are kept.
func ParseJSON(v Value) (Payload, error) {
	dec := json.NewDecoder(bytes.NewReader(v.Expose()))
	dec.UseNumber()
	p, err := parseJSON(dec)
	if err != nil || dec.More() {
		return Payload{}, errNotJSON
	}
	return p, nil
}

func parseJSON(dec *json.Decoder) (Payload, error) {
	token, err := dec.Token()
	if err != nil {
		return Payload{}, errNotJSON
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return parseFields(dec)
		}
		return parseItems(dec)
	case string:
		return NewText(FromString(t)), nil
	case json.Number:
		return Scalar(Number, FromString(t.String())), nil
	case bool:
		if t {
			return Scalar(Bool, FromString("true")), nil
		}
		return Scalar(Bool, FromString("false")), nil
	default:
		return Scalar(Null, Value{}), nil
	}
}

func parseFields(dec *json.Decoder) (Payload, error) {
	fields := []Field{}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return Payload{}, errNotJSON
		}
		value, err := parseJSON(dec)
		if err != nil {
			return Payload{}, err
		}
		fields = append(fields, Field{name, value})
	}
	_, err := dec.Token()
	return NewObject(fields), err
}

func parseItems(dec *json.Decoder) (Payload, error) {
	items := []Payload{}
	for dec.More() {
		item, err := parseJSON(dec)
		if err != nil {
			return Payload{}, err
		}
		items = append(items, item)
	}
	_, err := dec.Token()
	return NewList(items), err
}
