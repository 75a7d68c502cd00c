package keyvault

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"

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
	var found []string
	var secured *tls.ConnectionState
	trace := &httptrace.ClientTrace{
		DNSDone: func(i httptrace.DNSDoneInfo) {
			for _, a := range i.Addrs {
				found = append(found, a.String())
			}
		},
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			if err == nil {
				secured = &s
			}
		},
	}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, x.vault.URL()+"/secrets?api-version="+apiVersion, nil)
	if err != nil {
		return "", x.fail("dns", err)
	}
	through, err := proxy(request)
	if err != nil {
		return "", x.fail("dns", err)
	}
	// A connection of its own shows every step, whatever is open already.
	request.Close = true
	own := x.session.client(x.vault).Transport.(*http.Transport).Clone()
	defer own.CloseIdleConnections()
	response, err := (&client{http.Client{Transport: own, CheckRedirect: transport().CheckRedirect}}).Do(request)
	if err != nil {
		return "", x.unreached(err, through != nil, found)
	}
	defer response.Body.Close()
	if through != nil {
		x.say("dns", sdk.Inferred, "the proxy "+through.Host+" resolves it")
	} else {
		x.say("dns", sdk.Passed, strings.Join(found, ", "))
	}
	if secured != nil && len(secured.PeerCertificates) > 0 {
		leaf := secured.PeerCertificates[0]
		x.say("tls", sdk.Passed, fmt.Sprintf("%s, certificate of %s until %s", tls.VersionName(secured.Version), leaf.Issuer.CommonName, leaf.NotAfter.UTC().Format("2006-01-02")))
	} else {
		x.say("tls", sdk.Passed, "")
	}
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

// unreached says at which step a request ended that got no answer.
func (x *examination) unreached(err error, proxied bool, found []string) (failed string) {
	explained := x.session.explain(err, "reaching", x.vault, "the vault")
	known, _ := errors.AsType[*sdk.Error](explained)
	switch {
	case known != nil && known.Code == "bad-certificate":
		x.say("dns", sdk.Passed, strings.Join(found, ", "))
		return x.fail("tls", explained)
	case !proxied && len(found) > 0:
		x.say("dns", sdk.Passed, strings.Join(found, ", "))
		return x.fail("tls", explained)
	}
	return x.fail("dns", explained)
}
