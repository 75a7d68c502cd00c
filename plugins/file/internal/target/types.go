package target

import "github.com/secretzero/sz/sdk/secret"

// types are those of the values of a payload that the file holds as text, by key. The
// file cannot show them, so the state remembers them: a number that was stored in a
// dotenv file is copied from there as a number. Without the state, or after an edit,
// what is there is text.
func (s spot) types(p secret.Payload, held []secret.Field) map[string]string {
	types := map[string]string{}
	for _, h := range held {
		part := p
		if s.spread {
			part, _ = p.Field(h.Name)
		}
		if h.Value.Type() == secret.Text && part.Type() != secret.Text {
			types[h.Name] = part.Type().String()
		}
	}
	return types
}

// typed is what the file holds at a spot, with the types that were stored there.
func (s spot) typed(p secret.Payload, types map[string]string) secret.Payload {
	if len(types) == 0 {
		return p
	}
	if !s.spread {
		return typed(p, types[s.keys[0]])
	}
	var fields []secret.Field
	for _, f := range p.Fields() {
		fields = append(fields, secret.Field{Name: f.Name, Value: typed(f.Value, types[f.Name])})
	}
	return secret.NewObject(fields)
}

func typed(p secret.Payload, name string) secret.Payload {
	switch name {
	case secret.Object.String(), secret.List.String():
		if parsed, err := secret.ParseJSON(p.Scalar()); err == nil {
			return parsed
		}
	case secret.Null.String():
		return secret.Scalar(secret.Null, secret.Value{})
	}
	for _, t := range []secret.Type{secret.Binary, secret.Number, secret.Bool} {
		if name == t.String() {
			return secret.Scalar(t, p.Scalar())
		}
	}
	return p
}
