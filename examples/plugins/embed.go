// Package plugins has examples of plugins: consul, etcd and webdav, in Go, modules of their
// own; node and python, in JavaScript and Python, with which `sz plugin new --lang` begins
// a project.
package plugins

import "embed"

// Node is the project of a plugin in JavaScript, named shelf.
//
//go:embed node
var Node embed.FS

// Python is the same in Python.
//
//go:embed python
var Python embed.FS
