package manifest

import (
	"errors"
	"fmt"

	"aead.dev/minisign"
)

// Key is a public key of minisign, in its text form: RWQ and 53 characters more. It
// is short enough to be its own fingerprint.
type Key string

// ParseKey reads a public key, with or without the comment line of a .pub file.
func ParseKey(text string) (Key, error) {
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(text)); err != nil {
		return "", errors.New("not a public key of minisign, which begins with RW and has 56 characters")
	}
	return Key(key.String()), nil
}

// verify reports whether a signature of a message is by the key.
func (k Key) verify(message, signature []byte) bool {
	var key minisign.PublicKey
	return key.UnmarshalText([]byte(k)) == nil && minisign.Verify(key, message, signature)
}

// ErrSignature is a manifest that was not signed by the key that it names.
var ErrSignature = errors.New("signature does not match")

// Open reads a manifest and checks that its own key signed it. Whether that key is
// anybody whom the user knows is for core/trust to say.
func Open(text, signature []byte) (Manifest, error) {
	m, err := Decode(text)
	if err != nil {
		return Manifest{}, err
	}
	key, err := ParseKey(m.Signer)
	if err != nil || string(key) != m.Signer {
		return Manifest{}, fmt.Errorf("manifest of %s names no signer", m.Name)
	}
	if !key.verify(text, signature) {
		return Manifest{}, fmt.Errorf("manifest of %s %s: %w: it was changed, or another key than %s signed it", m.Name, m.Version, ErrSignature, key)
	}
	return m, nil
}

// Sign fills in the signer and gives the text of a manifest with its signature.
func Sign(m Manifest, key minisign.PrivateKey) (text, signature []byte, err error) {
	public, ok := key.Public().(minisign.PublicKey)
	if !ok {
		return nil, nil, errors.New("the key has no public part")
	}
	m.Format, m.Signer = Format, public.String()
	if text, err = m.Encode(); err != nil {
		return nil, nil, err
	}
	comment := fmt.Sprintf("sz plugin %s %s", m.Name, m.Version)
	return text, minisign.SignWithComments(key, text, comment, "signature of a plugin for sz"), nil
}

// Successor is what an earlier key signs to hand a plugin to the next one.
func Successor(plugin string, to Key) []byte {
	return fmt.Appendf(nil, "sz plugin %s is signed by %s from now on\n", plugin, to)
}

// Succeed is the word of an earlier key that another takes its place for a plugin.
func Succeed(plugin string, from minisign.PrivateKey, to Key) (*Succession, error) {
	public, ok := from.Public().(minisign.PublicKey)
	if !ok {
		return nil, errors.New("the key has no public part")
	}
	return &Succession{From: public.String(), Signature: string(minisign.Sign(from, Successor(plugin, to)))}, nil
}

// Succeeds reports whether the manifest's key has been put in the place of an
// earlier one by that key itself.
func (m Manifest) Succeeds(earlier Key) bool {
	return m.Succession != nil && m.Succession.From == string(earlier) &&
		earlier.verify(Successor(m.Name, Key(m.Signer)), []byte(m.Succession.Signature))
}
