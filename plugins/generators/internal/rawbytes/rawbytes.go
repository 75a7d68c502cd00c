// Package rawbytes is the kind bytes: random bytes, written as text. Most stores
// and all environments hold text only, so there is no way to have them unwritten.
package rawbytes

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"

	"github.com/secretzero/sz/plugins/generators/internal/strength"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Config is what bytes may be configured with.
type Config struct {
	Length    int64  `sz:"length" default:"32" min:"1" max:"4096" doc:"how many bytes, before they are encoded"`
	Encoding  string `sz:"encoding" default:"base64" enum:"base64,base64url,base32,hex" doc:"how they are written; RFC 4648"`
	Padding   *bool  `sz:"padding" doc:"fill up the last group with =; true when nothing is said"`
	AllowWeak bool   `sz:"allow_weak" doc:"allow a value that can be guessed"`
}

// Rules relates the keys.
func (Config) Rules() []schema.Rule {
	return []schema.Rule{{Kind: schema.OnlyWhen, Attributes: []string{"padding"}, When: "encoding", Equals: []string{"base64", "base64url", "base32"}}}
}

// Kind is bytes.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "bytes", Summary: "random bytes, such as a key for HMAC or AES",
		Check: check, Generate: generate,
	}
}

func check(c Config) (float64, error) {
	bits := 8 * float64(c.Length)
	return bits, strength.Judge(bits, c.AllowWeak, "length", "make it longer")
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	raw := make([]byte, c.Length)
	_, _ = rand.Read(raw) // never fails: see crypto/rand
	out := c.encode(raw)
	clear(raw)
	return secret.NewText(secret.New(out)), nil
}

func (c Config) encode(raw []byte) []byte {
	padding := base64.StdPadding
	if c.Padding != nil && !*c.Padding {
		padding = base64.NoPadding
	}
	switch c.Encoding {
	case "hex":
		return hex.AppendEncode(nil, raw)
	case "base32":
		return base32.StdEncoding.WithPadding(padding).AppendEncode(nil, raw)
	case "base64url":
		return base64.URLEncoding.WithPadding(padding).AppendEncode(nil, raw)
	}
	return base64.StdEncoding.WithPadding(padding).AppendEncode(nil, raw)
}
