// Package text is the kind random_string: a number of characters drawn uniformly
// from one set.
//
// Next: internal/draw, which draws them.
package text

import (
	"context"
	"math/big"
	"unicode/utf8"

	"github.com/secretzero/sz/plugins/generators/internal/draw"
	"github.com/secretzero/sz/plugins/generators/internal/strength"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Config is what a random_string may be configured with.
type Config struct {
	Length     int64   `sz:"length" default:"32" min:"1" max:"4096" doc:"how many characters"`
	Charset    *string `sz:"charset" enum:"alphanumeric,alpha,numeric,hex,base64,base64url,base32" doc:"which characters; alphanumeric when nothing is said"`
	Characters *string `sz:"characters" min:"2" max:"1024" doc:"the characters themselves, instead of a charset"`
	AllowWeak  bool    `sz:"allow_weak" doc:"allow a value that can be guessed"`
}

// Rules relates the keys.
func (Config) Rules() []schema.Rule {
	return []schema.Rule{{Kind: schema.AtMostOneOf, Attributes: []string{"charset", "characters"}}}
}

const (
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
)

// charsets are the sets by name. The base… sets are the alphabets of RFC 4648
// without padding.
var charsets = map[string]string{
	"alphanumeric": upper + lower + digits,
	"alpha":        upper + lower,
	"numeric":      digits,
	"hex":          digits + "abcdef",
	"base64":       upper + lower + digits + "+/",
	"base64url":    upper + lower + digits + "-_",
	"base32":       upper + "234567",
}

// Kind is random_string.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "random_string", Summary: "characters drawn uniformly from a set",
		Check: check, Generate: generate,
	}
}

func (c Config) alphabet() []rune {
	switch {
	case c.Characters != nil:
		return unique(*c.Characters)
	case c.Charset != nil:
		return []rune(charsets[*c.Charset])
	}
	return []rune(charsets["alphanumeric"])
}

// unique drops repeated characters: drawn twice as often, they would make the
// value easier to guess than it looks.
func unique(text string) []rune {
	var list []rune
	seen := map[rune]bool{}
	for _, r := range text {
		if !seen[r] {
			seen[r] = true
			list = append(list, r)
		}
	}
	return list
}

func check(c Config) (float64, error) {
	alphabet := c.alphabet()
	if len(alphabet) < 2 {
		return 0, &sdk.Error{
			Class: sdk.InvalidConfig, Code: "too-few-characters", Path: schema.Keys("characters"),
			Summary: "characters holds fewer than two different ones", Hint: "list every character once",
		}
	}
	count := new(big.Int).Exp(big.NewInt(int64(len(alphabet))), big.NewInt(c.Length), nil)
	bits := strength.Bits(count)
	return bits, strength.Judge(bits, c.AllowWeak, "length", strength.Longer)
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	alphabet := c.alphabet()
	source := &draw.Source{}
	out := make([]byte, 0, c.Length*utf8.UTFMax)
	for range c.Length {
		out = utf8.AppendRune(out, alphabet[source.Below(len(alphabet))])
	}
	return secret.NewText(secret.New(out)), nil
}
