// Package plugins has examples of plugins: consul, in Go, a module of its own; node, in
// JavaScript, with which `sz plugin new --lang node` begins a project.
package plugins

import "embed"

// Node is the project of a plugin in JavaScript, named shelf.
//
//go:embed node
var Node embed.FS
