// Package secretfile turns the text of a Secretfile into one model with the
// position of everything in it, and reports all that is wrong at once. It is pure:
// no file is opened and no environment is read but through [Options].
//
// The way through it: a front end (yaml.go) turns text into [Node]s, which know no
// syntax; eval.go replaces interpolations, giving [Value]s; decode*.go checks keys
// and types and fills the [File]. Another syntax is another front end.
//
// What is secret is sealed on the way: text of the environment and stated values
// do not print themselves, and the lines that messages quote have them masked
// (seal.go).
//
// Next: core/value for what a static value is, core/plan for what becomes of the
// model.
package secretfile
