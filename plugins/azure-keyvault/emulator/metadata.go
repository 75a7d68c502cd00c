package emulator

import (
	"net/http"
	"strconv"
)

// metadataPath is where the Instance Metadata Service of a virtual machine gives out
// tokens (learn.microsoft.com/entra/identity/managed-identities-azure-resources/
// how-to-use-vm-token).
const metadataPath = "/metadata/identity/oauth2/token"

// serveMetadata is the managed identity endpoint in the form of a virtual machine:
// plain HTTP at an address that only the machine itself can reach. An app has its
// endpoint there too.
func (s *Server) serveMetadata(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == identityTokenPath {
		s.serveIdentity(w, r)
		return
	}
	record := Request{Time: s.options.Now(), Host: r.Host, Method: r.Method, Path: r.URL.Path, APIVersion: r.URL.Query().Get("api-version")}
	var body any
	record.Status, body = s.metadataAnswer(r)
	if answer, ok := body.(metadataToken); ok {
		record.AppID = answer.ClientID
	}
	s.remember(record)
	writeJSON(w, record.Status, body)
}

// metadataToken is the endpoint's answer; all numbers are texts.
type metadataToken struct {
	AccessToken string `json:"access_token"`
	ClientID    string `json:"client_id"`
	ExpiresIn   string `json:"expires_in"`
	ExpiresOn   string `json:"expires_on"`
	Extended    string `json:"ext_expires_in"`
	NotBefore   string `json:"not_before"`
	Resource    string `json:"resource"`
	TokenType   string `json:"token_type"`
}

func (s *Server) metadataAnswer(r *http.Request) (int, any) {
	refuse := func(text string) (int, any) {
		return http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": text}
	}
	query := r.URL.Query()
	app, ids := identityAsked(query)
	switch {
	case r.URL.Path != metadataPath || r.Method != http.MethodGet:
		return http.StatusNotFound, map[string]string{"error": "Not found"}
	case r.Header.Get("Metadata") != "true" || r.Header.Get("X-Forwarded-For") != "":
		return refuse("Required metadata header not specified")
	case query.Get("api-version") == "":
		return refuse("Required query variable 'api-version' is missing")
	case query.Get("resource") == "":
		return refuse("Required query variable 'resource' is missing")
	case ids > 1 || !s.options.assigned(app):
		return refuse("Identity not found")
	}
	return http.StatusOK, s.metadataToken(query.Get("resource"), app, app)
}

// metadataToken is an answer with a token of an application, which is called by a name.
func (s *Server) metadataToken(resource, app, named string) metadataToken {
	token, c := s.tokens.issue(resource, app, DefaultTenant)
	life := strconv.Itoa(int(tokenLife.Seconds()))
	return metadataToken{token, named, life, strconv.FormatInt(c.Expires, 10), life, strconv.FormatInt(c.Issued, 10), c.Audience, "Bearer"}
}
