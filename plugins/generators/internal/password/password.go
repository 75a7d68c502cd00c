// Package password is the kind random_password: characters of classes, with at
// least so many of each.
//
// Every password that satisfies the minima is equally likely. To draw strings
// until one satisfies them would do for ordinary minima, and take for ever for
// those that fill the length. So the passwords are counted instead (count.go): a
// number below the count says how many characters each class gets; which ones,
// and in which order, is then uniform.
package password

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/secretzero/sz/plugins/generators/internal/draw"
	"github.com/secretzero/sz/plugins/generators/internal/strength"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Config is what a random_password may be configured with. The special characters
// by default are those that need no escape in JSON and YAML's double quotes; a
// shell, a URL or a connection string may want fewer.
type Config struct {
	Length            int64  `sz:"length" default:"32" min:"1" max:"4096" doc:"how many characters"`
	Upper             bool   `sz:"upper" default:"true" doc:"use A to Z"`
	Lower             bool   `sz:"lower" default:"true" doc:"use a to z"`
	Number            bool   `sz:"number" default:"true" doc:"use 0 to 9"`
	Special           bool   `sz:"special" default:"true" doc:"use special characters"`
	SpecialCharacters string `sz:"special_characters" default:"!@#$%^&*()-_=+[]{}<>:?" max:"256" doc:"which special characters"`
	ExcludeCharacters string `sz:"exclude_characters" max:"256" doc:"characters never to use"`
	MinUpper          *int64 `sz:"min_upper" min:"0" max:"4096" doc:"at least so many upper-case letters; 1 when they are used"`
	MinLower          *int64 `sz:"min_lower" min:"0" max:"4096" doc:"at least so many lower-case letters; 1 when they are used"`
	MinNumber         *int64 `sz:"min_number" min:"0" max:"4096" doc:"at least so many digits; 1 when they are used"`
	MinSpecial        *int64 `sz:"min_special" min:"0" max:"4096" doc:"at least so many special characters; 1 when they are used"`
	AllowWeak         bool   `sz:"allow_weak" doc:"allow a value that can be guessed"`
}

// Kind is random_password.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "random_password", Summary: "a password with characters of several classes",
		Check: check, Generate: generate,
	}
}

// class is a set of characters and how many of it there must be at least.
type class struct {
	characters []rune
	minimum    int
}

// option is a class as it is configured.
type option struct {
	name, characters string
	on               bool
	minimum          *int64
}

func (c Config) options() []option {
	return []option{
		{"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", c.Upper, c.MinUpper},
		{"lower", "abcdefghijklmnopqrstuvwxyz", c.Lower, c.MinLower},
		{"number", "0123456789", c.Number, c.MinNumber},
		{"special", c.SpecialCharacters, c.Special, c.MinSpecial},
	}
}

// classes are those that are on, each without excluded and repeated characters,
// and without those of an earlier class.
func (c Config) classes() ([]class, error) {
	var list []class
	var found []error
	taken := map[rune]bool{}
	for _, r := range c.ExcludeCharacters {
		taken[r] = true
	}
	for _, o := range c.options() {
		k, err := o.class(taken)
		if err != nil {
			found = append(found, err)
		}
		if len(k.characters) > 0 {
			list = append(list, k)
		}
	}
	if len(found) == 0 {
		if err := c.fits(list); err != nil {
			found = append(found, err)
		}
	}
	return list, errors.Join(found...)
}

// class takes the characters of an option that are left; none when it is off.
func (o option) class(taken map[rune]bool) (class, error) {
	k := class{minimum: 1}
	if o.minimum != nil {
		k.minimum = int(*o.minimum)
	}
	if !o.on {
		if o.minimum != nil && k.minimum > 0 {
			return class{}, fault("min_"+o.name, fmt.Sprintf("min_%s is set and %s is off", o.name, o.name), fmt.Sprintf("remove min_%s, or set %s: true", o.name, o.name))
		}
		return class{}, nil
	}
	for _, r := range o.characters {
		if !taken[r] {
			taken[r] = true
			k.characters = append(k.characters, r)
		}
	}
	if len(k.characters) > 0 || k.minimum == 0 {
		return k, nil
	}
	path := "exclude_characters"
	if o.characters == "" {
		path = "special_characters"
	}
	return class{}, fault(path, fmt.Sprintf("no %s character is left, and at least %d must be there", o.name, k.minimum), fmt.Sprintf("set %s: false, or leave one of its characters", o.name))
}

func (c Config) fits(list []class) error {
	needed := 0
	for _, k := range list {
		needed += k.minimum
	}
	switch {
	case len(list) == 0:
		return fault("length", "no characters are left to make a password of", "turn a class on")
	case int64(needed) > c.Length:
		return fault("length", fmt.Sprintf("length %d is less than the %d characters that must be there at least", c.Length, needed), "make it longer, or lower the minima")
	}
	return nil
}

func fault(key, summary, hint string) error {
	return &sdk.Error{Class: sdk.InvalidConfig, Code: "unmeetable", Path: schema.Keys(key), Summary: summary, Hint: hint}
}

func check(c Config) (float64, error) {
	list, err := c.classes()
	if err != nil {
		return 0, err
	}
	bits := strength.Bits(counted(list, int(c.Length)).total())
	return bits, strength.Judge(bits, c.AllowWeak, "length", strength.Longer)
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	list, err := c.classes()
	if err != nil {
		return secret.Payload{}, err
	}
	chosen := choose(counted(list, int(c.Length)), &draw.Source{})
	out := make([]byte, 0, utf8.UTFMax*len(chosen))
	for _, r := range chosen {
		out = utf8.AppendRune(out, r)
	}
	clear(chosen)
	return secret.NewText(secret.New(out)), nil
}

// choose draws how many characters each class gets, the characters, and their
// order.
func choose(c *counter, source *draw.Source) []rune {
	chosen := make([]rune, 0, c.length)
	for i, size := range c.draw(source) {
		for range size {
			k := c.classes[i].characters
			chosen = append(chosen, k[source.Below(len(k))])
		}
	}
	source.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	return chosen
}
