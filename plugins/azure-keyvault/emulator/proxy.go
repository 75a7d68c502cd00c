package emulator

import (
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"strings"
)

// The hosts and paths of the emulator's own managed identity endpoint.
const (
	identityHost      = "identity.keyvault-emulator.test"
	identityTokenPath = "/msi/token"
	adminPath         = "/admin/secrets"
)

// cloud is what belongs to a national cloud (learn.microsoft.com/azure/key-vault/
// general/about-keys-secrets-certificates, "DNS suffixes").
type cloud struct {
	suffix   string // of a vault's host
	resource string // the audience of tokens for its vaults
	login    string // its authority
}

var clouds = []cloud{
	{".vault.azure.net", "https://vault.azure.net", "login.microsoftonline.com"},
	{".vault.azure.cn", "https://vault.azure.cn", "login.chinacloudapi.cn"},
	{".vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net", "login.microsoftonline.us"},
}

// clouds are those whose vaults are played.
func (o Options) clouds() []cloud {
	if o.Private == "" {
		return clouds
	}
	return append(slices.Clone(clouds), cloud{"." + o.Private, "https://" + o.Private, clouds[0].login})
}

// vaultOf splits a host such as name.vault.azure.net.
func (o Options) vaultOf(host string) (name string, of cloud, ok bool) {
	for _, c := range o.clouds() {
		if name, ok := strings.CutSuffix(host, c.suffix); ok && name != "" && !strings.Contains(name, ".") {
			return name, c, true
		}
	}
	return "", cloud{}, false
}

// logins are the authorities of all clouds. AKS in China uses one of its own
// (external-secrets documents it).
func logins() []string {
	hosts := []string{"login.partner.microsoftonline.cn"}
	for _, c := range clouds {
		hosts = append(hosts, c.login)
	}
	return hosts
}

// isLogin reports a host of one of the clouds or of a private one.
func (o Options) isLogin(host string) bool {
	return slices.Contains(logins(), host) || o.Authority != "" && host == o.Authority
}

// isJobs reports a host where jobs of a pipeline ask who they are.
func isJobs(host string) bool { return host == githubHost || host == pipelinesHost }

// serveProxy answers what clients ask of a proxy: CONNECT to a name that the
// emulator plays. Everything else is refused, so that nothing under the emulator
// reaches the real service by mistake.
func (s *Server) serveProxy(w http.ResponseWriter, r *http.Request) {
	status, why := s.admit(r)
	if status != http.StatusOK {
		s.remember(Request{Time: s.options.Now(), Host: r.Host, Method: r.Method, Status: status})
		http.Error(w, "keyvault-emulator: "+why, status)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, err = conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n"))
	if err != nil || buffered.Reader.Buffered() > 0 {
		_ = conn.Close() // nobody may speak TLS before the tunnel stands
		return
	}
	s.tunnels.give(tls.Server(conn, s.certificates()))
}

// admit says whether a request to the proxy opens a tunnel, and if not, why.
func (s *Server) admit(r *http.Request) (status int, why string) {
	if r.Method != http.MethodConnect {
		return http.StatusForbidden, "only HTTPS to Key Vault and its identity hosts is served here, not " + r.Method + " of plain HTTP"
	}
	host, port, err := net.SplitHostPort(strings.ToLower(r.Host))
	name, _, isVault := s.options.vaultOf(host)
	switch {
	case err != nil || port != "443" || !isVault && !s.options.isLogin(host) && !isJobs(host) && host != identityHost:
		return http.StatusForbidden, r.Host + " is not emulated"
	case isVault && len(s.options.Vaults) > 0 && !slices.Contains(s.options.Vaults, name) && !slices.Contains(s.options.Vaults, host):
		return http.StatusBadGateway, "no such host " + host
	}
	return http.StatusOK, ""
}

// serveInner answers requests inside a tunnel by the host that they name.
func (s *Server) serveInner(w http.ResponseWriter, r *http.Request) {
	host := strings.ToLower(strings.TrimSuffix(r.Host, ":443"))
	switch {
	case r.TLS == nil || !strings.EqualFold(r.TLS.ServerName, host):
		http.Error(w, "keyvault-emulator: the host of the request is not that of the connection", http.StatusMisdirectedRequest)
	case host == identityHost:
		s.serveIdentity(w, r)
	case s.options.isLogin(host):
		s.serveLogin(w, r, host)
	case isJobs(host):
		s.serveJobs(w, r, host)
	default:
		s.serveVault(w, r, host)
	}
}
