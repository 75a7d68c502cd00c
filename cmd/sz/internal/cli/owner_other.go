//go:build !unix

package cli

// trusted is for systems whose files have owners and modes.
func trusted(string) error { return nil }
