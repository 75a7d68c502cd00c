package keyvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// liar answers in place of a vault, and remembers which hosts were sent a token.
type liar struct {
	challenge string // what it asks for; a vault's own when empty
	answer    func(*http.Request) (status int, header http.Header, body io.Reader)

	mu     sync.Mutex
	tokens map[string]int // by host
}

const usualChallenge = `Bearer authorization="https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555", resource="https://vault.azure.net"`

func (l *liar) Do(request *http.Request) (*http.Response, error) {
	response := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Request: request, Body: io.NopCloser(strings.NewReader("{}"))}
	if request.Header.Get("Authorization") == "" {
		response.Header.Set("WWW-Authenticate", usualChallenge)
		if l.challenge != "" {
			response.Header.Set("WWW-Authenticate", l.challenge)
		}
		return response, nil
	}
	l.mu.Lock()
	l.tokens[strings.TrimSuffix(request.URL.Host, ":443")]++
	l.mu.Unlock()
	status, header, body := l.answer(request)
	response.StatusCode, response.Body = status, io.NopCloser(body)
	for name, values := range header {
		response.Header[name] = values
	}
	// What the real transport does to every answer.
	response.Body = &bounded{response.Body, request.URL.Host, maxBody}
	return response, nil
}

// deceived is a session whose one vault is a liar.
func deceived(t testing.TB, l *liar) *session {
	l.tokens = map[string]int{}
	credential, err := identity.New(identity.Config{Kind: "cli"}, identity.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &session{identity: credential, stores: map[string]*store{}}
	in := believing(t, l)
	if l.challenge != "" { // it must not come to a token
		in = deceivedStore(t, l, credential.For(identity.Store{Name: in.vault.Name, Resource: in.vault.Resource()}))
	}
	s.stores[in.vault.Host] = in
	return s
}

// believing is a store with a token for whoever asks, in whatever way.
func believing(t testing.TB, l *liar) *store { return deceivedStore(t, l, staticToken{}) }

func deceivedStore(t testing.TB, l *liar, token azcore.TokenCredential) *store {
	v := vault.Vault{Name: "my-kv", Host: "my-kv.vault.azure.net"}
	options := vaultOptions("sz/test", v, transport())
	options.Transport = l
	options.Retry = policy.RetryOptions{MaxRetries: 1, RetryDelay: time.Nanosecond, MaxRetryDelay: time.Nanosecond}
	client, err := azsecrets.NewClient(v.URL(), token, &azsecrets.ClientOptions{ClientOptions: options})
	if err != nil {
		t.Fatal(err)
	}
	return &store{v, client}
}

const ourMark = "project.0123456789abcdef/-/a"

// everything asks a session for each thing that the host may ask it for.
func everything(ctx context.Context, s *session) map[string]error {
	target := sdk.Target[TargetConfig]{Address: "my-kv.vault.azure.net/a", Config: TargetConfig{Enabled: true, OnDeleted: "fail"}, Known: true}
	mark := sdk.Mark{Owner: ourMark, Operation: "1.20260101T000000Z.00000000000000000000"}
	revision := sdk.Receipt{Version: 1, Revision: "0123456789abcdef0123456789abcdef"}
	failed := map[string]error{}
	_, failed["inspect"] = inspect(ctx, s, sdk.Inspection[TargetConfig]{Target: target, Receipt: revision})
	_, failed["read"] = read(ctx, s, sdk.Read[TargetConfig]{Target: target, Receipt: revision})
	value := secret.NewText(secret.FromString("value"))
	_, failed["create"] = write(ctx, s, sdk.Write[TargetConfig]{Target: target, Mark: mark, Payload: value, Expect: sdk.Expectation{Absent: true}})
	_, failed["replace"] = write(ctx, s, sdk.Write[TargetConfig]{Target: target, Mark: mark, Payload: value, Expect: sdk.Expectation{Receipt: revision}})
	_, failed["update"] = update(ctx, s, sdk.Update[TargetConfig]{Target: target, Mark: mark, Expect: revision})
	_, failed["versions"] = versions(ctx, s, target)
	_, failed["disable"] = retire(ctx, s, sdk.Retire[TargetConfig]{Target: target, Mark: mark, Mode: sdk.RetireDisable, Revision: revision.Revision})
	_, failed["delete"] = retire(ctx, s, sdk.Retire[TargetConfig]{Target: target, Mark: mark, Mode: sdk.RetireDelete})
	var many []sdk.Inspection[TargetConfig]
	for i := range 20 {
		target.Address = fmt.Sprintf("my-kv.vault.azure.net/a%d", i)
		many = append(many, sdk.Inspection[TargetConfig]{Target: target})
	}
	answered := 0
	failed["inspect many"] = inspectMany(ctx, s, many, func(int, sdk.State) { answered++ })
	if answered > 0 {
		failed["inspect many"] = fmt.Errorf("%d answers were believed", answered)
	}
	return failed
}

func says(status int, body string) func(*http.Request) (int, http.Header, io.Reader) {
	return func(*http.Request) (int, http.Header, io.Reader) { return status, nil, strings.NewReader(body) }
}

// bundle is a version as a vault shows it, with an id of the liar's choice.
func bundle(id string) string {
	return `{"id":"` + id + `","value":"v","attributes":{"enabled":true,"created":1,"updated":1},"tags":{"sz-owner":"` + ourMark + `","sz-op":"1.20260101T000000Z.00000000000000000000"}}`
}

// TestHostileVault has whatever answers at the address of a vault lie in every way
// that is known: nothing panics, no token goes to another host, and every error names
// the vault.
func TestHostileVault(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // nobody is signed in here
	var pages atomic.Int64        // two listings go on at once
	endless := func(fresh bool) func(*http.Request) (int, http.Header, io.Reader) {
		return func(*http.Request) (int, http.Header, io.Reader) {
			token := "same"
			if fresh {
				token = fmt.Sprint(pages.Add(1))
			}
			return 200, nil, strings.NewReader(`{"value":[],"nextLink":"https://my-kv.vault.azure.net/secrets?api-version=1&$skiptoken=` + token + `"}`)
		}
	}
	redirect := func(*http.Request) (int, http.Header, io.Reader) {
		return 302, http.Header{"Location": {"https://attacker.example/secrets/a"}}, strings.NewReader("")
	}
	const version = "/0123456789abcdef0123456789abcdef"
	for name, c := range map[string]*liar{
		"a resource that is a GUID":        {challenge: `Bearer authorization="https://login.microsoftonline.com/t", resource="11111111-2222-3333-4444-555555555555"`},
		"a resource elsewhere":             {challenge: `Bearer authorization="https://login.microsoftonline.com/t", resource="https://attacker.example"`},
		"a challenge without a path":       {challenge: `Bearer authorization="https://login.microsoftonline.com", resource="https://vault.azure.net"`},
		"a challenge of nonsense":          {challenge: `Bearer authorization="nonsense", resource="https://vault.azure.net"`},
		"a challenge without a scheme":     {challenge: `authorization`},
		"an empty challenge":               {challenge: ` `},
		"no JSON":                          {answer: says(200, "<html>sign in to the hotel's network</html>")},
		"half of JSON":                     {answer: says(200, `{"value":[{"id":"https://my-kv`)},
		"JSON of another kind":             {answer: says(200, `{"value":{"a":1},"id":[],"attributes":7}`)},
		"nothing":                          {answer: says(200, "")},
		"null":                             {answer: says(200, "null")},
		"an id that is none":               {answer: says(200, bundle("nonsense"))},
		"an id of another vault":           {answer: says(200, bundle("https://other.vault.azure.net/secrets/a"+version))},
		"an id of another secret":          {answer: says(200, bundle("https://my-kv.vault.azure.net/secrets/b"+version))},
		"a listing of nonsense":            {answer: says(200, `{"value":[`+bundle("x")+`,null]}`)},
		"a listing of another vault":       {answer: says(200, `{"value":[`+bundle("https://other.vault.azure.net/secrets/a1")+`]}`)},
		"a listing that leads back":        {answer: endless(false)},
		"a listing of nothing, for ever":   {answer: endless(true)},
		"a body without an end":            {answer: func(*http.Request) (int, http.Header, io.Reader) { return 200, nil, zeros{} }},
		"an error without an end":          {answer: func(*http.Request) (int, http.Header, io.Reader) { return 403, nil, zeros{} }},
		"a redirect":                       {answer: redirect},
		"a status that there is not":       {answer: says(799, "")},
		"an error that is none":            {answer: says(500, `{"error":"no object"}`)},
		"an error with escapes":            {answer: says(403, "{\"error\":{\"code\":\"\\u001b[2J\",\"message\":\"##vso[task.setvariable]\",\"innererror\":{\"code\":\"\\u202e\"}}}")},
		"a next page on another host":      {answer: says(200, `{"value":[],"nextLink":"https://attacker.example/secrets"}`)},
		"a next page that is no address":   {answer: says(200, `{"value":[],"nextLink":"://"}`)},
		"a next page with another's name":  {answer: says(200, `{"value":[],"nextLink":"https://my-kv.vault.azure.net@attacker.example/"}`)},
		"a next page with a trailing dot":  {answer: says(200, `{"value":[],"nextLink":"https://my-kv.vault.azure.net./secrets"}`)},
		"a next page without encryption":   {answer: says(200, `{"value":[],"nextLink":"http://my-kv.vault.azure.net/secrets"}`)},
		"a next page in another directory": {answer: says(200, `{"value":[],"nextLink":"/secrets"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			if c.answer == nil {
				c.answer = says(200, "{}")
			}
			s := deceived(t, c)
			for what, err := range everything(t.Context(), s) {
				if what == "inspect many" {
					if err != nil {
						t.Errorf("%s: %v", what, err)
					}
					continue
				}
				known, ours := errors.AsType[*sdk.Error](err)
				switch {
				case err == nil:
					t.Errorf("%s: was believed", what)
				case !ours:
					t.Errorf("%s: %T is no error of ours: %v", what, err, err)
				case !strings.Contains(known.Summary+known.Hint, "my-kv"):
					t.Errorf("%s: names no endpoint: %v", what, known)
				}
			}
			for host := range c.tokens {
				if host != "my-kv.vault.azure.net" {
					t.Errorf("a token went to %s", host)
				}
			}
			if c.challenge != "" && len(c.tokens) > 0 {
				t.Errorf("a token was sent to whoever asked that oddly: %v", c.tokens)
			}
		})
	}
}

// TestListingOfTheSameForEver ends at a bound: pages that are full, each with a link of
// its own.
func TestListingOfTheSameForEver(t *testing.T) {
	id := azsecrets.ID("https://my-kv.vault.azure.net/secrets/a")
	full := slices.Repeat([]*azsecrets.SecretProperties{{ID: &id}}, 1000)
	n := 0
	pager := runtime.NewPager(runtime.PagingHandler[page]{
		More:    func(page) bool { return true },
		Fetcher: func(context.Context, *page) (page, error) { n++; next := fmt.Sprint(n); return page{full, &next}, nil },
	})
	s := &store{vault: vault.Vault{Name: "my-kv", Host: "my-kv.vault.azure.net"}}
	err := walk(s, t.Context(), pager, "", func([]*azsecrets.SecretProperties) bool { return true }, func(p page) page { return p })
	if !isOdd(err) || n != maxListed/1000+1 {
		t.Errorf("after %d pages: %v", n, err)
	}
}

// FuzzAnswers gives arbitrary answers to everything that a vault may be asked.
func FuzzAnswers(f *testing.F) {
	const version = "https://my-kv.vault.azure.net/secrets/a/0123456789abcdef0123456789abcdef"
	for _, seed := range []struct {
		challenge string
		status    int
		body      string
	}{
		{usualChallenge, 200, bundle(version)},
		{usualChallenge, 200, `{"value":[` + bundle(version) + `],"nextLink":"https://my-kv.vault.azure.net:443/secrets?api-version=2026-04-01&$skiptoken=x"}`},
		{usualChallenge, 200, `{"recoveryId":"https://my-kv.vault.azure.net/deletedsecrets/a","deletedDate":1,"scheduledPurgeDate":2,"id":"` + version + `"}`},
		{usualChallenge, 409, `{"error":{"code":"Conflict","message":"x","innererror":{"code":"ObjectIsDeletedButRecoverable"}}}`},
		{usualChallenge, 409, `{"error":{"code":"Conflict","message":"x","innererror":{"code":"ObjectIsBeingDeleted"}}}`},
		{usualChallenge, 403, `{"error":{"code":"Forbidden","message":"x","innererror":{"code":"ForbiddenByRbac"}}}`},
		{usualChallenge, 404, `{"error":{"code":"SecretNotFound","message":"Deleted Secret not found: a"}}`},
		{usualChallenge, 429, `{}`}, {usualChallenge, 503, ""}, {usualChallenge, 204, ""}, {usualChallenge, 302, ""},
		{`Bearer authorization="https://login.microsoftonline.com", scope="x"`, 200, "{}"},
		{`Bearer authorization_uri="a/b/c/d", resource="11111111-2222-3333-4444-555555555555"`, 200, "null"},
	} {
		f.Add(seed.challenge, seed.status, seed.body)
	}
	f.Fuzz(func(t *testing.T, challenge string, status int, body string) {
		if status < 200 || status > 999 {
			t.Skip("no answer of HTTP")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond) // for what waits for the service
		defer cancel()
		l := &liar{challenge: challenge, answer: says(status, body)}
		s := deceived(t, l)
		s.stores["my-kv.vault.azure.net"] = believing(t, l)
		for what, err := range everything(ctx, s) {
			if _, ours := errors.AsType[*sdk.Error](err); err != nil && !ours && what != "inspect many" {
				t.Errorf("%s: %T is no error of ours: %v", what, err, err)
			}
		}
		for host := range l.tokens {
			if host != "my-kv.vault.azure.net" {
				t.Errorf("a token went to %s", host)
			}
		}
	})
}

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
