// Package jwt is the kind jwt_key: a pair of keys that signs JSON Web Tokens, as
// PEM and as JSON Web Keys (jwk.go), with the name that both are known by. Of the
// algorithms with a shared key (HS256 and its kin) the kind bytes makes the key.
//
// Next: internal/keys, which makes the pair.
package jwt

import (
	"context"

	"github.com/secretzero/sz/plugins/generators/internal/keys"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// The fields beside those of every pair of keys.
const (
	privateJWK = "private_jwk" // one key
	publicJWKS = "public_jwks" // a set of one key, as a server publishes it
	keyID      = "key_id"
)

// Config is what a jwt_key may be configured with.
type Config struct {
	Algorithm string `sz:"algorithm" default:"ES256" enum:"ES256,ES384,ES512,RS256,RS384,RS512,PS256,PS384,PS512,EdDSA" doc:"how tokens are signed; a shared key, as for HS256, is of kind bytes"`
	Bits      *int64 `sz:"bits" min:"2048" max:"4096" doc:"the size of an RSA key; 3072 when nothing is said"`
}

// Rules relates the keys.
func (Config) Rules() []schema.Rule {
	return []schema.Rule{{Kind: schema.OnlyWhen, Attributes: []string{"bits"}, When: "algorithm", Equals: []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}}}
}

// settings are the keys that an algorithm of RFC 7518 or RFC 8037 signs with.
func (c Config) settings() keys.Settings {
	curve, elliptic := map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[c.Algorithm]
	switch {
	case elliptic:
		return keys.Settings{Algorithm: keys.ECDSA, Curve: &curve}
	case c.Algorithm == "EdDSA":
		return keys.Settings{Algorithm: keys.Ed25519}
	}
	return keys.Settings{Algorithm: keys.RSA, Bits: c.Bits}
}

// Kind is jwt_key.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "jwt_key", Summary: "a pair of keys that signs JSON Web Tokens",
		Fields:   []string{keys.PrivateKey, keys.PublicKey, privateJWK, publicJWKS, keyID},
		Check:    func(c Config) (float64, error) { return c.settings().Check() },
		Generate: generate,
	}
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	key, err := c.settings().New()
	if err != nil {
		return secret.Payload{}, err
	}
	private, err := keys.PrivatePEM(key, keys.PKCS8)
	if err != nil {
		return secret.Payload{}, err
	}
	public, err := keys.PublicPEM(key)
	if err != nil {
		return secret.Payload{}, err
	}
	jwk, err := newJWK(key)
	if err != nil {
		return secret.Payload{}, err
	}
	id, err := jwk.thumbprint()
	if err != nil {
		return secret.Payload{}, err
	}
	one, set, err := jwk.write(id, c.Algorithm)
	return secret.NewObject([]secret.Field{
		{Name: keys.PrivateKey, Value: private}, {Name: keys.PublicKey, Value: public},
		{Name: privateJWK, Value: secret.NewText(one)}, {Name: publicJWKS, Value: secret.NewText(set)},
		{Name: keyID, Value: text(id)},
	}), err
}
