package wire

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"
)

// credentialsLife outlasts every run; the pair is made anew for each process.
const credentialsLife = 24 * time.Hour

// serverName is what both ends call the plugin in TLS.
const serverName = "sz-plugin"

// Credentials are one process's half of a fresh pair of mutually trusting TLS
// identities. The host makes both halves and hands the plugin its own over an
// inherited pipe: a P-256 pair costs half a millisecond, where go-plugin's own
// AutoMTLS spends 40 ms on P-521 keys, and no key is ever in an environment.
type Credentials struct {
	certificate []byte // DER
	key         []byte // PKCS #8
	peer        []byte // DER of the only certificate that is trusted
}

// NewCredentials makes the host's and the plugin's half.
func NewCredentials() (host, guest Credentials, err error) {
	hostCert, hostKey, err := newIdentity("sz-host")
	if err != nil {
		return host, guest, fmt.Errorf("host credentials: %w", err)
	}
	guestCert, guestKey, err := newIdentity(serverName)
	if err != nil {
		return host, guest, fmt.Errorf("plugin credentials: %w", err)
	}
	return Credentials{hostCert, hostKey, guestCert}, Credentials{guestCert, guestKey, hostCert}, nil
}

func newIdentity(name string) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(credentialsLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	certificate, err = x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, nil, err
	}
	key, err = x509.MarshalPKCS8PrivateKey(private)
	return certificate, key, err
}

// PeerCertificate is the only certificate that is trusted, in DER.
func (c Credentials) PeerCertificate() []byte { return bytes.Clone(c.peer) }

// Client is the TLS configuration of the host.
func (c Credentials) Client() (*tls.Config, error) {
	config, pool, err := c.config()
	if err != nil {
		return nil, err
	}
	config.RootCAs, config.ServerName = pool, serverName
	return config, nil
}

// Server is the TLS configuration of the plugin.
func (c Credentials) Server() (*tls.Config, error) {
	config, pool, err := c.config()
	if err != nil {
		return nil, err
	}
	config.ClientCAs, config.ClientAuth = pool, tls.RequireAndVerifyClientCert
	return config, nil
}

func (c Credentials) config() (*tls.Config, *x509.CertPool, error) {
	key, err := x509.ParsePKCS8PrivateKey(c.key)
	if err != nil {
		return nil, nil, fmt.Errorf("credentials: key: %w", err)
	}
	peer, err := x509.ParseCertificate(c.peer)
	if err != nil {
		return nil, nil, fmt.Errorf("credentials: peer certificate: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(peer)
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		// The curve of the certificates, at a third less time for a handshake: the key that
		// is also safe from quantum computers, as Go makes by default, is for what can be
		// recorded on its way, and this does not leave the machine.
		CurvePreferences: []tls.CurveID{tls.CurveP256},
		Certificates:     []tls.Certificate{{Certificate: [][]byte{c.certificate}, PrivateKey: key}},
	}, pool, nil
}

// WriteTo sends the credentials over w as three length-prefixed parts.
func (c Credentials) WriteTo(w io.Writer) (int64, error) {
	var out bytes.Buffer
	for _, part := range [][]byte{c.certificate, c.key, c.peer} {
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		out.Write(part)
	}
	return out.WriteTo(w)
}

// ReadCredentials reads what [Credentials.WriteTo] sent, and no more.
func ReadCredentials(r io.Reader) (Credentials, error) {
	var c Credentials
	for _, part := range []*[]byte{&c.certificate, &c.key, &c.peer} {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return c, fmt.Errorf("credentials: %w", err)
		}
		length := binary.BigEndian.Uint32(size[:])
		if length > 64<<10 {
			return c, errors.New("credentials: a part is too long")
		}
		*part = make([]byte, length)
		if _, err := io.ReadFull(r, *part); err != nil {
			return c, fmt.Errorf("credentials: %w", err)
		}
	}
	return c, nil
}
