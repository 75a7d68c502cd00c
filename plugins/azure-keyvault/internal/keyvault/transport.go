package keyvault

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// transport is shared by all clients. It honours the proxy of the environment and
// follows no redirect: a vault never sends one, and a token must not go where an
// answer says.
var transport = sync.OnceValue(func() *client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &client{http.Client{
		Transport: &http.Transport{
			Proxy: proxy, OnProxyConnectResponse: sdk.ProxyAnswer, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			MaxIdleConns: 100, MaxIdleConnsPerHost: 32, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
})

// client tells the SDK which failures do not pass with time: a host that does not
// exist, a port that nobody serves, a proxy that refuses. The SDK would try them
// again for half a minute before a person sees the misspelled name.
type client struct{ http.Client }

// Do sends a request.
func (c *client) Do(request *http.Request) (*http.Response, error) {
	w := &watch{}
	response, err := c.Client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), w.trace())))
	if err != nil && (neverSent(err) || w.handshakeFailed()) {
		return nil, &unreachableError{err, w.handshakeFailed()}
	}
	if err == nil {
		response.Body = &bounded{response.Body, request.URL.Host, maxBody}
	}
	return response, err
}

// watch is how far a request came.
type watch struct{ connected, unsecured atomic.Bool }

func (w *watch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn:          func(httptrace.GotConnInfo) { w.connected.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { w.unsecured.Store(err != nil) },
	}
}

// handshakeFailed reports a request that never had a connection to leave by, since the
// one that was made for it could not be secured.
func (w *watch) handshakeFailed() bool { return w.unsecured.Load() && !w.connected.Load() }

// maxBody is the most that an answer may have. A page of a listing holds 25 secrets
// with 15 tags of less than a thousand characters each, which JSON may write with six
// bytes.
const maxBody = 4 << 20

// bounded is a body that ends in an error when it is longer than any of a vault.
type bounded struct {
	io.ReadCloser
	host string
	left int64
}

// Read reads what is left of the bound.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &oddError{b.host, "an answer has no end"}
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// neverSent reports an error from before the request left this machine.
func neverSent(err error) bool {
	if operation, ok := errors.AsType[*net.OpError](err); ok && (operation.Op == "dial" || operation.Op == "proxyconnect") {
		return true
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return untrusted
}

// unreachableError is a request that was never sent. It is not retried.
type unreachableError struct {
	err       error
	handshake bool // it was TLS that failed
}

// Error is the cause.
func (e *unreachableError) Error() string { return e.err.Error() }

// Unwrap is the cause.
func (e *unreachableError) Unwrap() error { return e.err }

// NonRetriable keeps the SDK from trying again.
func (e *unreachableError) NonRetriable() {}

// proxy is that of the environment, but never for a managed identity, whose endpoints
// are plain HTTP or an address of this machine: Go's own rule has no exception for
// them, and the proxy would read the tokens (learn.microsoft.com/entra/identity/
// managed-identities-azure-resources, "configure your web proxies"). Inside TLS with a
// name it sees nothing.
func proxy(request *http.Request) (*url.URL, error) {
	if sandbox := sdk.SandboxProxy(); sandbox != nil {
		return sandbox, nil
	}
	if _, err := netip.ParseAddr(request.URL.Hostname()); err == nil || request.URL.Scheme != "https" {
		return nil, nil
	}
	return http.ProxyFromEnvironment(request)
}

// retries are for calls that may be repeated. Setting a secret is not one of them:
// see set. A vault that throttles is waited for by its pace.
var retries = policy.RetryOptions{
	MaxRetries: 4, RetryDelay: time.Second, MaxRetryDelay: 2 * time.Minute, TryTimeout: 30 * time.Second,
	StatusCodes: []int{http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout},
}

func credentialOptions(application string) policy.ClientOptions {
	return policy.ClientOptions{Transport: transport(), Telemetry: telemetry(application)}
}

func vaultOptions(application string, v vault.Vault, through *client) policy.ClientOptions {
	return policy.ClientOptions{
		Transport: through, Telemetry: telemetry(application), Retry: retries,
		PerCallPolicies: []policy.Policy{&pace{host: v.Host}, &onlyTo{host: v.Host}},
	}
}

// telemetry names sz in the user agent; the SDK allows 24 characters.
func telemetry(application string) policy.TelemetryOptions {
	return policy.TelemetryOptions{ApplicationID: application[:min(24, len(application))]}
}

// onlyTo refuses every request that is not to one vault, before a token is added:
// the link to the next page of a listing comes from the service, and the SDK
// follows it wherever it leads. Who gave such a link once gets no request more: nothing
// else that it says is to be believed.
type onlyTo struct {
	host  string
	stray atomic.Pointer[strayError]
}

// Do refuses or passes on.
func (o *onlyTo) Do(request *policy.Request) (*http.Response, error) {
	u := request.Raw().URL
	if u.Scheme != "https" || !strings.EqualFold(u.Hostname(), o.host) || u.Port() != "" && u.Port() != "443" || u.User != nil {
		o.stray.CompareAndSwap(nil, &strayError{fmt.Sprintf("a request for %s was about to go to %s://%s", o.host, u.Scheme, u.Host)})
	}
	if stray := o.stray.Load(); stray != nil {
		return nil, stray
	}
	return request.Next()
}

// strayError is a request that would have left the vault. It is not retried.
type strayError struct{ text string }

// Error says where the request would have gone.
func (e *strayError) Error() string { return e.text }

// NonRetriable keeps the SDK from trying again.
func (e *strayError) NonRetriable() {}
