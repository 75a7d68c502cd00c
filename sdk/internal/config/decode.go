package config

import (
	"math"
	"reflect"
	"strconv"

	"github.com/secretzero/sz/sdk/schema"
)

// Decode checks v against the schema of *out, fills in defaults, and fills out.
// The faults are those of [schema.Object.Check], plus numbers that are no whole
// number where one is meant. With an error among them, out is not touched.
func Decode(v schema.Value, out any) []schema.Fault {
	target := reflect.ValueOf(out).Elem()
	object := Schema(target.Type())
	faults := object.Check(v)
	for _, f := range faults {
		if !f.Warning {
			return faults
		}
	}
	return append(faults, fillStruct(nil, object.WithDefaults(v), target)...)
}

// Fill fills out with what v has, without asking whether that is allowed or enough.
func Fill(v schema.Value, out any) {
	target := reflect.ValueOf(out).Elem()
	_ = fillStruct(nil, v, target) // faults are of values that do not fit, and are left out
}

func fillStruct(at schema.Path, v schema.Value, target reflect.Value) []schema.Fault {
	var faults []schema.Fault
	for _, m := range shapeOf(target.Type()).members {
		value := v.Get(m.attribute.Name)
		if value.IsNull() || value.Kind() == schema.Unknown {
			continue
		}
		here := append(at[:len(at):len(at)], schema.Step{Key: m.attribute.Name})
		faults = append(faults, fill(here, value, target.FieldByIndex(m.index))...)
	}
	return faults
}

func fill(at schema.Path, v schema.Value, target reflect.Value) []schema.Fault {
	switch target.Type() {
	case valueType:
		target.Set(reflect.ValueOf(v))
		return nil
	case secretType:
		target.Set(reflect.ValueOf(v.Secret()))
		return nil
	case fileType:
		target.Set(reflect.ValueOf(File{Name: v.Expose()}))
		return nil
	}
	switch target.Kind() {
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		return fill(at, v, target.Elem())
	case reflect.Bool:
		target.SetBool(v.Bool())
	case reflect.String:
		target.SetString(v.Expose())
	case reflect.Int, reflect.Int64, reflect.Float64:
		return fillNumber(at, v, target)
	case reflect.Slice:
		return fillSlice(at, v, target)
	case reflect.Map:
		return fillMap(at, v, target)
	case reflect.Struct:
		return fillStruct(at, v, target)
	}
	return nil
}

func fillNumber(at schema.Path, v schema.Value, target reflect.Value) []schema.Fault {
	n, err := strconv.ParseFloat(v.Expose(), 64)
	if target.Kind() == reflect.Float64 && err == nil {
		target.SetFloat(n)
		return nil
	}
	if err != nil || n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return []schema.Fault{{Path: at, Code: schema.CodeWrongType, Summary: at.String() + " must be a whole number"}}
	}
	target.SetInt(int64(n))
	return nil
}

func fillSlice(at schema.Path, v schema.Value, target reflect.Value) []schema.Fault {
	var faults []schema.Fault
	list := reflect.MakeSlice(target.Type(), len(v.Items()), len(v.Items()))
	for i, item := range v.Items() {
		here := append(at[:len(at):len(at)], schema.Step{Index: i})
		faults = append(faults, fill(here, item, list.Index(i))...)
	}
	target.Set(list)
	return faults
}

func fillMap(at schema.Path, v schema.Value, target reflect.Value) []schema.Fault {
	var faults []schema.Fault
	members := reflect.MakeMapWithSize(target.Type(), len(v.Fields()))
	for _, f := range v.Fields() {
		element := reflect.New(target.Type().Elem()).Elem()
		here := append(at[:len(at):len(at)], schema.Step{Key: f.Name})
		faults = append(faults, fill(here, f.Value, element)...)
		members.SetMapIndex(reflect.ValueOf(f.Name), element)
	}
	target.Set(members)
	return faults
}
