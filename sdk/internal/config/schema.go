// Package config turns an author's Go struct into a schema, and a checked
// configuration into a filled struct. Package sdk documents the tags.
package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

var (
	secretType = reflect.TypeFor[secret.Value]()
	valueType  = reflect.TypeFor[schema.Value]()
)

// Ruler lets a configuration struct add rules between its keys.
type Ruler interface{ Rules() []schema.Rule }

// Schema derives the schema of t, a struct type. It panics on a type or tag that
// it does not know: that is a mistake in the plugin, found when it describes
// itself. Nobody may change what it returns.
func Schema(t reflect.Type) schema.Object { return shapeOf(t).object }

func attribute(t reflect.Type, field reflect.StructField) schema.Attribute {
	name, options, _ := strings.Cut(field.Tag.Get("sz"), ",")
	a := schema.Attribute{
		Name: name, Type: typeOf(field.Type),
		Description: field.Tag.Get("doc"), Pattern: field.Tag.Get("pattern"), PatternHint: field.Tag.Get("hint"),
		Min: number(t, field, "min"), Max: number(t, field, "max"), Deprecated: field.Tag.Get("deprecated"),
		Sensitive: field.Type == secretType,
	}
	if allowed := field.Tag.Get("enum"); allowed != "" {
		a.Enum = strings.Split(allowed, ",")
	}
	for _, option := range strings.Split(options, ",") {
		switch option {
		case "":
		case "required":
			a.Required = true
		case "identity":
			a.Identity = true
		case "name":
			a.Identity = true
		default:
			panic(fmt.Sprintf("sdk: %s.%s: unknown option %q", t, field.Name, option))
		}
	}
	if variable := field.Tag.Get("env"); variable != "" {
		// The environment may have what the Secretfile has not: Complete looks there.
		a.Required = false
		a.Description = strings.TrimPrefix(a.Description+"; the environment's "+variable+" when nothing is said", "; ")
	}
	if text, ok := field.Tag.Lookup("default"); ok {
		a.Default = defaultValue(a.Type.Kind, text)
	}
	return a
}

func number(t reflect.Type, field reflect.StructField, tag string) *float64 {
	text, ok := field.Tag.Lookup(tag)
	if !ok {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(fmt.Sprintf("sdk: %s.%s: tag %s: %v", t, field.Name, tag, err))
	}
	return &n
}

func defaultValue(kind schema.Kind, text string) schema.Value {
	switch kind {
	case schema.Bool:
		return schema.NewBool(text == "true")
	case schema.Number:
		return schema.NewNumber(text)
	default:
		return schema.NewString(text)
	}
}

func typeOf(t reflect.Type) schema.Type {
	switch t {
	case valueType:
		return schema.Type{Kind: schema.Any}
	case secretType, fileType:
		return schema.Type{Kind: schema.String}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeOf(t.Elem())
	case reflect.Bool:
		return schema.Type{Kind: schema.Bool}
	case reflect.String:
		return schema.Type{Kind: schema.String}
	case reflect.Int, reflect.Int64, reflect.Float64:
		return schema.Type{Kind: schema.Number}
	case reflect.Slice:
		element := typeOf(t.Elem())
		return schema.Type{Kind: schema.List, Elem: &element}
	case reflect.Map:
		element := typeOf(t.Elem())
		return schema.Type{Kind: schema.Map, Elem: &element}
	case reflect.Struct:
		object := Schema(t)
		return schema.Type{Kind: schema.Map, Object: &object}
	default:
		panic(fmt.Sprintf("sdk: a configuration cannot hold a %s", t))
	}
}
