package emulator

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/secretzero/sz/internal/regex"
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
		record.Status, body = instances(host, r.URL.Query().Get("authorization_endpoint"))
	case "GET v2.0/.well-known/openid-configuration":
		record.Status, body = s.openidConfiguration(host, tenant)
	case "POST oauth2/v2.0/token":
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		record.Status, body = s.clientCredentials(r, host, tenant)
		record.AppID = r.PostForm.Get("client_id")
	default:
		record.Status, body = http.StatusNotFound, loginError("invalid_request", "AADSTS900144: nothing is served here")
	}
	s.remember(record)
	writeJSON(w, record.Status, body)
}

// instances says that every login host is an authority of its own, whichever of
// them was asked, and knows no other authority.
func instances(host, endpoint string) (int, any) {
	if u, err := url.Parse(endpoint); err != nil || !slices.Contains(logins(), u.Host) {
		return http.StatusBadRequest, loginError("invalid_instance", "AADSTS50049: Unknown or invalid instance.")
	}
	var metadata []map[string]any
	for _, login := range logins() {
		metadata = append(metadata, map[string]any{"preferred_network": login, "preferred_cache": login, "aliases": []string{login}})
	}
	return http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + host + "/" + DefaultTenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1", "metadata": metadata,
	}
}

func (s *Server) openidConfiguration(host, tenant string) (int, any) {
	if !s.options.knowsTenant(tenant) {
		return http.StatusBadRequest, loginError("invalid_tenant", "AADSTS90002: Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.")
	}
	base := "https://" + host + "/" + tenant
	return http.StatusOK, map[string]any{
		"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token",
	}
}

// tenantID is the form of a tenant's id. A tenant named otherwise, by a domain or
// as common, is taken for the only one there is.
var tenantID = regex.Of(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func (s *Server) clientCredentials(r *http.Request, host, tenant string) (int, any) {
	if err := r.ParseForm(); err != nil {
		return http.StatusBadRequest, loginError("invalid_request", "AADSTS900144: The request body is not a form.")
	}
	form := r.PostForm
	app := form.Get("client_id")
	known, declared := s.options.application(app)
	resource, scoped := resourceOfScope(form.Get("scope"))
	if !tenantID.MatchString(tenant) {
		tenant = known.tenant()
	}
	switch {
	case form.Get("grant_type") != "client_credentials":
		return http.StatusBadRequest, loginError("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
	case app == "":
		return http.StatusBadRequest, loginError("invalid_request", "AADSTS900144: The request body must contain the following parameter: 'client_id'.")
	case !scoped:
		return http.StatusBadRequest, loginError("invalid_scope", "AADSTS1002012: The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.")
	case len(s.options.Applications) > 0 && (!declared || !strings.EqualFold(known.tenant(), tenant)):
		return http.StatusBadRequest, loginError("unauthorized_client", "AADSTS700016: Application with identifier '"+app+"' was not found in the directory '"+tenant+"'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.")
	}
	if refused := s.proves(known, declared, form, "https://"+host+"/"+tenant); refused != "" {
		return http.StatusUnauthorized, loginError("invalid_client", refused)
	}
	token, _ := s.tokens.issue(resource, app, tenant)
	life := int(tokenLife.Seconds())
	return http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}
}

// proves says why a request does not prove that it comes from an application; empty
// when it does.
func (s *Server) proves(known Application, declared bool, form url.Values, authority string) string {
	app, secret, assertion := form.Get("client_id"), form.Get("client_secret"), form.Get("client_assertion")
	switch {
	case assertion != "":
		return s.provesByAssertion(known, declared, app, assertion, authority)
	case secret == "":
		return "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."
	case declared && (known.Secret == "" || !hmac.Equal([]byte(secret), []byte(known.Secret))):
		return "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + app + "'."
	case declared && !known.SecretExpires.IsZero() && s.options.Now().After(known.SecretExpires):
		return "AADSTS7000222: The provided client secret keys for app '" + app + "' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
	}
	return ""
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

// loginError is an error as Microsoft Entra words it, with the numbers that it adds.
func loginError(code, description string) map[string]string {
	trace := randomUUID()
	return map[string]string{"error": code, "error_description": description + " Trace ID: " + trace + " Correlation ID: " + randomUUID() + " Timestamp: " + time.Now().UTC().Format("2006-01-02 15:04:05Z"), "trace_id": trace}
}
