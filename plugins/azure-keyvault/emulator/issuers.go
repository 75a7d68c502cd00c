package emulator

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
)

// The other identity providers that the emulator plays, by the issuer of their tokens:
// GitHub Actions, Azure Pipelines and a Kubernetes cluster.
const (
	GitHubIssuer     = "https://token.actions.githubusercontent.com"
	PipelinesIssuer  = "https://vstoken.dev.azure.com/00000000-0000-4000-8000-0000000000ad"
	KubernetesIssuer = "https://oidc.keyvault-emulator.test/cluster/"
)

// The subjects of their tokens.
const (
	GitHubSubject     = "repo:octo-org/octo-repo:ref:refs/heads/main"
	PipelinesSubject  = "sc://octo-org/octo-project/octo-connection"
	KubernetesSubject = "system:serviceaccount:default:sz"
)

var issuers = []string{GitHubIssuer, PipelinesIssuer, KubernetesIssuer}

// The hosts and paths where jobs ask for their tokens.
const (
	githubHost    = "pipelines.actions.githubusercontent.com"
	githubPath    = "/emulator/idtoken"
	pipelinesHost = "dev.azure.com"
	pipelinesPath = "/octo-org/octo-project/_apis/distributedtask/hubs/build/plans/1/jobs/1/oidctoken"
)

// assertionLife is how long their tokens live.
const assertionLife = time.Hour

// issuer is the key of the identity providers, made when the first token is asked for.
func (s *Server) issuer() *rsa.PrivateKey {
	s.issuerOnce.Do(func() {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err) // never fails: see crypto/rand
		}
		s.issuerKey = key
	})
	return s.issuerKey
}

// Assertion is a token of an identity provider that the emulator plays, good for
// assertionLife from a moment on.
func (s *Server) Assertion(issuer, subject, audience string, from time.Time) string {
	part := func(v any) string {
		text, _ := json.Marshal(v) // maps of texts and numbers
		return base64.RawURLEncoding.EncodeToString(text)
	}
	text := part(map[string]string{"alg": "RS256", "typ": "JWT", "kid": "emulator"}) + "." + part(map[string]any{
		"iss": issuer, "sub": subject, "aud": audience, "nbf": from.Unix(), "iat": from.Unix(), "exp": from.Add(assertionLife).Unix(), "jti": randomUUID(),
	})
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, s.issuer(), crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // the key is large enough for the sum
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// serveJobs is where a job of GitHub Actions or Azure Pipelines asks for the token that
// says which job it is (docs.github.com/actions/reference/security/oidc;
// learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken).
func (s *Server) serveJobs(w http.ResponseWriter, r *http.Request, host string) {
	record := Request{Time: s.options.Now(), Host: host, Method: r.Method, Path: r.URL.Path, APIVersion: r.URL.Query().Get("api-version")}
	var body any
	query := r.URL.Query()
	switch {
	case !hmac.Equal([]byte(r.Header.Get("Authorization")), []byte("Bearer "+s.header)):
		record.Status, body = http.StatusUnauthorized, identityError("the token of the job is missing or wrong")
	case host == githubHost && r.Method == http.MethodGet && r.URL.Path == githubPath:
		record.Status, body = http.StatusOK, map[string]any{"count": 1, "value": s.Assertion(GitHubIssuer, GitHubSubject, query.Get("audience"), s.options.Now())}
	case host == pipelinesHost && r.Method == http.MethodPost && r.URL.Path == pipelinesPath && query.Get("serviceConnectionId") == ServiceConnection:
		record.Status, body = http.StatusOK, map[string]any{"oidcToken": s.Assertion(PipelinesIssuer, PipelinesSubject, ExchangeAudience, s.options.Now())}
	default:
		record.Status, body = http.StatusNotFound, identityError("nothing is served here")
	}
	s.remember(record)
	writeJSON(w, record.Status, body)
}

// ServiceConnection is the service connection of the pipeline that the emulator plays.
const ServiceConnection = "00000000-0000-4000-8000-0000000005c0"
