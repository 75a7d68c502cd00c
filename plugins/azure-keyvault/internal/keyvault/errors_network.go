package keyvault

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/secretzero/sz/sdk"
)

// connection is an error without an answer of the service.
func (t *trouble) connection() {
	address := "its address is " + t.run("az keyvault show --name VAULT --query properties.vaultUri -o tsv")
	t.message = clip(t.err.Error())
	if stray, ok := errors.AsType[*strayError](t.err); ok {
		t.say(sdk.Unavailable, "stray-link", "whatever answers at "+t.vault.Host+" tried to send this elsewhere", "nothing was sent there; "+address)
		t.message = stray.Error()
		return
	}
	if t.audience() || t.odd() || t.certificate() || t.insecure() {
		return
	}
	if unsent, ok := errors.AsType[*unreachableError](t.err); ok && t.proxy(unsent.err) {
		return
	}
	if dns, ok := errors.AsType[*net.DNSError](t.err); ok {
		t.unresolved(dns, address)
		return
	}
	timeout, ok := errors.AsType[net.Error](t.err)
	switch {
	case errors.Is(t.err, syscall.ECONNREFUSED):
		t.say(sdk.Unavailable, "refused", t.vault.Host+" refuses connections", "does its name lead to the right address? `nslookup "+t.vault.Host+"`; "+address)
	case errors.Is(t.err, syscall.ENETUNREACH):
		t.say(sdk.Unavailable, "no-route", "no way leads from this machine to "+t.vault.Host, "is this machine in a network, and in the one from which the vault can be reached? `nslookup "+t.vault.Host+"`")
	case ok && timeout.Timeout(), errors.Is(t.err, context.DeadlineExceeded):
		t.say(sdk.Unavailable, "no-answer", t.vault.Host+" does not answer", "does a firewall of this network keep it back, or is it reachable through a private endpoint only? "+
			t.run("az keyvault show --name VAULT --query \"{public:properties.publicNetworkAccess,endpoints:properties.privateEndpointConnections[].id}\""))
	default:
		t.say(sdk.Unavailable, "unreachable", t.vault.Host+" cannot be reached", "check the network; "+address)
	}
}

// unresolved is a host that has no address: the vault's name is wrong, or its private
// zone is not known here.
func (t *trouble) unresolved(dns *net.DNSError, address string) {
	if !dns.IsNotFound {
		t.say(sdk.Unavailable, "no-name-service", "the name service gives no answer for "+t.vault.Host, "is this machine in a network? `nslookup "+t.vault.Host+"`")
		return
	}
	t.say(sdk.Unavailable, "no-such-vault", "no host has the name "+t.vault.Host, "is it spelled right? "+address+
		". A private endpoint needs its DNS zone in this network: `az network private-dns zone list --query \"[?name=='privatelink.vaultcore.azure.net'].id\" -o tsv`")
}

// proxy is a proxy that is not there or does not let this through.
func (t *trouble) proxy(err error) bool {
	operation, dialed := errors.AsType[*net.OpError](err)
	ungranted, notGranted := errors.AsType[*sdk.NotGrantedError](err)
	blocked, answered := errors.AsType[*sdk.ProxyError](err)
	switch {
	case notGranted && ungranted.Leads != "":
		t.say(sdk.Permissions, "leads-inside", ungranted.Error(), "the name service says that it is this machine, or a service beside it: a vault is never there. `nslookup "+t.vault.Host+"`")
	case notGranted:
		t.say(sdk.Permissions, "not-granted", ungranted.Error(), "a plugin reaches the vaults that the targets of its provider name, and no other host")
	case answered && blocked.Status == http.StatusProxyAuthRequired:
		t.say(sdk.Unavailable, "proxy-login", "the proxy of the environment wants to know who asks", "HTTPS_PROXY takes a name and a password: http://NAME:PASSWORD@HOST:PORT")
	case dialed && !answered && operation.Op == "proxyconnect":
		t.say(sdk.Unavailable, "no-proxy", "the proxy of the environment cannot be reached", "check HTTPS_PROXY and NO_PROXY")
	case answered:
		t.say(sdk.Unavailable, "blocked-by-proxy", "the proxy on the way does not let this through to "+t.vault.Host,
			"is the vault's name right, and does the proxy allow it? "+t.run("az keyvault show --name VAULT --query properties.vaultUri -o tsv"))
	default:
		return false
	}
	return true
}

// audience is a challenge for a token that is not for the vault's domain, which the SDK
// refuses by itself. Its advice to have it allowed is not one to follow.
func (t *trouble) audience() bool {
	const mismatch = "doesn't match the requested domain"
	before, _, ok := strings.Cut(t.message, mismatch)
	if !ok {
		return false
	}
	next := "whatever answers at this address is not the vault that the address names; nothing was sent to it"
	if t.vault.Custom() {
		next = "is resource of the provider as the endpoint has it? What it asks for: `curl -si https://" + t.vault.Host + "/secrets?api-version=2026-04-01`"
	}
	t.say(sdk.Authentication, "wrong-audience", "whatever answers at "+t.vault.Host+" asks for a token that is not for it", next)
	t.message = before + mismatch
	return true
}

// odd is an answer that no vault gives, or none that can be read as one.
func (t *trouble) odd() bool {
	_, syntax := errors.AsType[*json.SyntaxError](t.err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](t.err)
	if !isOdd(t.err) && !syntax && !kind && !strings.Contains(t.message, "unmarshalling") {
		return false
	}
	t.say(sdk.Unavailable, "no-vault", "whatever answers at "+t.vault.Host+" does not answer as a vault does",
		"is there a proxy or a portal on the way? What answers: `curl -si https://"+t.vault.Host+"/secrets?api-version=2026-04-01`")
	return true
}

// insecure is a host that does not speak TLS, or begins to and does not go on.
func (t *trouble) insecure() bool {
	unsent, ok := errors.AsType[*unreachableError](t.err)
	timeout, timed := errors.AsType[net.Error](t.err)
	if !ok || !unsent.handshake || timed && timeout.Timeout() {
		return false
	}
	t.say(sdk.Unavailable, "no-tls", "whatever answers at "+t.vault.Host+" does not speak TLS as a vault does",
		"is there a proxy or a portal on the way? What answers: `openssl s_client -connect "+t.vault.Host+":443 -servername "+t.vault.Host+" </dev/null`")
	return true
}

// certificate is a host that is not who it should be.
func (t *trouble) certificate() bool {
	_, name := errors.AsType[x509.HostnameError](t.err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](t.err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](t.err)
	if !name && !authority && !invalid && !strings.Contains(t.message, "x509:") {
		return false
	}
	trust := "is there a proxy that opens TLS? SSL_CERT_FILE names a file with the authorities to trust"
	if t.vault.Custom() {
		trust = "ca_file of the provider names a file with the authorities to trust at custom endpoints"
	}
	t.say(sdk.Unavailable, "bad-certificate", "whatever answers at "+t.vault.Host+" has no certificate for it that is trusted here",
		trust+". What answers: `openssl s_client -connect "+t.vault.Host+":443 -servername "+t.vault.Host+" </dev/null`")
	return true
}
