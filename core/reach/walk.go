package reach

import (
	"slices"
	"strconv"
	"strings"

	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

// each visits the scalars of a configuration with the paths to them.
func each(v secretfile.Value, path schema.Path, visit func(schema.Path, secretfile.Value)) {
	for i, item := range v.Items() {
		each(item, append(slices.Clone(path), schema.Step{Index: i}), visit)
	}
	for _, f := range v.Fields() {
		each(f.Value, append(slices.Clone(path), schema.Step{Key: f.Name}), visit)
	}
	if k := v.Kind(); k != schema.Null && k != schema.List && k != schema.Map {
		visit(path, v)
	}
}

// settingOf is the setting that a path leads to: its keys, without the items of
// lists. A link of a chain of credentials is judged like a credential of its own.
func settingOf(path schema.Path) string {
	var keys []string
	for _, step := range path {
		if step.Key != "" {
			keys = append(keys, step.Key)
		}
	}
	return strings.Replace(strings.Join(keys, "."), "auth.chain.", "auth.", 1)
}

func pathText(path schema.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch {
		case step.Key == "":
			b.WriteString("[" + strconv.Itoa(step.Index) + "]")
		case b.Len() > 0:
			b.WriteString("." + step.Key)
		default:
			b.WriteString(step.Key)
		}
	}
	return b.String()
}

// sensitive reports a path that leads into something that the schema calls secret.
func sensitive(object schema.Object, path schema.Path) bool {
	for _, step := range path {
		if step.Key == "" {
			continue
		}
		attribute, ok := object.Attribute(step.Key)
		if !ok {
			return false
		}
		if attribute.Sensitive {
			return true
		}
		object = schema.Object{}
		for t := &attribute.Type; t != nil; t = t.Elem {
			if t.Object != nil {
				object = *t.Object
			}
		}
	}
	return false
}

// texts are the scalars of a value as text.
func texts(v schema.Value) []string {
	switch v.Kind() {
	case schema.Null:
		return nil
	case schema.List:
		var list []string
		for _, item := range v.Items() {
			list = append(list, texts(item)...)
		}
		return list
	case schema.Map:
		var list []string
		for _, f := range v.Fields() {
			for _, text := range texts(f.Value) {
				list = append(list, f.Name+"="+text)
			}
		}
		return list
	case schema.String:
		return []string{v.Expose()}
	}
	return []string{v.String()}
}

func quoted(v secretfile.Value) string {
	return strconv.Quote(strings.Join(texts(v.Schema()), ", "))
}

func contains(list []string, item string) bool { return slices.Contains(list, item) }
