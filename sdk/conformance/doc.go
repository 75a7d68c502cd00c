// Package conformance finds out whether a plugin keeps the rules of the wire
// contract, whatever it is written in: it speaks to it as a host does, well and
// badly, and looks at all that comes back. `sz plugin test` runs it against a binary
// in the sandbox, sdk/plugintest against a plugin in the process of a test.
//
// The way through it: [Run] starts the [Subject] again and again, once for each check
// of each [Cases] entry, and returns a [Report]. Everything that a plugin says is
// searched for the values that the checks gave it (watch.go). The checks of a
// description are in describe.go, of configurations in config.go, of generators in
// generator.go, of targets in target.go and the files beside it, of the process in
// process.go, of permissions in grants.go.
//
// Next: docs/plugin-protocol.md, which states every rule that is checked here.
package conformance
