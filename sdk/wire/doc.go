// Package wire is both ends of the conversation between sz and a plugin: the
// handshake, the credentials, the client that the host holds ([Client]), the
// server that a plugin runs ([Serve]), and the Go types that both speak.
//
// Protobuf messages stay inside this package. Their generated String methods
// print every field, secrets included (golang/protobuf#1655), so nobody outside
// ever holds one, and nothing in here logs one.
//
// Plugin authors use package sdk instead. Next: proto/sz/plugin/v1 for the
// contract itself, core/pluginhost for how the host starts a plugin.
package wire
