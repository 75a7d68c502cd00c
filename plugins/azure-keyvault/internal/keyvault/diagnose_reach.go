package keyvault

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk"
)

// apiVersion is that of a request without a token, which every version answers alike.
const apiVersion = "7.4"

// challenge is what a vault answers to who has no token: the tenant that it is in, and
// what a token must be for.
var challenge = regex.Of(`^Bearer authorization(?:_uri)?="https://[a-z0-9.-]+/([0-9a-fA-F-]{36})",? *(?:resource|scope)="([^"]+)"`)

// reach sends one request without a token, which tells whether there is a vault of
// this name, whether it can be reached, and in which tenant it is. It gives the tenant,
// or the step that failed.
func (x *examination) reach(ctx context.Context) (tenant, failed string) {
	var secured atomic.Pointer[tls.ConnectionState]
	var route atomic.Pointer[sdk.Route]
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{TLSHandshakeDone: func(s tls.ConnectionState, err error) {
		if err == nil {
			secured.Store(&s)
		}
	}})
	ctx = sdk.WithRoute(ctx, func(r sdk.Route) { route.Store(&r) })
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, x.vault.URL()+"/secrets?api-version="+apiVersion, nil)
	if err != nil {
		return "", x.fail("dns", err)
	}
	// A connection of its own shows every step, whatever is open already.
	request.Close = true
	own := x.session.client(x.vault).Transport.(*http.Transport).Clone()
	defer own.CloseIdleConnections()
	response, err := (&client{http.Client{Transport: own, CheckRedirect: transport().CheckRedirect}}).Do(request)
	way := value(route.Load())
	if err != nil {
		return "", x.unreached(err, way, secured.Load() != nil)
	}
	defer response.Body.Close()
	x.found(way)
	x.connected(way)
	x.secured(secured.Load())
	asked := challenge.FindStringSubmatch(response.Header.Get("WWW-Authenticate"))
	switch {
	case response.StatusCode != http.StatusUnauthorized || asked == nil:
		return "", x.fail("challenge", x.session.explain(&oddError{x.vault.Host, fmt.Sprintf("without a token it answered %d, and asked for none", response.StatusCode)}, "asking for", x.vault, "the challenge"))
	case asked[2] != x.vault.Resource() && asked[2] != x.vault.Resource()+"/.default":
		return "", x.fail("challenge", x.session.explain(&oddError{x.vault.Host, fmt.Sprintf("it wants tokens for %q", clip(asked[2]))}, "asking for", x.vault, "the challenge"))
	}
	detail := "tenant " + asked[1]
	if region := response.Header.Get("x-ms-keyvault-region"); regionForm.MatchString(region) {
		detail += ", region " + region
	}
	x.say("challenge", sdk.Passed, detail)
	return asked[1], ""
}

var regionForm = regex.Of(`^[a-z0-9]{1,40}$`)

// found says what the name of the vault leads to.
func (x *examination) found(way sdk.Route) {
	if way.Proxied {
		x.say("dns", sdk.Inferred, "the proxy of the environment resolves it")
		return
	}
	x.say("dns", sdk.Passed, strings.Join(way.Addresses, ", "))
}

// connected says by which way somebody answers.
func (x *examination) connected(way sdk.Route) {
	if way.Proxied {
		x.say("connect", sdk.Passed, "through the proxy of the environment")
		return
	}
	x.say("connect", sdk.Passed, "port 443 answers")
}

func (x *examination) secured(s *tls.ConnectionState) {
	if s == nil || len(s.PeerCertificates) == 0 {
		x.say("tls", sdk.Passed, "")
		return
	}
	leaf := s.PeerCertificates[0]
	x.say("tls", sdk.Passed, fmt.Sprintf("%s, certificate of %s until %s", tls.VersionName(s.Version), leaf.Issuer.CommonName, leaf.NotAfter.UTC().Format("2006-01-02")))
}

// unreached says at which step a request ended that got no answer, and of the steps
// before it what is known.
func (x *examination) unreached(err error, way sdk.Route, secured bool) (failed string) {
	explained := x.session.explain(err, "reaching", x.vault, "the vault")
	if _, unresolved := errors.AsType[*net.DNSError](err); unresolved {
		return x.fail("dns", explained)
	}
	switch {
	case way.Proxied:
		x.say("dns", sdk.Skipped, "the proxy of the environment resolves it")
	case len(way.Addresses) > 0:
		x.found(way)
	default:
		x.say("dns", sdk.Skipped, "it was not asked")
	}
	if !way.Connected {
		return x.fail("connect", explained)
	}
	x.connected(way)
	if !secured {
		return x.fail("tls", explained)
	}
	x.say("tls", sdk.Passed, "")
	return x.fail("challenge", explained)
}
