package config

import "reflect"

// File is a text that may be the name of a file of the project. Package sdk documents
// it as ProjectFile.
type File struct {
	Name   string // the text
	Exists bool   // there is such a file
	Data   []byte // its content
}

var fileType = reflect.TypeFor[File]()

// Attach gives every File in *out, a struct that [Decode] has filled, its content.
func Attach(out any, content map[string][]byte) {
	attach(reflect.ValueOf(out).Elem(), content)
}

func attach(v reflect.Value, content map[string][]byte) {
	switch {
	case v.Type() == fileType:
		f := v.Interface().(File)
		f.Data, f.Exists = content[f.Name]
		v.Set(reflect.ValueOf(f))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		attach(v.Elem(), content)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			attach(v.Index(i), content)
		}
	case isObject(v.Type()):
		for _, m := range shapeOf(v.Type()).members {
			attach(v.FieldByIndex(m.index), content)
		}
	}
}
