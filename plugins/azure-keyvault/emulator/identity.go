package emulator

import (
	"crypto/hmac"
	"net/http"
	"strconv"
)

// identityVersion is the api-version of the App Service form.
const identityVersion = "2019-08-01"

// serveIdentity is the managed identity endpoint in the form of App Service
// (learn.microsoft.com/azure/app-service/overview-managed-identity, REST
// reference), and beside it the list for the program's own use.
func (s *Server) serveIdentity(w http.ResponseWriter, r *http.Request) {
	status, body := s.identityAnswer(r)
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
	app, ids := systemIdentity, 0
	for _, name := range []string{"client_id", "mi_res_id", "msi_res_id", "object_id", "principal_id"} {
		if id := query.Get(name); id != "" {
			app, ids = id, ids+1
		}
	}
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
	}
	token, c := s.tokens.issue(query.Get("resource"), app, DefaultTenant)
	return http.StatusOK, identityToken{token, strconv.FormatInt(c.Expires, 10), c.Audience, "Bearer", app}
}

func identityError(message string) map[string]string {
	return map[string]string{"message": message}
}
