package main

import (
	"fmt"
	"slices"

	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// list has a line for each element of the contract that another version may rely on: all
// that is on the wire, and the names that are in JSON.
func list(files linker.Files) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	enum := func(e protoreflect.EnumDescriptor) {
		for i := range e.Values().Len() {
			add("value %s.%s = %d", e.FullName(), e.Values().Get(i).Name(), e.Values().Get(i).Number())
		}
	}
	var message func(protoreflect.MessageDescriptor)
	message = func(m protoreflect.MessageDescriptor) {
		add("message %s", m.FullName())
		for i := range m.Fields().Len() {
			add("field %s", fieldLine(m.Fields().Get(i)))
		}
		for i := range m.Messages().Len() {
			message(m.Messages().Get(i))
		}
		for i := range m.Enums().Len() {
			enum(m.Enums().Get(i))
		}
	}
	for _, f := range files {
		for i := range f.Messages().Len() {
			message(f.Messages().Get(i))
		}
		for i := range f.Enums().Len() {
			enum(f.Enums().Get(i))
		}
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				m := f.Services().Get(i).Methods().Get(j)
				add("rpc %s(%s%s) returns (%s%s)", m.FullName(), stream(m.IsStreamingClient()), m.Input().FullName(), stream(m.IsStreamingServer()), m.Output().FullName())
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func stream(is bool) string {
	if is {
		return "stream "
	}
	return ""
}

func fieldLine(f protoreflect.FieldDescriptor) string {
	kind := f.Kind().String()
	if f.Message() != nil {
		kind = string(f.Message().FullName())
	} else if f.Enum() != nil {
		kind = string(f.Enum().FullName())
	}
	line := fmt.Sprintf("%s = %d %s %s json %s", f.FullName(), f.Number(), f.Cardinality(), kind, f.JSONName())
	if one := f.ContainingOneof(); one != nil {
		line += " in " + string(one.Name())
	}
	return line
}

// breaks are the released lines that are no more.
func breaks(before, now []string) []string {
	var out []string
	for _, line := range before {
		if line != "" && !slices.Contains(now, line) {
			out = append(out, "released and no longer there, or another: "+line)
		}
	}
	return out
}
