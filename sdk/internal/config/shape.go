package config

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/secretzero/sz/sdk/schema"
)

// shape is what the tags of a struct type say. To read tags takes longer than all else
// that is done with a configuration, and a vault has a thousand of them: each type is
// read once.
type shape struct {
	members []member // those of embedded structs in place
	object  schema.Object
}

// member is a field with the tag sz.
type member struct {
	index     []int
	kind      reflect.Type
	attribute schema.Attribute
	required  bool   // also where the environment may have it
	named     bool   // is called after the secret when nothing is said
	variable  string // of the environment, which is asked when nothing is said
	requests  []Request
}

var shapes sync.Map // of *shape, by the reflect.Type

// shapeOf reads the tags of t, a struct type. It panics on a type or tag that it does
// not know. Safe for concurrent use; nobody may change what it returns.
func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("sdk: configuration %s is not a struct", t))
	}
	s := &shape{}
	for _, field := range reflect.VisibleFields(t) {
		if field.Tag.Get("sz") == "" {
			continue
		}
		m := memberOf(t, field)
		s.members = append(s.members, m)
		s.object.Attributes = append(s.object.Attributes, m.attribute)
	}
	if ruler, ok := reflect.New(t).Interface().(Ruler); ok {
		s.object.Rules = ruler.Rules()
	}
	known, _ := shapes.LoadOrStore(t, s)
	return known.(*shape)
}

func memberOf(t reflect.Type, field reflect.StructField) member {
	m := member{index: field.Index, kind: field.Type, attribute: attribute(t, field), variable: field.Tag.Get("env")}
	_, options, _ := strings.Cut(field.Tag.Get("sz"), ",")
	for option := range strings.SplitSeq(options, ",") {
		m.required = m.required || option == "required"
		m.named = m.named || option == "name"
	}
	for _, kind := range []string{"network", "read", "write"} {
		if reason := field.Tag.Get(kind); reason != "" {
			m.requests = append(m.requests, Request{Kind: kind, Reason: reason})
		}
	}
	return m
}
