package jwt

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/generators/internal/tool"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

func raw(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestKnownAnswers are the key of RFC 7638, section 3.1, and the key of RFC 8037,
// appendix A.
func TestKnownAnswers(t *testing.T) {
	seed := raw(t, "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	okp, err := newJWK(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		t.Fatal(err)
	}
	if x := string(okp.public[2].Value.Scalar().Expose()); x != "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" {
		t.Errorf("x is %s", x)
	}
	if id, _ := okp.thumbprint(); id != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
		t.Errorf("the thumbprint of the Ed25519 key is %s", id)
	}
	n := new(big.Int).SetBytes(raw(t, "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"))
	public := rsaPublic(&rsa.PublicKey{N: n, E: 65537})
	if id, _ := (jwk{public: public}).thumbprint(); id != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Errorf("the thumbprint of the RSA key is %s", id)
	}
}

func made(t *testing.T, c Config) map[string]string {
	t.Helper()
	kind := Kind().(sdk.GeneratorOf[Config])
	payload, err := kind.Generate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{}
	var names []string
	for _, f := range payload.Fields() {
		names = append(names, f.Name)
		fields[f.Name] = string(f.Value.Scalar().Expose())
	}
	if !slices.Equal(names, kind.Fields) {
		t.Fatalf("fields %v, promised %v", names, kind.Fields)
	}
	return fields
}

// program reads the private key as JSON Web Key and as PEM, which must be the same,
// and checks with each half what the other has signed.
const program = `
const crypto = require('crypto'), fs = require('fs');
const f = JSON.parse(fs.readFileSync(process.argv[1]));
const jwk = JSON.parse(f.private_jwk), set = JSON.parse(f.public_jwks);
const a = crypto.createPrivateKey({key: jwk, format: 'jwk'}), b = crypto.createPrivateKey(f.private_key);
const A = crypto.createPublicKey({key: set.keys[0], format: 'jwk'}), B = crypto.createPublicKey(f.public_key);
const der = k => k.export({type: 'spki', format: 'der'}).toString('hex');
const hash = jwk.alg === 'EdDSA' ? null : 'sha' + jwk.alg.slice(2), text = Buffer.from('text');
const options = k => jwk.alg.startsWith('PS') ? {key: k, padding: crypto.constants.RSA_PKCS1_PSS_PADDING} : k;
const checks = [
  der(A) === der(B), der(crypto.createPublicKey(a)) === der(A), der(crypto.createPublicKey(b)) === der(A),
  crypto.verify(hash, text, options(A), crypto.sign(hash, text, options(b))),
  crypto.verify(hash, text, options(B), crypto.sign(hash, text, options(a))),
  jwk.kid === f.key_id, set.keys[0].kid === f.key_id, jwk.use === 'sig', set.keys.length === 1,
  !('d' in set.keys[0]) && !('p' in set.keys[0]),
];
console.log(checks.every(x => x) ? 'good' : JSON.stringify(checks));
`

// TestNodeReadsTheKeys signs and checks with another library.
func TestNodeReadsTheKeys(t *testing.T) {
	for _, algorithm := range []string{"ES256", "ES384", "ES512", "RS256", "PS384", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			text, err := json.Marshal(made(t, Config{Algorithm: algorithm, Bits: bits(2048)}))
			if err != nil {
				t.Fatal(err)
			}
			if said := tool.Run(t, "node", "-e", program, tool.File(t, text)); said != "good\n" {
				t.Errorf("node says %s", said)
			}
		})
	}
}

func bits(n int64) *int64 { return &n }

// TestPointsHaveTheLengthOfTheCurve makes keys until one has a coordinate or a
// scalar that begins with a zero, which must be written too.
func TestPointsHaveTheLengthOfTheCurve(t *testing.T) {
	for range 2000 {
		key, err := Config{Algorithm: "ES256"}.settings().New()
		if err != nil {
			t.Fatal(err)
		}
		j, err := newJWK(key)
		if err != nil {
			t.Fatal(err)
		}
		short := false
		for _, f := range []secret.Field{j.public[2], j.public[3], j.private[0]} {
			b := raw(t, string(f.Value.Scalar().Expose()))
			if len(b) != 32 {
				t.Fatalf("%s has %d bytes", f.Name, len(b))
			}
			short = short || b[0] == 0
		}
		if short {
			return
		}
	}
	t.Error("no number that begins with a zero in 2000 keys")
}

func TestKeysOfNoFormAreRefused(t *testing.T) {
	type another struct{ crypto.Signer }
	if _, err := newJWK(another{}); err == nil || !strings.Contains(err.Error(), "no form") {
		t.Errorf("error %v", err)
	}
}
