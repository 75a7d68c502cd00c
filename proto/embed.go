// Package proto has the files of the wire contract as text, for projects of plugins in
// other languages than Go.
package proto

import "embed"

// Files are the contract: sz/plugin/v1/*.proto.
//
//go:embed sz
var Files embed.FS
