package emulator

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// Env is the environment in which Azure clients work against the emulator, as
// NAME=value. Empty values undo what the surroundings may have set. It says
// nothing that makes a client prefer another kind of credential.
func (s *Server) Env() []string {
	bundle := s.certificateFile()
	return []string{
		"HTTPS_PROXY=" + s.URL(), "https_proxy=" + s.URL(),
		"HTTP_PROXY=" + s.URL(), "http_proxy=" + s.URL(),
		"NO_PROXY=", "no_proxy=",
		"SSL_CERT_FILE=" + bundle, "SSL_CERT_DIR=",
		// The same for clients that are not written in Go.
		"REQUESTS_CA_BUNDLE=" + bundle, "CURL_CA_BUNDLE=" + bundle, "NODE_EXTRA_CA_CERTS=" + bundle,
		"IDENTITY_ENDPOINT=https://" + identityHost + identityTokenPath,
		"IDENTITY_HEADER=" + s.header,
		// With a thumbprint the endpoint would be taken for Service Fabric's.
		"IDENTITY_SERVER_THUMBPRINT=",
	}
}

// Client is an HTTP client that reaches what the emulator plays and trusts its
// certificates, for programs that run in the emulator's own process.
func (s *Server) Client() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(s.authority.certificate)
	proxy := &url.URL{Scheme: "http", Host: s.listener.Addr().String()}
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, MaxIdleConnsPerHost: 16,
	}}
}

// Token is a token for vaults of the public cloud.
func (s *Server) Token() string { return s.TokenFor("https://vault.azure.net", "") }

// TokenFor is a token for an audience and an application; the empty application
// is the system-assigned managed identity.
func (s *Server) TokenFor(audience, appID string) string {
	token, _ := s.tokens.issue(audience, cmp.Or(appID, systemIdentity), DefaultTenant)
	return token
}

// CertificatePEM is the authority that signs the emulator's certificates.
func (s *Server) CertificatePEM() []byte { return s.authority.PEM() }

func (s *Server) certificateFile() string { return filepath.Join(s.dir, "ca.pem") }

// systemRoots are the places of the system's certificates that Go looks at on
// Linux; programs under the emulator keep trusting what they trusted.
var systemRoots = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}

func (s *Server) writeCertificates() error {
	dir, err := os.MkdirTemp("", "keyvault-emulator-")
	if err != nil {
		return fmt.Errorf("certificate for clients: %w", err)
	}
	s.dir = dir
	bundle := s.authority.PEM()
	for _, path := range systemRoots {
		if roots, err := os.ReadFile(path); err == nil {
			bundle = append(append(bundle, '\n'), roots...)
			break
		}
	}
	if err := os.WriteFile(s.certificateFile(), bundle, 0o600); err != nil {
		return fmt.Errorf("certificate for clients: %w", err)
	}
	return nil
}
