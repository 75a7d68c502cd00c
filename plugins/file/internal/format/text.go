package format

import (
	"bytes"

	"github.com/secretzero/sz/sdk/secret"
)

// plain is a file that is one value, byte for byte: a key, a certificate, a token, or
// a configuration that was composed of secrets. Its one key has no name.
type plain struct{ text []byte } // nil when there is no file

// parsePlain takes any bytes. No bytes are an empty value, and nil is no file.
func parsePlain(text []byte) Document { return &plain{bytes.Clone(text)} }

// Get is all of the file.
func (d *plain) Get(key string) (secret.Payload, bool) {
	if d.text == nil || key != "" {
		return secret.Payload{}, false
	}
	return secret.NewText(secret.New(bytes.Clone(d.text))), true
}

// Set replaces the file.
func (d *plain) Set(_ string, p secret.Payload) error {
	d.text = append([]byte{}, p.Scalar().Expose()...)
	return nil
}

// Delete leaves nothing of the file.
func (d *plain) Delete(string) { d.text = nil }

// Keys are the one that has no name.
func (d *plain) Keys() []string {
	if d.text == nil {
		return nil
	}
	return []string{""}
}

// Empty reports that there is no file.
func (d *plain) Empty() bool { return d.text == nil }

// Bytes is the file.
func (d *plain) Bytes() ([]byte, error) { return d.text, nil }
