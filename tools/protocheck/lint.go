package main

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

var (
	pascal  = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	snake   = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	upper   = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
	version = regexp.MustCompile(`\.v[1-9][0-9]*$`)
)

// linter collects what is wrong, as FILE:LINE: RULE: text.
type linter struct {
	faults []string
	users  map[protoreflect.FullName]string // the method that a message is the request or response of
}

func lint(files linker.Files) []string {
	l := &linter{users: map[protoreflect.FullName]string{}}
	for _, file := range files {
		l.file(file)
	}
	return l.faults
}

func (l *linter) when(wrong bool, at protoreflect.Descriptor, rule, format string, args ...any) {
	if wrong {
		line := at.ParentFile().SourceLocations().ByDescriptor(at).StartLine + 1
		l.faults = append(l.faults, fmt.Sprintf("%s:%d: %s: %s", at.ParentFile().Path(), line, rule, fmt.Sprintf(format, args...)))
	}
}

// commented demands a comment that says something.
func (l *linter) commented(d protoreflect.Descriptor, rule string) {
	comment := strings.TrimSpace(d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments)
	l.when(comment == "", d, rule, "%s has no comment", d.FullName())
}

func (l *linter) file(f linker.File) {
	pkg := string(f.Package())
	l.when(path.Dir(f.Path()) != strings.ReplaceAll(pkg, ".", "/"), f, "PACKAGE_DIRECTORY_MATCH", "package %s is in %s", pkg, path.Dir(f.Path()))
	l.when(!version.MatchString(pkg), f, "PACKAGE_VERSION_SUFFIX", "package %s has no version", pkg)
	l.when(!snake.MatchString(strings.TrimSuffix(path.Base(f.Path()), ".proto")), f, "FILE_LOWER_SNAKE_CASE", "%s", f.Path())
	l.when(f.Syntax() != protoreflect.Proto3, f, "SYNTAX_SPECIFIED", "%s is not proto3", f.Path())
	for i := range f.Imports().Len() {
		imported := f.Imports().Get(i)
		l.when(imported.IsPublic, f, "IMPORT_NO_PUBLIC", "%s", imported.Path())
		l.when(imported.IsWeak, f, "IMPORT_NO_WEAK", "%s", imported.Path())
	}
	for i := range f.Messages().Len() {
		l.message(f.Messages().Get(i))
	}
	for i := range f.Enums().Len() {
		l.enum(f.Enums().Get(i))
	}
	for i := range f.Services().Len() {
		l.service(f.Services().Get(i))
	}
}

func (l *linter) message(m protoreflect.MessageDescriptor) {
	if m.IsMapEntry() {
		return
	}
	l.when(!pascal.MatchString(string(m.Name())), m, "MESSAGE_PASCAL_CASE", "%s", m.Name())
	l.commented(m, "COMMENT_MESSAGE")
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		l.when(!snake.MatchString(string(f.Name())), f, "FIELD_LOWER_SNAKE_CASE", "%s", f.FullName())
		l.when(f.Cardinality() == protoreflect.Required, f, "FIELD_NOT_REQUIRED", "%s", f.FullName())
		l.commented(f, "COMMENT_FIELD")
	}
	for i := range m.Oneofs().Len() {
		if o := m.Oneofs().Get(i); !o.IsSynthetic() {
			l.when(!snake.MatchString(string(o.Name())), o, "ONEOF_LOWER_SNAKE_CASE", "%s", o.FullName())
			l.commented(o, "COMMENT_ONEOF")
		}
	}
	for i := range m.Messages().Len() {
		l.message(m.Messages().Get(i))
	}
	for i := range m.Enums().Len() {
		l.enum(m.Enums().Get(i))
	}
}

func (l *linter) enum(e protoreflect.EnumDescriptor) {
	l.when(!pascal.MatchString(string(e.Name())), e, "ENUM_PASCAL_CASE", "%s", e.Name())
	l.commented(e, "COMMENT_ENUM")
	options, _ := e.Options().(*descriptorpb.EnumOptions)
	l.when(options.GetAllowAlias(), e, "ENUM_NO_ALLOW_ALIAS", "%s", e.Name())
	prefix := upperSnake(string(e.Name())) + "_"
	for i := range e.Values().Len() {
		v := e.Values().Get(i)
		l.when(!upper.MatchString(string(v.Name())), v, "ENUM_VALUE_UPPER_SNAKE_CASE", "%s", v.Name())
		l.when(!strings.HasPrefix(string(v.Name()), prefix), v, "ENUM_VALUE_PREFIX", "%s does not begin with %s", v.Name(), prefix)
		l.when(i == 0 && v.Number() != 0, v, "ENUM_FIRST_VALUE_ZERO", "%s", v.Name())
		l.when(v.Number() == 0 && !strings.HasSuffix(string(v.Name()), "_UNSPECIFIED"), v, "ENUM_ZERO_VALUE_SUFFIX", "%s", v.Name())
		l.commented(v, "COMMENT_ENUM_VALUE")
	}
}

func (l *linter) service(s protoreflect.ServiceDescriptor) {
	l.when(!pascal.MatchString(string(s.Name())), s, "SERVICE_PASCAL_CASE", "%s", s.Name())
	l.commented(s, "COMMENT_SERVICE")
	for i := range s.Methods().Len() {
		m := s.Methods().Get(i)
		l.when(!pascal.MatchString(string(m.Name())), m, "RPC_PASCAL_CASE", "%s", m.Name())
		l.commented(m, "COMMENT_RPC")
		l.used(s, m, m.Input(), "Request", "RPC_REQUEST_STANDARD_NAME")
		l.used(s, m, m.Output(), "Response", "RPC_RESPONSE_STANDARD_NAME")
	}
}

func (l *linter) used(s protoreflect.ServiceDescriptor, m protoreflect.MethodDescriptor, message protoreflect.MessageDescriptor, suffix, rule string) {
	name := string(message.Name())
	standard := name == string(m.Name())+suffix || name == string(s.Name())+string(m.Name())+suffix
	l.when(!standard, m, rule, "%s has the message %s", m.FullName(), name)
	other, taken := l.users[message.FullName()]
	l.when(taken, m, "RPC_REQUEST_RESPONSE_UNIQUE", "%s and %s share %s", m.FullName(), other, name)
	l.users[message.FullName()] = string(m.FullName())
}

// upperSnake is PascalCase as UPPER_SNAKE_CASE.
func upperSnake(name string) string {
	var out strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && !(name[i-1] >= 'A' && name[i-1] <= 'Z') {
			out.WriteByte('_')
		}
		out.WriteRune(r)
	}
	return strings.ToUpper(out.String())
}
