package keys

import (
	"context"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// The fields of a pair of keys.
const (
	PrivateKey = "private_key"
	PublicKey  = "public_key"
)

// RSAConfig is what an rsa_key may be configured with.
type RSAConfig struct {
	Bits   int64  `sz:"bits" default:"3072" min:"2048" max:"4096" doc:"the size: 2048, 3072 or 4096"`
	Format string `sz:"format" default:"pkcs8" enum:"pkcs8,pkcs1" doc:"how the private key is written, as PEM"`
}

// ECDSAConfig is what an ecdsa_key may be configured with.
type ECDSAConfig struct {
	Curve  string `sz:"curve" default:"P-256" enum:"P-256,P-384,P-521" doc:"the curve"`
	Format string `sz:"format" default:"pkcs8" enum:"pkcs8,sec1" doc:"how the private key is written, as PEM"`
}

// Ed25519Config is what an ed25519_key may be configured with: nothing.
type Ed25519Config struct{}

// Kinds are rsa_key, ecdsa_key and ed25519_key.
func Kinds() []sdk.Generator {
	return []sdk.Generator{
		kind("rsa_key", "a pair of RSA keys, as PEM", func(c RSAConfig) (Settings, string) { return Settings{Algorithm: RSA, Bits: &c.Bits}, c.Format }),
		kind("ecdsa_key", "a pair of ECDSA keys, as PEM", func(c ECDSAConfig) (Settings, string) { return Settings{Algorithm: ECDSA, Curve: &c.Curve}, c.Format }),
		kind("ed25519_key", "a pair of Ed25519 keys, as PEM", func(Ed25519Config) (Settings, string) { return Settings{Algorithm: Ed25519}, PKCS8 }),
	}
}

func kind[C any](name, summary string, settings func(C) (Settings, string)) sdk.Generator {
	return sdk.GeneratorOf[C]{
		Kind: name, Summary: summary, Fields: []string{PrivateKey, PublicKey},
		Check: func(c C) (float64, error) {
			s, _ := settings(c)
			return s.Check()
		},
		Generate: func(_ context.Context, c C) (secret.Payload, error) {
			s, form := settings(c)
			return pair(s, form)
		},
	}
}

func pair(s Settings, form string) (secret.Payload, error) {
	key, err := s.New()
	if err != nil {
		return secret.Payload{}, err
	}
	private, err := PrivatePEM(key, form)
	if err != nil {
		return secret.Payload{}, err
	}
	public, err := PublicPEM(key)
	return secret.NewObject([]secret.Field{{Name: PrivateKey, Value: private}, {Name: PublicKey, Value: public}}), err
}
