// Package keys makes pairs of keys and writes them as PEM: the kinds rsa_key,
// ecdsa_key and ed25519_key (kinds.go), and the pairs in internal/sshkey,
// internal/jwt and internal/certificate.
package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"slices"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// The algorithms.
const (
	RSA     = "rsa"
	ECDSA   = "ecdsa"
	Ed25519 = "ed25519"
)

// The sizes and curves when nothing is said: each is as hard to break as 128 bits
// are to guess (NIST SP 800-57, part 1, table 2).
const (
	DefaultBits  = 3072
	DefaultCurve = "P-256"
)

// Settings choose a pair of keys where the algorithm is a choice too.
type Settings struct {
	Algorithm string
	Bits      *int64  // of RSA
	Curve     *string // of ECDSA
}

var (
	sizes  = []int64{2048, 3072, 4096}
	curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}
)

func (s Settings) bits() int64 {
	if s.Bits == nil {
		return DefaultBits
	}
	return *s.Bits
}

func (s Settings) curve() string {
	if s.Curve == nil {
		return DefaultCurve
	}
	return *s.Curve
}

// Check tells how many bits it takes to guess as long as to break the key, and
// refuses a size of RSA that is none of the usual ones.
func (s Settings) Check() (float64, error) {
	switch s.Algorithm {
	case Ed25519:
		return 128, nil
	case ECDSA:
		return map[string]float64{"P-256": 128, "P-384": 192, "P-521": 256}[s.curve()], nil
	}
	if !slices.Contains(sizes, s.bits()) {
		return 0, &sdk.Error{
			Class: sdk.InvalidConfig, Code: "unusual-size", Path: schema.Keys("bits"),
			Summary: fmt.Sprintf("%d bits is no usual size of an RSA key", s.bits()), Hint: "use 2048, 3072 or 4096",
		}
	}
	if s.bits() < DefaultBits {
		return 112, nil
	}
	return 128, nil
}

// New makes a pair of keys.
func (s Settings) New() (crypto.Signer, error) {
	switch s.Algorithm {
	case Ed25519:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	case ECDSA:
		return ecdsa.GenerateKey(curves[s.curve()], rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, int(s.bits()))
}

// Rules are those between the keys algorithm, bits and curve of a configuration.
func Rules() []schema.Rule {
	return []schema.Rule{
		{Kind: schema.OnlyWhen, Attributes: []string{"bits"}, When: "algorithm", Equals: []string{RSA}},
		{Kind: schema.OnlyWhen, Attributes: []string{"curve"}, When: "algorithm", Equals: []string{ECDSA}},
	}
}
