// Package sdk is what the author of a plugin imports. A plugin is a Go program
// whose main calls [Serve] with a [Plugin]: generators that make values,
// providers whose targets store them, each with a typed configuration struct and
// plain functions.
//
// # Configuration
//
// The fields of a configuration struct are strings, booleans, int, int64 or
// float64, slices, maps with string keys, nested structs, pointers to these for
// what may be absent, [secret.Value] for what must not be seen, and
// [schema.Value] for anything. Tags say what is allowed, and the host checks it
// before the plugin is started:
//
//	sz:"NAME,required,identity"  the key; must it be there; is it part of where a secret is
//	doc:"…"                      one sentence for a person
//	default:"…"                  what an absent key means
//	enum:"a,b"                   the texts allowed
//	pattern:"…" hint:"…"         an RE2 expression for the whole text, and what it wants in words
//	min:"1" max:"128"            of a number; of a text, its length in characters
//	deprecated:"…"               why not, and what to use
//
//	network:"why"                ask to reach the host that the key names (or its URL's)
//	read:"why" write:"why"       ask to read or write the file of the project that the key names
//	env:"NAME"                   ask for an environment variable, which counts when the key is absent
//
// The option name, as in sz:"name,name", makes a key part of where a secret is and
// gives it the secret's name when nothing is said. A method Rules() []schema.Rule on
// the struct relates keys to each other.
//
// # What holds
//
// Handlers may be called concurrently. Their context ends when the host gives up the
// call: when a person interrupts, or a deadline passes; a function must then return
// within two seconds. A panic in one ends that call, not the process. Nothing that
// changes a store is called before the host has an approved plan. Standard output and
// standard error go to the host, which shows them to nobody who may not see them; a
// plugin has no reason to write a secret there, and [Log] does not.
//
// Next: sdk/plugintest to test a plugin, docs/write-a-plugin.md from nothing to a
// release, docs/plugin-protocol.md for what is on the wire.
package sdk
