package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"aead.dev/minisign"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/secretzero/sz/core/manifest"
)

const (
	flagPasswordFile = "password-file"
	flagNoPassword   = "no-password"
)

// keyFlags say how the password of a signing key is had.
func keyFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: flagPasswordFile, Usage: "the key's password is the first line of `FILE`"},
		&cli.BoolFlag{Name: flagNoPassword, Usage: "make a key that needs no password"},
	}
}

// makeKey makes a signing key in path, and its public part in path.pub.
func makeKey(c *cli.Context, path string) error {
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	text, err := private.MarshalText()
	if err != nil {
		return err
	}
	if !c.Bool(flagNoPassword) {
		password, err := keyPassword(c, "a password for the key: ")
		if err != nil {
			return err
		}
		if text, err = minisign.EncryptKey(password, private); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fail(exitError, path+" exists already; a key is never overwritten")
	}
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	publicText, marshalled := public.MarshalText()
	if err := errors.Join(err, file.Close(), marshalled, os.WriteFile(path+".pub", append(publicText, '\n'), 0o644)); err != nil {
		return err
	}
	plainUI(c).Print(fmt.Sprintf("made %s, which is secret, and %s.pub: %s\n", path, path, public))
	return nil
}

// readKey reads a signing key, and asks for its password where it has one.
func readKey(c *cli.Context, path string) (minisign.PrivateKey, error) {
	var key minisign.PrivateKey
	text, err := readBounded(path)
	if err != nil {
		return key, fail(exitError, err.Error())
	}
	text = []byte(strings.TrimSpace(string(text)))
	if !minisign.IsEncrypted(text) {
		if key.UnmarshalText(text) != nil {
			return key, fail(exitError, path+" is no key of minisign; `sz plugin release --make-key FILE` makes one")
		}
		return key, nil
	}
	password, err := keyPassword(c, "the password of "+path+": ")
	if err != nil {
		return key, err
	}
	if key, err = minisign.DecryptKey(password, text); err != nil {
		return key, fail(exitError, "the password is not that of "+path)
	}
	return key, nil
}

// keyPassword is the password in the file that was named, or what a person types.
func keyPassword(c *cli.Context, question string) (string, error) {
	if path := c.String(flagPasswordFile); path != "" {
		text, err := readBounded(path)
		if err != nil {
			return "", fail(exitError, err.Error())
		}
		first, _, _ := strings.Cut(string(text), "\n")
		return strings.TrimSuffix(first, "\r"), nil
	}
	if !interactive(c) {
		return "", fail(exitError, "there is no terminal to ask for the key's password; name a file with it by --"+flagPasswordFile)
	}
	fmt.Fprint(c.App.ErrWriter, question)
	password, err := term.ReadPassword(int(c.App.Reader.(*os.File).Fd()))
	fmt.Fprintln(c.App.ErrWriter)
	return string(password), err
}

// succession is the word of an earlier key that key takes its place.
func succession(c *cli.Context, plugin, path string, key minisign.PrivateKey) (*manifest.Succession, error) {
	earlier, err := readKey(c, path)
	if err != nil {
		return nil, err
	}
	public, ok := key.Public().(minisign.PublicKey)
	if !ok {
		return nil, errors.New("the key has no public part")
	}
	return manifest.Succeed(plugin, earlier, manifest.Key(public.String()))
}
