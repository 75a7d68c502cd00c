//go:build !linux

package wire

// harden does nothing here: see harden_linux.go.
func harden() {}
