// Package certificate is the kind tls_self_signed: a key and a certificate that it
// has signed for itself, for development, for services that pin each other, and as
// a private authority. What is in the certificate stands in names.go.
//
// Next: internal/keys, which makes the key.
package certificate

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"time"

	"github.com/secretzero/sz/plugins/generators/internal/keys"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// certificate is the field beside the private key.
const certificate = "certificate"

// skew is how far the clock of somebody who checks may be behind ours.
const skew = 5 * time.Minute

// Config is what a tls_self_signed may be configured with.
type Config struct {
	Subject     Subject  `sz:"subject" doc:"whom the certificate is for"`
	DNSNames    []string `sz:"dns_names" doc:"the names of hosts that it is for; *.example.com for those below one"`
	IPAddresses []string `sz:"ip_addresses" doc:"the addresses that it is for"`
	Validity    string   `sz:"validity" default:"365d" pattern:"([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?" hint:"write it as 90d, 12w, 1y or 1w2d" doc:"how long it is valid"`
	Authority   bool     `sz:"ca" doc:"make it one that signs others, not one that a server shows"`
	Algorithm   string   `sz:"algorithm" default:"ecdsa" enum:"ecdsa,ed25519,rsa" doc:"the kind of key"`
	Bits        *int64   `sz:"bits" min:"2048" max:"4096" doc:"the size of an RSA key; 3072 when nothing is said"`
	Curve       *string  `sz:"curve" enum:"P-256,P-384,P-521" doc:"the curve of an ECDSA key; P-256 when nothing is said"`
}

// Subject is whom a certificate is for (RFC 5280, section 4.1.2.4).
type Subject struct {
	CommonName   string `sz:"common_name" max:"64" doc:"its name; the first of dns_names or ip_addresses when nothing is said"`
	Organization string `sz:"organization" max:"64" doc:"the organization"`
	Unit         string `sz:"organizational_unit" max:"64" doc:"the part of it"`
	Country      string `sz:"country" pattern:"([A-Z]{2})?" hint:"two capital letters, as in DE" doc:"the country"`
}

// Rules relates the keys.
func (Config) Rules() []schema.Rule { return keys.Rules() }

func (c Config) settings() keys.Settings {
	return keys.Settings{Algorithm: c.Algorithm, Bits: c.Bits, Curve: c.Curve}
}

// Kind is tls_self_signed.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "tls_self_signed", Summary: "a key and a certificate that it has signed for itself", Fields: []string{keys.PrivateKey, certificate},
		Check: check, Generate: generate,
	}
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	key, err := c.settings().New()
	if err != nil {
		return secret.Payload{}, err
	}
	template, err := c.template(time.Now())
	if err != nil {
		return secret.Payload{}, err
	}
	if _, ok := key.(*rsa.PrivateKey); ok && !c.Authority {
		template.KeyUsage |= x509.KeyUsageKeyEncipherment // of TLS 1.2 without forward secrecy
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return secret.Payload{}, err
	}
	private, err := keys.PrivatePEM(key, keys.PKCS8)
	return secret.NewObject([]secret.Field{
		{Name: keys.PrivateKey, Value: private}, {Name: certificate, Value: keys.PEM("CERTIFICATE", der)},
	}), err
}

// template is what the certificate will say. The serial number is left to the
// library, which draws one as RFC 5280 wants it.
func (c Config) template(now time.Time) (*x509.Certificate, error) {
	validity, err := period(c.Validity)
	if err != nil {
		return nil, err
	}
	names, err := c.names()
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		Subject:   pkix.Name{CommonName: names.common, Organization: some(c.Subject.Organization), OrganizationalUnit: some(c.Subject.Unit), Country: some(c.Subject.Country)},
		NotBefore: now.Add(-skew), NotAfter: now.Add(validity),
		DNSNames: names.hosts, IPAddresses: names.addresses,
		BasicConstraintsValid: true, IsCA: c.Authority,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if c.Authority {
		t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil
	}
	return t, nil
}

func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
