package keyvault

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// lyingVault answers a listing with a link to the next page on another host.
type lyingVault struct {
	next string
	seen []string // the hosts that got a token
}

func (v *lyingVault) Do(request *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Request: request, Body: io.NopCloser(strings.NewReader("{}"))}
	if request.Header.Get("Authorization") == "" {
		answer.Header.Set("WWW-Authenticate", `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`)
		return answer, nil
	}
	v.seen = append(v.seen, request.URL.Host)
	answer.StatusCode = http.StatusOK
	answer.Body = io.NopCloser(strings.NewReader(`{"value":[{"id":"https://kv.vault.azure.net/secrets/a/1"}],"nextLink":"` + v.next + `"}`))
	return answer, nil
}

type staticToken struct{}

func (staticToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// The SDK follows the link wherever it leads, and takes the token along.
func TestLinkToAnotherHostIsNotFollowed(t *testing.T) {
	for _, next := range []string{
		"https://attacker.example/secrets/a/versions?x=1", "https://other.vault.azure.net/secrets/a/versions?x=1", "http://kv.vault.azure.net/secrets/a/versions",
		"https://kv.vault.azure.net:8443/secrets/a/versions", "https://kv.vault.azure.net.attacker.example/x",
	} {
		v := vault.Vault{Name: "kv", Host: "kv.vault.azure.net"}
		liar := &lyingVault{next: next}
		options := vaultOptions("sz/test", v, transport())
		options.Transport = liar
		client, err := azsecrets.NewClient(v.URL(), staticToken{}, &azsecrets.ClientOptions{ClientOptions: options})
		if err != nil {
			t.Fatal(err)
		}
		in := &store{v, client}
		_, err = in.versions(t.Context(), "a")
		if _, stray := errors.AsType[*strayError](err); !stray {
			t.Errorf("%s: %v", next, err)
		}
		asked := len(liar.seen)
		_, err = in.get(t.Context(), "a", "")
		if _, stray := errors.AsType[*strayError](err); !stray || len(liar.seen) != asked {
			t.Errorf("%s: who tried to lead a token away is asked again: %v", next, err)
		}
		for _, host := range liar.seen {
			if host != v.Host {
				t.Errorf("the token went to %s", host)
			}
		}
	}
}

func TestWhatWasNeverSentIsNotTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"refused":         {&url.Error{Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}, true},
		"no proxy":        {&url.Error{Err: &net.OpError{Op: "proxyconnect", Err: errors.New("connection refused")}}, true},
		"proxy says no":   {&url.Error{Err: &net.OpError{Op: "proxyconnect", Err: &sdk.ProxyError{Status: 502, Text: "no"}}}, true},
		"connection lost": {&url.Error{Err: io.EOF}, false},
		"read failed":     {&url.Error{Err: &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}}, false},
	} {
		if got := neverSent(c.err); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestMetadataServiceIsNotReachedThroughAProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://proxy.example:3128")
	request, err := http.NewRequest(http.MethodGet, "http://169.254.169.254/metadata/identity/oauth2/token", nil)
	if err != nil {
		t.Fatal(err)
	}
	if through, err := proxy(request); through != nil || err != nil {
		t.Errorf("through %v, %v", through, err)
	}
}
