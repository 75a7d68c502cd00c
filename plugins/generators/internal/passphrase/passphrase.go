// Package passphrase is the kind passphrase: words drawn uniformly from the long
// list of the Electronic Frontier Foundation (see NOTICE), which people can read
// out and type.
//
// No word of the list begins with another one. So different words make different
// passphrases whatever stands between them, and each word is worth all of its
// 12.9 bits.
//
// Next: internal/draw, which draws the words.
package passphrase

import (
	"bytes"
	"context"
	_ "embed"
	"math"
	"sync"

	"github.com/secretzero/sz/plugins/generators/internal/draw"
	"github.com/secretzero/sz/plugins/generators/internal/strength"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// list is the words in their order, one a line.
//
//go:embed words.txt
var list []byte

var words = sync.OnceValue(func() [][]byte { return bytes.Fields(list) })

// Config is what a passphrase may be configured with. Five words would do; the
// sixth is the Foundation's advice.
type Config struct {
	Words      int64  `sz:"words" default:"6" min:"1" max:"64" doc:"how many words"`
	Separator  string `sz:"separator" default:"-" max:"16" doc:"what stands between the words"`
	Capitalize bool   `sz:"capitalize" doc:"begin each word with a capital letter"`
	AllowWeak  bool   `sz:"allow_weak" doc:"allow a value that can be guessed"`
}

// Kind is passphrase.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "passphrase", Summary: "words that people can read out and type",
		Check: check, Generate: generate,
	}
}

func check(c Config) (float64, error) {
	bits := float64(c.Words) * math.Log2(float64(len(words())))
	return bits, strength.Judge(bits, c.AllowWeak, "words", "take more words")
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	source := &draw.Source{}
	var out []byte
	for n := range c.Words {
		if n > 0 {
			out = append(out, c.Separator...)
		}
		at := len(out)
		out = append(out, words()[source.Below(len(words()))]...)
		if c.Capitalize {
			out[at] -= 'a' - 'A' // every word begins with a small letter
		}
	}
	return secret.NewText(secret.New(out)), nil
}
