package keyvault

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// failure is what an error of the service says, taken apart. The zero failure is
// no error of the service: the connection failed, or there was no error.
type failure struct {
	err     error
	status  int
	code    string
	inner   string
	message string
	// retryAfter is how long the service asks to wait; 0 when it does not say.
	retryAfter time.Duration
}

func classify(err error) failure {
	f := failure{err: err}
	response, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return f
	}
	f.status, f.code = response.StatusCode, response.ErrorCode
	if response.RawResponse == nil {
		return f
	}
	if seconds, err := strconv.Atoi(response.RawResponse.Header.Get("Retry-After")); err == nil {
		f.retryAfter = time.Duration(min(seconds, 3600)) * time.Second
	}
	// The SDK has read the body and put it back.
	text, _ := io.ReadAll(io.LimitReader(response.RawResponse.Body, 64<<10))
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Inner   struct {
				Code string `json:"code"`
			} `json:"innererror"`
		} `json:"error"`
	}
	if json.Unmarshal(text, &body) == nil {
		f.code, f.inner, f.message = body.Error.Code, body.Error.Inner.Code, clip(body.Error.Message)
	}
	response.RawResponse.Body = io.NopCloser(strings.NewReader(string(text)))
	return f
}

func (f failure) notFound() bool  { return f.status == http.StatusNotFound }
func (f failure) throttled() bool { return f.status == http.StatusTooManyRequests }

// unreadable reports that a value may not be read, while the rest of what is known of
// it may: it is disabled, or the right to get secrets is missing.
func (f failure) unreadable() bool {
	return f.status == http.StatusForbidden && !f.blocked()
}

// blocked reports that the vault lets nothing of this machine in.
func (f failure) blocked() bool {
	for _, inner := range []string{"ForbiddenByFirewall", "ForbiddenByConnection", "ForbiddenByPolicy"} {
		if strings.HasPrefix(f.inner, inner) {
			return true
		}
	}
	return f.status == http.StatusForbidden && strings.Contains(f.message, "Client address is not authorized")
}

// doubtful reports that the request may have been carried out all the same: its
// answer was lost, or came from something in between.
func (f failure) doubtful() bool {
	if f.err == nil {
		return false
	}
	if _, unsent := errors.AsType[*unreachableError](f.err); unsent {
		return false
	}
	if _, stray := errors.AsType[*strayError](f.err); stray || identity.IsAuthentication(f.err) {
		return false
	}
	if _, ours := errors.AsType[*sdk.Error](f.err); ours {
		return false
	}
	return f.status == 0 || f.status == http.StatusRequestTimeout || f.status >= 500
}

// explain turns an error into one that names the vault and the secret, and says
// what to do.
func (s *session) explain(err error, doing string, v vault.Vault, name string) error {
	if ours, ok := errors.AsType[*sdk.Error](err); ok {
		return ours
	}
	if identity.IsAuthentication(err) {
		return s.auth.Explain(err)
	}
	f := classify(err)
	e := &sdk.Error{Summary: fmt.Sprintf("%s %s in vault %s failed", doing, name, v.Name), Detail: f.message}
	switch f.status {
	case 0:
		explainConnection(e, err, v)
	case http.StatusForbidden:
		explainForbidden(e, f, v)
	case http.StatusConflict:
		explainConflict(e, f, v, name)
	case http.StatusUnauthorized:
		e.Class, e.Code = sdk.Authentication, "token-refused"
		e.Hint = "the vault does not take this identity's token; check the tenant: `az keyvault show --name " + v.Name + " --query properties.tenantId`"
	case http.StatusTooManyRequests:
		e.Class, e.Code = sdk.Throttled, "throttled"
		e.Hint = "the vault allows 300 new versions in 10 seconds; what is not written yet is written by the next apply"
	case http.StatusNotFound:
		e.Class, e.Code = sdk.NotFound, "not-found"
	case http.StatusBadRequest:
		e.Class, e.Code = sdk.InvalidConfig, "refused-by-service"
	default:
		e.Class, e.Code = sdk.Unavailable, "service-error"
		e.Hint = "try again in a moment"
	}
	return e
}

func explainConnection(e *sdk.Error, err error, v vault.Vault) {
	e.Class, e.Code, e.Detail = sdk.Unavailable, "unreachable", clip(err.Error())
	e.Hint = "check the network, and the vault's address: `az keyvault show --name " + v.Name + " --query properties.vaultUri -o tsv`"
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		e.Code = "no-such-vault"
		e.Hint = "no host has the name " + v.Host + "; is it spelled right, and does a private endpoint need its DNS zone here? `az keyvault show --name " + v.Name + " --query properties.vaultUri -o tsv`"
	}
}

func explainForbidden(e *sdk.Error, f failure, v vault.Vault) {
	e.Class, e.Code = sdk.Permissions, "access-denied"
	switch {
	case f.blocked():
		e.Class, e.Code = sdk.Unavailable, "blocked-by-firewall"
		e.Hint = "allow this machine: `az keyvault network-rule add --name " + v.Name + " --ip-address ADDRESS/32`"
	case f.inner == "SecretDisabled":
		e.Code, e.Hint = "disabled", "its current version is disabled"
	case f.inner == "AccessDenied":
		e.Hint = "grant access: `az keyvault set-policy --name " + v.Name + " --object-id OBJECT_ID --secret-permissions get list set delete recover`"
	default:
		e.Hint = "grant the role: `az role assignment create --role \"Key Vault Secrets Officer\" --assignee OBJECT_ID --scope $(az keyvault show --name " + v.Name + " --query id -o tsv)`"
	}
}

func explainConflict(e *sdk.Error, f failure, v vault.Vault, name string) {
	e.Class, e.Code = sdk.Conflict, "conflict"
	switch {
	case f.inner == "ObjectIsDeletedButRecoverable", strings.Contains(f.message, "deleted but recoverable"):
		e.Code = "soft-deleted"
		e.Hint = fmt.Sprintf("bring it back with `az keyvault secret recover --vault-name %s --name %s`, or remove it for good with `az keyvault secret purge --vault-name %s --name %s`", v.Name, name, v.Name, name)
	case strings.HasPrefix(f.inner, "ObjectIsBeing"):
		e.Code, e.Hint = "in-progress", "the vault is still at work on this name; try again in a moment"
	}
}

func clip(text string) string {
	if len(text) > 1024 {
		return strings.ToValidUTF8(text[:1024], "") + "…"
	}
	return text
}
