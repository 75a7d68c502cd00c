package sdk

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/secretzero/sz/sdk/internal/ambient"
)

// HTTPClient is a client for a store's API that works in the sandbox, where the only
// way out is a proxy of the host that lets a plugin reach what it was granted: ask
// for a host with the tag network of a configuration field, or with a [Permission].
//
// It takes the proxy from HTTPS_PROXY and HTTP_PROXY, also for hosts on this machine,
// which net/http itself would dial past it; NO_PROXY holds as usual. Link-local
// addresses, such as a metadata service, are never sent to a proxy. Redirects are
// followed within one host only, TLS is 1.2 at least, and the answer must begin
// within 30 seconds. Requests that were made without a context end with ctx.
//
// Its errors are [*Error]s without the URL, which may hold what nobody should see:
// class Unavailable, code unreachable when the request never left, no-answer when it
// did. Connections are shared by all clients of a process; a client costs nothing.
func HTTPClient(ctx context.Context) *http.Client {
	transport := ambient.From(ctx).Transport
	if transport == nil {
		transport = network()
	}
	return &http.Client{Transport: &caller{ctx, transport}, CheckRedirect: sameHost}
}

// caller sends requests for one call of an author's function.
type caller struct {
	ctx  context.Context
	next http.RoundTripper
}

// RoundTrip sends a request.
func (c *caller) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Context().Done() == nil {
		request = request.WithContext(c.ctx)
	}
	response, err := c.next.RoundTrip(request)
	if err == nil && request.URL.Scheme == "http" && SandboxProxy() != nil {
		if err = ProxyAnswer(request.Context(), nil, request, response); err != nil { // no answer of the host's
			_ = response.Body.Close()
		}
	}
	if err == nil || request.Context().Err() != nil {
		return response, err
	}
	failed := &Error{Class: Unavailable, Code: "no-answer", Summary: request.URL.Host + " did not answer", Detail: cause(err)}
	if neverSent(err) {
		failed.Code, failed.Summary = codeUnreachable, request.URL.Host+" could not be reached"
		failed.Hint = "check the name and the network, and whether the plugin is granted this host"
	}
	return nil, failed
}

// codeUnreachable is the code of a request that never left.
const codeUnreachable = "unreachable"

func neverSent(err error) bool {
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		return operation.Op == "dial" || operation.Op == "proxyconnect"
	}
	return refusedByProxy(err)
}

// refusedByProxy reports what a proxy answered to CONNECT: net/http makes that an
// error of the status text and nothing else.
func refusedByProxy(err error) bool {
	for status := 400; status < 600; status++ {
		if text := http.StatusText(status); text != "" && err.Error() == text {
			return true
		}
	}
	return false
}

// cause is what happened in the words of the system, without addresses or URLs.
func cause(err error) string {
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		return operation.Op + ": " + operation.Err.Error()
	}
	if refusedByProxy(err) {
		return "the proxy answered " + strconv.Quote(err.Error())
	}
	return ""
}

func sameHost(request *http.Request, via []*http.Request) error {
	if first := via[0].URL; request.URL.Scheme != first.Scheme || request.URL.Host != first.Host || len(via) > 5 {
		return http.ErrUseLastResponse
	}
	return nil
}

// network is the way out that all clients of the process share.
var network = sync.OnceValue(func() http.RoundTripper {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	process := ambient.From(context.Background())
	return &http.Transport{
		Proxy:                  func(request *http.Request) (*url.URL, error) { return proxyFor(request.URL, process.LookupEnv) },
		OnProxyConnectResponse: ProxyAnswer,
		DialContext:            dialer.DialContext, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 32, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
})

// proxyFor is the proxy of the environment for a URL, or nil.
func proxyFor(u *url.URL, lookup func(string) (string, bool)) (*url.URL, error) {
	if proxy := SandboxProxy(); proxy != nil {
		return proxy, nil
	}
	if address, err := netip.ParseAddr(u.Hostname()); err == nil && address.IsLinkLocalUnicast() {
		return nil, nil
	}
	name := strings.ToUpper(u.Scheme) + "_PROXY"
	text := firstOf(lookup, name, strings.ToLower(name))
	if text == "" || exempt(u.Hostname(), firstOf(lookup, "NO_PROXY", "no_proxy")) {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	proxy, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s is not a URL", name) // which may hold a password
	}
	return proxy, nil
}

func firstOf(lookup func(string) (string, bool), names ...string) string {
	for _, name := range names {
		if text, _ := lookup(name); text != "" {
			return text
		}
	}
	return ""
}

// exempt reports whether NO_PROXY lists a host: by its name, by a domain that it is
// in, or with everything else by a star.
func exempt(host, list string) bool {
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimPrefix(strings.TrimSpace(strings.ToLower(entry)), ".")
		host = strings.ToLower(host)
		if entry == "*" || entry != "" && (host == entry || strings.HasSuffix(host, "."+entry)) {
			return true
		}
	}
	return false
}

// HTTPError is what an answer of a store says, as an [*Error] of the class that its
// status means: 401 Authentication, 403 Permissions, 404 Not Found, 409 and 412
// Conflict, 429 Throttled, 400 and other 4xx InvalidConfig, 5xx Unavailable; nil for
// 2xx and 3xx. Retry-After of 429 and 503, in seconds, becomes RetryAfter. The body
// is not looked at: it may repeat what was sent.
func HTTPError(response *http.Response) error {
	if response.StatusCode < 400 {
		return nil
	}
	e := &Error{Class: InvalidConfig, Code: fmt.Sprintf("http-%d", response.StatusCode)}
	e.Summary = fmt.Sprintf("%s answered %d %s", hostOf(response), response.StatusCode, http.StatusText(response.StatusCode))
	if class, known := statusClasses[response.StatusCode]; known {
		e.Class = class
	} else if response.StatusCode >= 500 {
		e.Class = Unavailable
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

var statusClasses = map[int]Class{
	http.StatusUnauthorized: Authentication, http.StatusForbidden: Permissions, http.StatusProxyAuthRequired: Permissions,
	http.StatusNotFound: NotFound, http.StatusGone: NotFound, http.StatusConflict: Conflict, http.StatusPreconditionFailed: Conflict,
	http.StatusTooManyRequests: Throttled, http.StatusRequestTimeout: Unavailable,
}

func hostOf(response *http.Response) string {
	if response.Request == nil || response.Request.URL == nil {
		return "the store"
	}
	return response.Request.URL.Hostname()
}
