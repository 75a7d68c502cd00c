package config

import (
	"reflect"
	"testing"

	"github.com/secretzero/sz/sdk/schema"
)

type nested struct {
	Script File  `sz:"script" read:"to run it"`
	Maybe  *File `sz:"maybe"`
}

type withFiles struct {
	Command File   `sz:"command" read:"to run it"`
	Args    []File `sz:"args" read:"to hand them over"`
	Nested  nested `sz:"nested"`
	Other   string `sz:"other"`
}

func TestFilesGetTheirContent(t *testing.T) {
	text := schema.NewString
	v := schema.NewMap([]schema.Field{
		{Name: "command", Value: text("a")}, {Name: "args", Value: schema.NewList([]schema.Value{text("-n"), text("b")})},
		{Name: "nested", Value: schema.NewMap([]schema.Field{{Name: "script", Value: text("c")}, {Name: "maybe", Value: text("a")}})},
		{Name: "other", Value: text("a")},
	})
	var c withFiles
	if faults := Decode(v, &c); len(faults) > 0 {
		t.Fatal(faults)
	}
	Attach(&c, map[string][]byte{"a": []byte("A"), "b": {}})
	a := File{"a", true, []byte("A")}
	want := withFiles{a, []File{{Name: "-n"}, {"b", true, []byte{}}}, nested{File{Name: "c"}, &a}, "a"}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, want %+v", c, want)
	}
}

func TestFilesAskToBeRead(t *testing.T) {
	want := []Request{{"read", "config.command", "to run it"}, {"read", "config.args", "to hand them over"}, {"read", "config.nested.script", "to run it"}}
	if got := Requests(reflect.TypeFor[withFiles]()); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if a, _ := Schema(reflect.TypeFor[withFiles]()).Attribute("args"); a.Type.Kind != schema.List || a.Type.Elem.Kind != schema.String {
		t.Errorf("type %+v", a.Type)
	}
}
