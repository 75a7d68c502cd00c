package emulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// post logs in with a form and answers the status and the fields of the answer.
func post(t *testing.T, s *Server, host string, form url.Values) (int, map[string]any) {
	t.Helper()
	client := s.Client()
	defer client.CloseIdleConnections()
	response, err := client.PostForm("https://"+host+"/"+DefaultTenant+"/oauth2/v2.0/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var fields map[string]any
	if err := json.NewDecoder(response.Body).Decode(&fields); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, fields
}

func TestClientCredentials(t *testing.T) {
	s := start(t, Options{Applications: []Application{{ID: "known", Secret: "right"}}})
	lenient := start(t, Options{})
	kubernetes := s.Assertion(KubernetesIssuer, KubernetesSubject, ExchangeAudience, time.Now())
	form := func(pairs ...string) url.Values {
		v := url.Values{"grant_type": {"client_credentials"}, "client_id": {"known"}, "client_secret": {"right"}, "scope": {"https://vault.azure.net/.default openid offline_access profile"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for _, test := range []struct {
		name   string
		server *Server
		form   url.Values
		status int
		answer string // the error
	}{
		{"right", s, form(), 200, ""},
		{"wrong", s, form("client_secret", "wrong"), 401, "AADSTS7000215"},
		{"assertion instead of the secret", s, form("client_secret", "", "client_assertion", kubernetes), 401, "AADSTS700211"},
		{"unknown", s, form("client_id", "other"), 400, "AADSTS700016"},
		{"anybody", lenient, form("client_id", "other", "client_secret", "any"), 200, ""},
		{"assertion", lenient, form("client_secret", "", "client_assertion", lenient.Assertion(KubernetesIssuer, KubernetesSubject, ExchangeAudience, time.Now())), 200, ""},
		{"assertion of another emulator", lenient, form("client_secret", "", "client_assertion", kubernetes), 401, "AADSTS50013"},
		{"assertion of nobody", lenient, form("client_secret", "", "client_assertion", lenient.Assertion("https://attacker.example", KubernetesSubject, ExchangeAudience, time.Now())), 401, "AADSTS700211"},
		{"assertion for somebody else", lenient, form("client_secret", "", "client_assertion", lenient.Assertion(KubernetesIssuer, KubernetesSubject, "sts.amazonaws.com", time.Now())), 401, "AADSTS700212"},
		{"expired assertion", lenient, form("client_secret", "", "client_assertion", lenient.Assertion(KubernetesIssuer, KubernetesSubject, ExchangeAudience, time.Now().Add(-2*assertionLife))), 401, "AADSTS700024"},
		{"no assertion at all", lenient, form("client_secret", "", "client_assertion", "x"), 401, "AADSTS5002723"},
		{"neither", lenient, form("client_secret", ""), 401, "AADSTS7000216"},
		{"nobody", lenient, form("client_id", ""), 400, "AADSTS900144"},
		{"grant", lenient, form("grant_type", "password"), 400, "AADSTS70003"},
		{"scope", lenient, form("scope", "openid"), 400, "AADSTS1002012"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, fields := post(t, test.server, "login.microsoftonline.com", test.form)
			description, _ := fields["error_description"].(string)
			if status != test.status || !strings.Contains(description, test.answer) {
				t.Errorf("%d %v", status, description)
			}
			if token, _ := fields["access_token"].(string); status == 200 {
				if r := send(t, test.server, "GET", "/secrets"+query, token, ""); r.status != 200 {
					t.Errorf("the vault answers %d %s", r.status, r.body)
				}
			}
		})
	}
}

func TestDiscovery(t *testing.T) {
	s := start(t, Options{})
	for _, c := range clouds {
		r := send(t, s, "GET", "https://"+c.login+"/"+DefaultTenant+"/v2.0/.well-known/openid-configuration", "", "")
		if !strings.Contains(r.body, `"token_endpoint":"https://`+c.login+"/"+DefaultTenant+`/oauth2/v2.0/token"`) {
			t.Errorf("%s: %s", c.login, r.body)
		}
		r = send(t, s, "GET", "https://"+c.login+"/common/discovery/instance?api-version=1.1&authorization_endpoint=https://"+c.login+"/"+DefaultTenant+"/oauth2/v2.0/authorize", "", "")
		if !strings.Contains(r.body, `"tenant_discovery_endpoint":"https://`+c.login+`/`) || !strings.Contains(r.body, `"metadata":[{`) {
			t.Errorf("%s: %s", c.login, r.body)
		}
	}
	if r := send(t, s, "GET", "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.own.example/t/oauth2/v2.0/authorize", "", ""); r.status != 400 || !strings.Contains(r.body, "AADSTS50049") {
		t.Errorf("an authority that nobody knows: %d %s", r.status, r.body)
	}
	if r := send(t, s, "GET", "https://login.microsoftonline.com/common/else", "", ""); r.status != 404 {
		t.Errorf("else: %d", r.status)
	}
}

func TestManagedIdentity(t *testing.T) {
	s := start(t, Options{})
	const token = identityTokenPath + "?api-version=2019-08-01&resource=https://vault.azure.net"
	for _, test := range []struct {
		path, header string
		status       int
		app          string
	}{
		{token, s.header, 200, systemIdentity},
		{token + "&client_id=mine", s.header, 200, "mine"},
		{token + "&mi_res_id=/subscriptions/s", s.header, 200, "/subscriptions/s"},
		{token + "&object_id=o", s.header, 200, "o"},
		{token + "&object_id=o&client_id=mine", s.header, 400, ""},
		{token, "", 401, ""},
		{token, "wrong", 401, ""},
		{identityTokenPath + "?api-version=2019-08-01", s.header, 400, ""},
		{identityTokenPath + "?api-version=2017-09-01&resource=x", s.header, 400, ""},
		{identityTokenPath + "?resource=x", s.header, 400, ""},
		{"/else", s.header, 404, ""},
		{adminPath, "", 401, ""},
		{adminPath, s.header, 200, ""},
	} {
		request, err := http.NewRequest(http.MethodGet, "https://"+identityHost+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-IDENTITY-HEADER", test.header)
		client := s.Client()
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var answer identityToken
		_ = json.NewDecoder(response.Body).Decode(&answer)
		_ = response.Body.Close()
		client.CloseIdleConnections()
		if c, _ := s.tokens.open(answer.AccessToken); response.StatusCode != test.status || c.App != test.app || answer.ClientID != test.app {
			t.Errorf("%s: %d for %q, want %d for %q", test.path, response.StatusCode, c.App, test.status, test.app)
		}
	}
}
