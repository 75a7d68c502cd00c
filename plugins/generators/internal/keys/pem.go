package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"

	"github.com/secretzero/sz/sdk/secret"
)

// The forms in which a private key is written.
const (
	PKCS8 = "pkcs8" // RFC 5208, every algorithm
	PKCS1 = "pkcs1" // RFC 8017, RSA only
	SEC1  = "sec1"  // RFC 5915, ECDSA only
)

// PrivatePEM writes a private key in a form that its algorithm has.
func PrivatePEM(key crypto.Signer, form string) (secret.Payload, error) {
	var der []byte
	var err error
	label := "PRIVATE KEY"
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if form == PKCS1 {
			label, der = "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k)
		}
	case *ecdsa.PrivateKey:
		if form == SEC1 {
			label = "EC PRIVATE KEY"
			der, err = x509.MarshalECPrivateKey(k)
		}
	}
	if der == nil && err == nil {
		der, err = x509.MarshalPKCS8PrivateKey(key)
	}
	if err != nil {
		return secret.Payload{}, err
	}
	defer clear(der)
	return PEM(label, der), nil
}

// PublicPEM writes a public key as SubjectPublicKeyInfo (RFC 5280), which every
// library reads.
func PublicPEM(key crypto.Signer) (secret.Payload, error) {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return secret.Payload{}, err
	}
	return PEM("PUBLIC KEY", der), nil
}

// PEM writes one block (RFC 7468).
func PEM(label string, der []byte) secret.Payload {
	return secret.NewText(secret.New(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})))
}
