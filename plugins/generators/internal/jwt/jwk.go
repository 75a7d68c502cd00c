package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"

	"github.com/secretzero/sz/sdk/secret"
)

// jwk is a JSON Web Key (RFC 7517). The members of its public half stand in the
// order in which a thumbprint takes them (RFC 7638): by name, and no others.
type jwk struct {
	public  []secret.Field
	private []secret.Field
}

// newJWK writes a key as RFC 7518 says, and Ed25519 as RFC 8037 does.
func newJWK(key crypto.Signer) (jwk, error) {
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return jwk{
			[]secret.Field{member("crv", "Ed25519"), member("kty", "OKP"), octets("x", k.Public().(ed25519.PublicKey))},
			[]secret.Field{octets("d", k.Seed())},
		}, nil
	case *ecdsa.PrivateKey:
		return ellipticJWK(k)
	case *rsa.PrivateKey:
		k.Precompute()
		return jwk{
			rsaPublic(&k.PublicKey),
			[]secret.Field{
				octets("d", k.D.Bytes()), octets("p", k.Primes[0].Bytes()), octets("q", k.Primes[1].Bytes()),
				octets("dp", k.Precomputed.Dp.Bytes()), octets("dq", k.Precomputed.Dq.Bytes()), octets("qi", k.Precomputed.Qinv.Bytes()),
			},
		}, nil
	}
	return jwk{}, fmt.Errorf("a key of type %T has no form as a JSON Web Key", key)
}

func rsaPublic(k *rsa.PublicKey) []secret.Field {
	return []secret.Field{octets("e", big.NewInt(int64(k.E)).Bytes()), member("kty", "RSA"), octets("n", k.N.Bytes())}
}

// ellipticJWK takes the point apart: both halves have the length of the curve, with
// zeros in front.
func ellipticJWK(k *ecdsa.PrivateKey) (jwk, error) {
	point, err := k.PublicKey.Bytes()
	if err != nil {
		return jwk{}, err
	}
	scalar, err := k.Bytes()
	if err != nil {
		return jwk{}, err
	}
	x, y := point[1:1+len(point)/2], point[1+len(point)/2:] // after the byte that says uncompressed
	return jwk{
		[]secret.Field{member("crv", k.Params().Name), member("kty", "EC"), octets("x", x), octets("y", y)},
		[]secret.Field{octets("d", scalar)},
	}, nil
}

// thumbprint names the key by its public half (RFC 7638).
func (j jwk) thumbprint() (string, error) {
	canonical, err := secret.NewObject(j.public).EncodeJSON()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical.Expose())
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// write is the private key, and the public one in a set.
func (j jwk) write(id, algorithm string) (one, set secret.Value, err error) {
	about := []secret.Field{member("alg", algorithm), member("kid", id), member("use", "sig")}
	one, err = secret.NewObject(slices.Concat(about, j.public, j.private)).EncodeJSON()
	if err != nil {
		return one, set, err
	}
	public := secret.NewObject(slices.Concat(about, j.public))
	set, err = secret.NewObject([]secret.Field{{Name: "keys", Value: secret.NewList([]secret.Payload{public})}}).EncodeJSON()
	return one, set, err
}

func member(name, value string) secret.Field { return secret.Field{Name: name, Value: text(value)} }

// octets is a member whose bytes are written as RFC 7515 says.
func octets(name string, b []byte) secret.Field {
	return secret.Field{Name: name, Value: secret.NewText(secret.New(base64.RawURLEncoding.AppendEncode(nil, b)))}
}

func text(s string) secret.Payload { return secret.NewText(secret.FromString(s)) }
