package keys

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/generators/internal/tool"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// pairs are all that the kinds can make, with what openssl calls them.
var pairs = []struct {
	settings    Settings
	form, title string
	private     string // the first line
}{
	{Settings{Algorithm: RSA, Bits: bits(2048)}, PKCS8, "Private-Key: (2048 bit", "-----BEGIN PRIVATE KEY-----"},
	{Settings{Algorithm: RSA, Bits: bits(3072)}, PKCS1, "Private-Key: (3072 bit", "-----BEGIN RSA PRIVATE KEY-----"},
	{Settings{Algorithm: ECDSA}, PKCS8, "Private-Key: (256 bit", "-----BEGIN PRIVATE KEY-----"},
	{Settings{Algorithm: ECDSA, Curve: curve("P-384")}, SEC1, "Private-Key: (384 bit", "-----BEGIN EC PRIVATE KEY-----"},
	{Settings{Algorithm: ECDSA, Curve: curve("P-521")}, SEC1, "Private-Key: (521 bit", "-----BEGIN EC PRIVATE KEY-----"},
	{Settings{Algorithm: Ed25519}, PKCS8, "ED25519 Private-Key", "-----BEGIN PRIVATE KEY-----"},
}

func bits(n int64) *int64    { return &n }
func curve(s string) *string { return &s }

func field(t *testing.T, p secret.Payload, name string) []byte {
	t.Helper()
	f, ok := p.Field(name)
	if !ok {
		t.Fatalf("no field %s", name)
	}
	return f.Scalar().Expose()
}

// TestOpenSSLReadsThePairs reads each private key, checks it, and derives from it
// the public key, which must be the one beside it.
func TestOpenSSLReadsThePairs(t *testing.T) {
	for _, c := range pairs {
		t.Run(c.title+" "+c.form, func(t *testing.T) {
			made, err := pair(c.settings, c.form)
			if err != nil {
				t.Fatal(err)
			}
			private := field(t, made, PrivateKey)
			if !strings.HasPrefix(string(private), c.private+"\n") {
				t.Errorf("the private key does not begin with %s", c.private)
			}
			name := tool.File(t, private)
			if shown := tool.Run(t, "openssl", "pkey", "-in", name, "-noout", "-text"); !strings.Contains(shown, c.title) {
				t.Errorf("openssl does not show %q", c.title)
			}
			if c.settings.Algorithm != Ed25519 {
				tool.Run(t, "openssl", "pkey", "-in", name, "-noout", "-check")
			}
			if public := tool.Run(t, "openssl", "pkey", "-in", name, "-pubout"); public != string(field(t, made, PublicKey)) {
				t.Error("the public key is another one than openssl derives")
			}
		})
	}
}

func TestKindsMakeWhatTheyPromise(t *testing.T) {
	rsa := Kinds()[0].(sdk.GeneratorOf[RSAConfig])
	ecdsa := Kinds()[1].(sdk.GeneratorOf[ECDSAConfig])
	ed25519 := Kinds()[2].(sdk.GeneratorOf[Ed25519Config])
	makes := map[string]func() (secret.Payload, error){
		rsa.Kind: func() (secret.Payload, error) {
			return rsa.Generate(context.Background(), RSAConfig{Bits: 2048, Format: PKCS8})
		},
		ecdsa.Kind: func() (secret.Payload, error) {
			return ecdsa.Generate(context.Background(), ECDSAConfig{Curve: "P-256", Format: PKCS8})
		},
		ed25519.Kind: func() (secret.Payload, error) { return ed25519.Generate(context.Background(), Ed25519Config{}) },
	}
	for _, kind := range []string{"rsa_key", "ecdsa_key", "ed25519_key"} {
		first, err := makes[kind]()
		if err != nil || len(first.Fields()) != 2 || first.Fields()[0].Name != PrivateKey || first.Fields()[1].Name != PublicKey {
			t.Fatalf("%s: fields are not private_key, public_key: %v", kind, err)
		}
		if second, err := makes[kind](); err != nil || second.Equal(first) {
			t.Errorf("%s: the same pair twice: %v", kind, err)
		}
	}
}

func TestStrength(t *testing.T) {
	for _, c := range []struct {
		settings Settings
		want     float64
	}{
		{Settings{Algorithm: RSA}, 128}, {Settings{Algorithm: RSA, Bits: bits(2048)}, 112}, {Settings{Algorithm: RSA, Bits: bits(4096)}, 128},
		{Settings{Algorithm: ECDSA}, 128}, {Settings{Algorithm: ECDSA, Curve: curve("P-384")}, 192}, {Settings{Algorithm: ECDSA, Curve: curve("P-521")}, 256},
		{Settings{Algorithm: Ed25519}, 128},
	} {
		if got, err := c.settings.Check(); got != c.want || err != nil {
			t.Errorf("%+v: %v bits, want %v (%v)", c.settings, got, c.want, err)
		}
	}
	_, err := Settings{Algorithm: RSA, Bits: bits(2049)}.Check()
	if d, ok := errors.AsType[*sdk.Error](err); !ok || d.Path.String() != "bits" || d.Hint == "" {
		t.Errorf("2049 bits: %v", err)
	}
}

func TestSettingsOfOtherAlgorithmsAreRefused(t *testing.T) {
	object := schema.Object{
		Attributes: []schema.Attribute{
			{Name: "algorithm", Type: schema.Type{Kind: schema.String}, Default: schema.NewString(Ed25519)},
			{Name: "bits", Type: schema.Type{Kind: schema.Number}}, {Name: "curve", Type: schema.Type{Kind: schema.String}},
		},
		Rules: Rules(),
	}
	for _, c := range []struct {
		algorithm, key string
		faults         int
	}{{"", "bits", 1}, {"", "curve", 1}, {RSA, "bits", 0}, {RSA, "curve", 1}, {ECDSA, "bits", 1}, {ECDSA, "curve", 0}} {
		value := schema.NewString("P-256")
		if c.key == "bits" {
			value = schema.NewNumber("2048")
		}
		fields := []schema.Field{{Name: c.key, Value: value}}
		if c.algorithm != "" {
			fields = append(fields, schema.Field{Name: "algorithm", Value: schema.NewString(c.algorithm)})
		}
		if found := object.Check(schema.NewMap(fields)); len(found) != c.faults {
			t.Errorf("%s of %q: %v", c.key, c.algorithm, found)
		}
	}
}
