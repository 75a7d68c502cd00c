// Package syntax is the two faces of a Secretfile: it turns YAML or HCL into
// [Node]s, which know no syntax, and nodes back into text. It knows how things are
// written and nothing of what they mean. It is pure.
//
// The way through it: [Parse] checks what no file may hold (readable.go) and hands
// the text to a front end, yaml*.go or hcl*.go. In YAML the texts of scalars are
// split into [Part]s by interpolate.go; in HCL the parser does that. [Print] writes
// nodes as text (print_*.go), [Format] lays out a text anew (format*.go).
//
// Next: core/secretfile, which gives nodes their meaning.
package syntax
