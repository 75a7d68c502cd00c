package graph

import (
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

// Fields tells the fields of what a generator makes, none for a single value. known
// is false for a kind that nobody here knows.
type Fields func(g secretfile.Generator) (names []string, known bool)

// of are the names of a secret's fields, none for a single value. known is false
// where only a plugin knows, or a source decides.
func (f Fields) of(s *secretfile.Secret) (names []string, known bool) {
	for _, field := range s.Fields {
		names = append(names, field.Name)
	}
	switch {
	case s.Generator == nil:
		return names, true
	case s.Generator.Kind == secretfile.KindCompose:
		return nil, true
	case s.Generator.Kind == secretfile.KindStatic:
		return statedFields(s.Generator.Config), true
	case s.Source != nil || f == nil:
		return nil, false
	}
	return f(*s.Generator)
}

// statedFields are those of a value that stands in the file.
func statedFields(config secretfile.Value) []string {
	var names []string
	for _, key := range []string{"value", "default"} {
		if v := config.Get(key); v.Kind() == schema.Map {
			for _, f := range v.Fields() {
				names = append(names, f.Name)
			}
		}
	}
	return names
}
