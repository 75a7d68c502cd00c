package certificate

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/generators/internal/keys"
	"github.com/secretzero/sz/plugins/generators/internal/tool"
	"github.com/secretzero/sz/sdk"
)

// config is the defaults of the schema with changes.
func config(change func(*Config)) Config {
	c := Config{Algorithm: keys.ECDSA, Validity: "365d", DNSNames: []string{"shop.example.com", "*.shop.example.com"}, IPAddresses: []string{"192.0.2.1", "2001:db8::1"}}
	if change != nil {
		change(&c)
	}
	return c
}

func bits(n int64) *int64 { return &n }

func made(t *testing.T, c Config) (private, certificate []byte) {
	t.Helper()
	kind := Kind().(sdk.GeneratorOf[Config])
	payload, err := kind.Generate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range payload.Fields() {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, kind.Fields) {
		t.Fatalf("fields %v, promised %v", names, kind.Fields)
	}
	return payload.Fields()[0].Value.Scalar().Expose(), payload.Fields()[1].Value.Scalar().Expose()
}

func parsed(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Fatal("not one PEM block of a certificate")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOpenSSLReadsTheCertificates has openssl check the signature, the name, and
// that the key belongs to the certificate.
func TestOpenSSLReadsTheCertificates(t *testing.T) {
	for name, c := range map[string]Config{
		"ecdsa":     config(nil),
		"ed25519":   config(func(c *Config) { c.Algorithm = keys.Ed25519 }),
		"rsa":       config(func(c *Config) { c.Algorithm, c.Bits = keys.RSA, bits(2048) }),
		"authority": config(func(c *Config) { c.Authority, c.Subject.CommonName = true, "shop authority" }),
	} {
		t.Run(name, func(t *testing.T) {
			private, text := made(t, c)
			key, certificate := tool.File(t, private), tool.File(t, text)
			tool.Run(t, "openssl", "verify", "-check_ss_sig", "-CAfile", certificate, certificate)
			if of := tool.Run(t, "openssl", "x509", "-in", certificate, "-noout", "-pubkey"); of != tool.Run(t, "openssl", "pkey", "-in", key, "-pubout") {
				t.Error("the key is not that of the certificate")
			}
			if said := tool.Run(t, "openssl", "x509", "-in", certificate, "-noout", "-checkhost", "www.shop.example.com"); !strings.Contains(said, "does match") {
				t.Error(said)
			}
			shown := tool.Run(t, "openssl", "x509", "-in", certificate, "-noout", "-text")
			if ca := strings.Contains(shown, "CA:TRUE"); ca != c.Authority {
				t.Errorf("an authority: %v", ca)
			}
		})
	}
}

func TestWhatStandsInTheCertificate(t *testing.T) {
	_, text := made(t, config(func(c *Config) {
		c.Subject = Subject{CommonName: "shop", Organization: "Shop Ltd", Unit: "web", Country: "DE"}
		c.Validity = "1w2d"
	}))
	c := parsed(t, text)
	if got := c.Subject.String(); got != "CN=shop,OU=web,O=Shop Ltd,C=DE" {
		t.Errorf("subject %s", got)
	}
	if !slices.Equal(c.DNSNames, []string{"shop.example.com", "*.shop.example.com"}) || len(c.IPAddresses) != 2 || c.IPAddresses[1].String() != "2001:db8::1" {
		t.Errorf("names %v %v", c.DNSNames, c.IPAddresses)
	}
	if lives := c.NotAfter.Sub(c.NotBefore); lives != 9*24*time.Hour+skew {
		t.Errorf("it lives for %v", lives)
	}
	if now := time.Now(); now.Before(c.NotBefore) || c.SerialNumber.BitLen() < 64 || c.SerialNumber.Sign() <= 0 {
		t.Errorf("not valid yet, or a serial number of %d bits", c.SerialNumber.BitLen())
	}
	if c.IsCA || c.KeyUsage != x509.KeyUsageDigitalSignature || len(c.ExtKeyUsage) != 2 {
		t.Errorf("usage %v %v, authority %v", c.KeyUsage, c.ExtKeyUsage, c.IsCA)
	}
}

func TestNamesAreTakenFromEachOther(t *testing.T) {
	for name, c := range map[string]struct {
		config  Config
		common  string
		hosts   string
		address string
	}{
		"first host":       {config(nil), "shop.example.com", "shop.example.com *.shop.example.com", "192.0.2.1 2001:db8::1"},
		"first address":    {config(func(c *Config) { c.DNSNames = nil }), "192.0.2.1", "", "192.0.2.1 2001:db8::1"},
		"of the host":      {Config{Subject: Subject{CommonName: "db.internal"}}, "db.internal", "db.internal", ""},
		"of the address":   {Config{Subject: Subject{CommonName: "::1"}}, "::1", "", "::1"},
		"of a person":      {Config{Subject: Subject{CommonName: "Ann Example"}}, "Ann Example", "", ""},
		"of an authority":  {Config{Authority: true, Subject: Subject{CommonName: "example.com"}}, "example.com", "", ""},
		"too long for one": {Config{DNSNames: []string{strings.Repeat("a.", 40) + "b"}}, "", strings.Repeat("a.", 40) + "b", ""},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := c.config.names()
			var addresses []string
			for _, a := range n.addresses {
				addresses = append(addresses, a.String())
			}
			if err != nil || n.common != c.common || strings.Join(n.hosts, " ") != c.hosts || strings.Join(addresses, " ") != c.address {
				t.Errorf("%+v, %v", n, err)
			}
		})
	}
}

func TestFaultsStandAtTheirKeys(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		paths  string
	}{
		"nobody":        {Config{Algorithm: keys.Ed25519, Validity: "1d"}, "subject"},
		"a URL":         {config(func(c *Config) { c.DNSNames = []string{"a.example", "https://b.example"} }), "dns_names[1]"},
		"an address":    {config(func(c *Config) { c.IPAddresses = []string{"192.0.2.1:443", "x"} }), "ip_addresses[0] ip_addresses[1]"},
		"no time":       {config(func(c *Config) { c.Validity = "0d" }), "validity"},
		"for ever":      {config(func(c *Config) { c.Validity = "99999999999999999999y" }), "validity"},
		"longer":        {config(func(c *Config) { c.Validity = "99y9999w" }), "validity"},
		"size and name": {config(func(c *Config) { c.Algorithm, c.Bits, c.DNSNames = keys.RSA, bits(3000), []string{"-"} }), "bits dns_names[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := check(c.config)
			if got := strings.Join(paths(err), " "); got != c.paths {
				t.Errorf("faults at %q, want %q", got, c.paths)
			}
		})
	}
}

func paths(err error) []string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []string
		for _, e := range joined.Unwrap() {
			list = append(list, paths(e)...)
		}
		return list
	}
	if d, ok := errors.AsType[*sdk.Error](err); ok {
		return []string{d.Path.String()}
	}
	return nil
}
