package emulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// The paths at identityHost of the other places that have a managed identity.
const (
	fabricPath = "/fabric/token"
	learnPath  = "/ml/token"
	shellPath  = "/shell/token"
)

// form is how one kind of place asks for a token, beside App Service and the metadata of
// a virtual machine.
type form struct {
	method, version string
	// refuse says why a request is refused; empty for nothing.
	refuse func(*Server, *http.Request) string
	// id is the parameter that names a user-assigned identity; empty where there is none.
	id string
}

// forms are by the path that they are asked at: Service Fabric (learn.microsoft.com/azure/
// service-fabric/how-to-managed-identity-service-fabric-app-code), Azure Machine Learning,
// which has the older form of App Service, and Cloud Shell.
var forms = map[string]form{
	fabricPath: {http.MethodGet, "2019-07-01-preview", wantSecret("Secret"), ""},
	learnPath:  {http.MethodGet, "2017-09-01", wantSecret("secret"), "clientid"},
	shellPath:  {http.MethodPost, "", wantMetadata, ""},
}

func wantSecret(header string) func(*Server, *http.Request) string {
	return func(s *Server, r *http.Request) string {
		if !hmac.Equal([]byte(r.Header.Get(header)), []byte(s.header)) {
			return "the header " + header + " is missing or wrong"
		}
		return ""
	}
}

func wantMetadata(_ *Server, r *http.Request) string {
	if r.Header.Get("Metadata") != "true" {
		return "Required metadata header not specified"
	}
	return ""
}

// answer is what a place answers to a request.
func (f form) answer(s *Server, r *http.Request) (int, any) {
	refuse := func(status int, code, message string) (int, any) {
		return status, map[string]any{"error": map[string]string{"correlationId": randomUUID(), "code": code, "message": message}}
	}
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "InvalidRequest", "the form cannot be read")
	}
	resource, app := r.Form.Get("resource"), systemIdentity
	if id := r.Form.Get(f.id); f.id != "" && id != "" {
		app = id
	}
	why := f.refuse(s, r)
	switch {
	case r.Method != f.method:
		return refuse(http.StatusMethodNotAllowed, "InvalidRequest", "only "+f.method+" is served here")
	case why != "":
		return refuse(http.StatusUnauthorized, "SecretHeaderNotFound", why)
	case r.Form.Get("api-version") != f.version:
		return refuse(http.StatusBadRequest, "InvalidApiVersion", "api-version must be "+f.version)
	case resource == "":
		return refuse(http.StatusBadRequest, "ArgumentNullOrEmpty", "resource is required")
	case !s.options.assigned(app):
		return refuse(http.StatusNotFound, "ManagedIdentityNotFound", "Managed identity not found for the specified application.")
	}
	token, c := s.tokens.issue(resource, app, DefaultTenant)
	return http.StatusOK, identityToken{token, strconv.FormatInt(c.Expires, 10), c.Audience, "Bearer", app}
}

// thumbprint is the SHA-1 of the certificate of the endpoint, by which Service Fabric has
// it known.
func (s *Server) thumbprint() string {
	leaf, err := s.authority.leaf(identityHost)
	if err != nil {
		panic(err) // of a key that was just made
	}
	sum := sha1.Sum(leaf.Certificate[0])
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// ArcTokens is where the agent of Azure Arc writes the keys that prove who may read
// there. Clients take no other place for it.
const ArcTokens = "/var/opt/azcmagent/tokens"

// arc is the agent of Azure Arc: who asks for a token is told to read a file that only
// some may read (learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
type arc struct {
	mu   sync.Mutex
	keys map[string]string // files, by the keys in them
}

const arcVersion = "2020-06-01"

// serve answers one request of a client.
func (a *arc) serve(s *Server, w http.ResponseWriter, r *http.Request) {
	record := Request{Time: s.options.Now(), Host: r.Host, Method: r.Method, Path: r.URL.Path, APIVersion: r.URL.Query().Get("api-version")}
	status, body := a.answer(s, w, r)
	if answer, ok := body.(metadataToken); ok {
		record.AppID = answer.ClientID
	}
	record.Status = status
	s.remember(record)
	writeJSON(w, status, body)
}

func (a *arc) answer(s *Server, w http.ResponseWriter, r *http.Request) (int, any) {
	query := r.URL.Query()
	refuse := func(text string) (int, any) {
		return http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": text}
	}
	app, _ := identityAsked(query)
	key, proves := strings.CutPrefix(r.Header.Get("Authorization"), "Basic ")
	switch {
	case r.Method != http.MethodGet || r.Header.Get("Metadata") != "true":
		return refuse("Required metadata header not specified")
	case query.Get("api-version") != arcVersion || query.Get("resource") == "":
		return refuse("api-version must be " + arcVersion + ", and resource is required")
	case !proves:
		path, err := a.challenge()
		if err != nil {
			return http.StatusInternalServerError, map[string]string{"error": "no key can be written: " + err.Error()}
		}
		w.Header().Set("Www-Authenticate", "Basic realm="+path)
		return http.StatusUnauthorized, map[string]string{"error": "unauthorized"}
	case !a.take(key):
		return http.StatusUnauthorized, map[string]string{"error": "unauthorized"}
	}
	named := app
	if !s.options.assigned(app) { // as an agent that knows no identities but its own
		app, named = systemIdentity, ""
	}
	return http.StatusOK, s.metadataToken(query.Get("resource"), app, named)
}

// challenge writes a key that may be used once.
func (a *arc) challenge() (path string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := randomHex(16)
	path = filepath.Join(ArcTokens, randomUUID()+".key")
	if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
		return "", err
	}
	if a.keys == nil {
		a.keys = map[string]string{}
	}
	a.keys[key] = path
	return path, nil
}

// take uses a key up.
func (a *arc) take(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	path, ok := a.keys[key]
	delete(a.keys, key)
	if ok {
		_ = os.Remove(path) // what is left of it opens nothing
	}
	return ok
}

// close removes the keys that nobody used.
func (a *arc) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, path := range a.keys {
		_ = os.Remove(path) // what is left of it opens nothing
	}
}
