// Package sshkey is the kind ssh_key: a pair of keys as OpenSSH writes them, the
// private one in a file of its own form, the public one as a line for
// authorized_keys.
//
// Next: internal/keys, which makes the pair.
package sshkey

import (
	"bytes"
	"context"
	"encoding/pem"

	"golang.org/x/crypto/ssh"

	"github.com/secretzero/sz/plugins/generators/internal/keys"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Config is what an ssh_key may be configured with.
type Config struct {
	Algorithm string  `sz:"algorithm" default:"ed25519" enum:"ed25519,ecdsa,rsa" doc:"the kind of key"`
	Bits      *int64  `sz:"bits" min:"2048" max:"4096" doc:"the size of an RSA key; 3072 when nothing is said"`
	Curve     *string `sz:"curve" enum:"P-256,P-384,P-521" doc:"the curve of an ECDSA key; P-256 when nothing is said"`
	Comment   string  `sz:"comment" max:"256" pattern:"[^\\x00-\\x1f\\x7f]*" hint:"one line of text" doc:"what stands after the public key, such as whose it is"`
}

// Rules relates the keys.
func (Config) Rules() []schema.Rule { return keys.Rules() }

func (c Config) settings() keys.Settings {
	return keys.Settings{Algorithm: c.Algorithm, Bits: c.Bits, Curve: c.Curve}
}

// Kind is ssh_key.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "ssh_key", Summary: "a pair of keys for SSH, as ssh-keygen makes them", Fields: []string{keys.PrivateKey, keys.PublicKey},
		Check:    func(c Config) (float64, error) { return c.settings().Check() },
		Generate: generate,
	}
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	key, err := c.settings().New()
	if err != nil {
		return secret.Payload{}, err
	}
	block, err := ssh.MarshalPrivateKey(key, c.Comment)
	if err != nil {
		return secret.Payload{}, err
	}
	defer clear(block.Bytes)
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return secret.Payload{}, err
	}
	line := bytes.TrimRight(ssh.MarshalAuthorizedKey(public), "\n")
	if c.Comment != "" {
		line = append(append(line, ' '), c.Comment...)
	}
	return secret.NewObject([]secret.Field{
		{Name: keys.PrivateKey, Value: secret.NewText(secret.New(pem.EncodeToMemory(block)))},
		{Name: keys.PublicKey, Value: secret.NewText(secret.New(line))},
	}), nil
}
