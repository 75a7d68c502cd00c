package emulator

import (
	"cmp"
	"crypto/hmac"
	"net/http"
	"net/url"
	"strconv"
)

// identityVersion is the api-version of the App Service form.
const identityVersion = "2019-08-01"

// serveIdentity is the managed identity endpoint in the form of App Service
// (learn.microsoft.com/azure/app-service/overview-managed-identity, REST
// reference), and beside it the list for the program's own use.
func (s *Server) serveIdentity(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == metadataPath {
		s.arc.serve(s, w, r)
		return
	}
	answer := s.identityAnswer
	if f, ok := forms[r.URL.Path]; ok {
		answer = func(r *http.Request) (int, any) { return f.answer(s, r) }
	}
	status, body := answer(r)
	record := Request{Time: s.options.Now(), Host: identityHost, Method: r.Method, Path: r.URL.Path, APIVersion: r.URL.Query().Get("api-version"), Status: status}
	if answer, ok := body.(identityToken); ok {
		record.AppID = answer.ClientID
	}
	s.remember(record)
	writeJSON(w, status, body)
}

// identityToken is the endpoint's answer. The time is a text, as App Service has it.
type identityToken struct {
	AccessToken string `json:"access_token"`
	ExpiresOn   string `json:"expires_on"`
	Resource    string `json:"resource"`
	TokenType   string `json:"token_type"`
	ClientID    string `json:"client_id"`
}

func (s *Server) identityAnswer(r *http.Request) (int, any) {
	query := r.URL.Query()
	app, ids := identityAsked(query)
	switch {
	case !hmac.Equal([]byte(r.Header.Get("X-IDENTITY-HEADER")), []byte(s.header)):
		return http.StatusUnauthorized, identityError("X-IDENTITY-HEADER is missing or wrong")
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, identityError("only GET is served here")
	case r.URL.Path == adminPath:
		return http.StatusOK, s.store.list()
	case r.URL.Path != identityTokenPath:
		return http.StatusNotFound, identityError("nothing is served here")
	case query.Get("api-version") != identityVersion:
		return http.StatusBadRequest, identityError("api-version must be " + identityVersion)
	case query.Get("resource") == "":
		return http.StatusBadRequest, identityError("resource is required")
	case ids > 1:
		return http.StatusBadRequest, identityError("at most one of client_id, mi_res_id and object_id can be given")
	case r.URL.Query().Get("signed_in_as") != "":
		return s.personAnswer(query)
	case !s.options.assigned(app) && app == systemIdentity:
		return http.StatusBadRequest, appServiceError{http.StatusBadRequest, "Unable to load the proper Managed Identity.", randomUUID()}
	case !s.options.assigned(app):
		return http.StatusBadRequest, appServiceError{http.StatusBadRequest, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.", randomUUID()}
	}
	token, c := s.tokens.issue(query.Get("resource"), app, DefaultTenant)
	return http.StatusOK, identityToken{token, strconv.FormatInt(c.Expires, 10), c.Audience, "Bearer", app}
}

// identityAsked is the managed identity that a request names, and how many it names.
func identityAsked(query url.Values) (app string, ids int) {
	app = systemIdentity
	for _, name := range []string{"client_id", "mi_res_id", "msi_res_id", "object_id", "principal_id"} {
		if id := query.Get(name); id != "" {
			app, ids = id, ids+1
		}
	}
	return app, ids
}

// appServiceError is an error in the words of App Service, as public issues quote them.
type appServiceError struct {
	Status      int    `json:"statusCode"`
	Message     string `json:"message"`
	Correlation string `json:"correlationId"`
}

// personAnswer is for the emulator's own az, azd and pwsh: a token of the person who is
// signed in, in a tenant of their choice.
func (s *Server) personAnswer(query url.Values) (int, any) {
	app := query.Get("signed_in_as")
	token, c := s.tokens.issuePerson(query.Get("resource"), app, cmp.Or(query.Get("tenant"), DefaultTenant))
	return http.StatusOK, identityToken{token, strconv.FormatInt(c.Expires, 10), c.Audience, "Bearer", app}
}

func identityError(message string) map[string]string {
	return map[string]string{"message": message}
}
