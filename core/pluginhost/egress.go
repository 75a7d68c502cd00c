package pluginhost

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/net/http/httpproxy"

	"github.com/secretzero/sz/core/egress"
	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/sdk/wire"
)

// newProxy is the way out of a process with a network; nil for one without.
func (h *Host) newProxy(granted grant.Set) *egress.Proxy {
	if len(granted.Network)+len(granted.Identity) == 0 {
		return nil
	}
	return egress.New(egress.Options{
		Network: granted.Network, Identity: granted.Identity, Password: rand.Text(), Upstream: h.upstream(),
	})
}

// upstream is the user's own proxy, by the names and rules that Go programs follow.
func (h *Host) upstream() func(*url.URL) (*url.URL, error) {
	either := func(upper, lower string) string {
		for _, name := range []string{upper, lower} {
			if value, _ := h.lookup(name); value != "" {
				return value
			}
		}
		return ""
	}
	config := httpproxy.Config{
		HTTPProxy: either("HTTP_PROXY", "http_proxy"), HTTPSProxy: either("HTTPS_PROXY", "https_proxy"), NoProxy: either("NO_PROXY", "no_proxy"),
	}
	return config.ProxyFunc()
}

func (h *Host) lookup(name string) (string, bool) {
	if h.options.LookupEnv == nil {
		return "", false
	}
	return h.options.LookupEnv(name)
}

// proxyEnvironment tells a process where its proxy is. The names that loopback
// addresses are excepted from are Go's own rule; wire.EnvEgress is for the SDK,
// which has no exceptions.
func proxyEnvironment(proxy string) []string {
	return []string{
		wire.EnvEgress + "=" + proxy,
		"HTTPS_PROXY=" + proxy, "https_proxy=" + proxy, "HTTP_PROXY=" + proxy, "http_proxy=" + proxy, "NO_PROXY=", "no_proxy=",
	}
}

// systemAuthorities are the places of the certificates that a system trusts, of
// which a Linux distribution has one (crypto/x509, root_linux.go).
var systemAuthorities = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
	"/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
}

const maxAuthorities = 4 << 20

// authorities is a copy, in the runtime directory, of the certificates that the
// user's programs trust, and of those that the user names for plugins: a plugin sees no
// other file of the system. Empty when there are none, and on systems where programs ask
// the system itself.
func (h *Host) authorities(runtimeDir string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	copied := filepath.Join(runtimeDir, "authorities.pem")
	if h.hasAuthorities || runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return copied, nil
	}
	text := h.trusted()
	for _, name := range h.options.Authorities {
		more, err := readAuthorities(name)
		if err == nil && !x509.NewCertPool().AppendCertsFromPEM(more) {
			err = fmt.Errorf("%s has no certificate", name)
		}
		if err != nil {
			return "", fmt.Errorf("authorities of the configuration: %w", err)
		}
		text = append(append(text, '\n'), more...)
	}
	if len(text) == 0 {
		return copied, nil
	}
	if err := os.WriteFile(copied, text, 0o444); err != nil {
		return "", fmt.Errorf("certificates for plugins: %w", err)
	}
	h.hasAuthorities = true
	return copied, nil
}

// trusted are the certificates that the user's programs trust.
func (h *Host) trusted() []byte {
	places := systemAuthorities
	if named, _ := h.lookup("SSL_CERT_FILE"); named != "" {
		places = []string{named}
	}
	for _, place := range places {
		if text, err := readAuthorities(place); err == nil {
			return text
		}
	}
	return nil
}

func readAuthorities(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxAuthorities {
		return nil, fmt.Errorf("%s is no regular file of at most %d bytes", name, maxAuthorities)
	}
	return os.ReadFile(name)
}
