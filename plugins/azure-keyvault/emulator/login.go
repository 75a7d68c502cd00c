package emulator

import (
	"crypto/hmac"
	"net/http"
	"regexp"
	"strings"
)

// serveLogin is as much of Microsoft Entra as clients need for the client
// credentials flow: discovery and tokens (learn.microsoft.com/entra/identity-platform/
// v2-oauth2-client-creds-grant-flow).
func (s *Server) serveLogin(w http.ResponseWriter, r *http.Request, host string) {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	record := Request{Time: s.options.Now(), Host: host, Method: r.Method, Path: r.URL.Path, APIVersion: r.URL.Query().Get("api-version")}
	var body any
	switch r.Method + " " + rest {
	case "GET discovery/instance":
		record.Status, body = http.StatusOK, instances(host)
	case "GET v2.0/.well-known/openid-configuration":
		record.Status, body = http.StatusOK, openidConfiguration(host, tenant)
	case "POST oauth2/v2.0/token":
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		record.Status, body = s.clientCredentials(r, tenant)
		record.AppID = r.PostForm.Get("client_id")
	default:
		record.Status, body = http.StatusNotFound, loginError("invalid_request", "AADSTS900144: nothing is served here")
	}
	s.remember(record)
	writeJSON(w, record.Status, body)
}

// instances says that every login host is an authority of its own, whichever of
// them was asked.
func instances(host string) any {
	var metadata []map[string]any
	for _, c := range clouds {
		metadata = append(metadata, map[string]any{"preferred_network": c.login, "preferred_cache": c.login, "aliases": []string{c.login}})
	}
	return map[string]any{
		"tenant_discovery_endpoint": "https://" + host + "/" + DefaultTenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1", "metadata": metadata,
	}
}

func openidConfiguration(host, tenant string) any {
	base := "https://" + host + "/" + tenant
	return map[string]any{
		"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token",
	}
}

// tenantID is the form of a tenant's id. A tenant named otherwise, by a domain or
// as common, is taken for the only one there is.
var tenantID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func (s *Server) clientCredentials(r *http.Request, tenant string) (int, any) {
	if err := r.ParseForm(); err != nil {
		return http.StatusBadRequest, loginError("invalid_request", "AADSTS900144: The request body is not a form.")
	}
	form := r.PostForm
	app, secret, assertion := form.Get("client_id"), form.Get("client_secret"), form.Get("client_assertion")
	wanted, known := s.options.Clients[app]
	resource, scoped := resourceOfScope(form.Get("scope"))
	switch {
	case form.Get("grant_type") != "client_credentials":
		return http.StatusBadRequest, loginError("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
	case app == "":
		return http.StatusBadRequest, loginError("invalid_request", "AADSTS900144: The request body must contain the following parameter: 'client_id'.")
	case !scoped:
		return http.StatusBadRequest, loginError("invalid_scope", "AADSTS1002012: The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.")
	case secret == "" && assertion == "":
		return http.StatusUnauthorized, loginError("invalid_client", "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.")
	case len(s.options.Clients) > 0 && !known:
		return http.StatusBadRequest, loginError("unauthorized_client", "AADSTS700016: Application with identifier '"+app+"' was not found in the directory.")
	case known && !hmac.Equal([]byte(secret), []byte(wanted)):
		return http.StatusUnauthorized, loginError("invalid_client", "AADSTS7000215: Invalid client secret provided.")
	}
	if !tenantID.MatchString(tenant) {
		tenant = DefaultTenant
	}
	token, _ := s.tokens.issue(resource, app, tenant)
	life := int(tokenLife.Seconds())
	return http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}
}

// resourceOfScope finds the resource in a list such as
// "https://vault.azure.net/.default openid profile".
func resourceOfScope(scope string) (string, bool) {
	for _, word := range strings.Fields(scope) {
		if resource, ok := strings.CutSuffix(word, "/.default"); ok {
			return resource, true
		}
	}
	return "", false
}

func loginError(code, description string) map[string]string {
	return map[string]string{"error": code, "error_description": description}
}
