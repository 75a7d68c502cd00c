package keyvault

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// trouble is an error while it is explained: what was being done where, as whom, and
// what came of it.
type trouble struct {
	failure
	sdk.Error
	vault vault.Vault
	name  string // of the secret
	who   identity.Who
}

// explain turns an error into one that names the vault, the secret and the identity,
// and says what to do, as a command wherever there is one. doing is such as "reading".
func (s *session) explain(err error, doing string, v vault.Vault, name string) error {
	if ours, ok := errors.AsType[*sdk.Error](err); ok {
		return ours
	}
	return (&trouble{failure: classify(err), vault: v, name: name, who: s.identity.Who()}).explain(doing)
}

func (t *trouble) explain(doing string) *sdk.Error {
	switch t.status {
	case 0:
		t.connection()
	case http.StatusForbidden:
		t.forbidden()
	case http.StatusConflict:
		t.conflict()
	case http.StatusUnauthorized:
		t.unauthorized()
	case http.StatusTooManyRequests:
		next := "the vault allows 300 new versions in 10 seconds; what is not written yet is written by the next apply"
		if t.method != http.MethodPut {
			next = "the vault allows 4,000 requests in 10 seconds, of all who ask there; try again in a while"
		}
		t.say(sdk.Throttled, "throttled", "too many requests", next)
	case http.StatusNotFound:
		t.say(sdk.NotFound, "not-found", "there is no such secret", "the names that there are: "+t.run("az keyvault secret list --vault-name VAULT --query \"[].name\" -o tsv"))
	case http.StatusBadRequest:
		t.badRequest()
	default:
		t.say(sdk.Unavailable, "service-error", fmt.Sprintf("the service answered %d", t.status), "try again in a moment; the state of the service is at https://azure.status.microsoft")
	}
	e := t.Error
	e.Summary = fmt.Sprintf("%s %s in vault %s failed: %s", doing, t.name, t.vault.Name, e.Summary)
	e.Detail = strings.TrimSpace(e.Detail + "\n" + t.message)
	if !t.who.IsZero() {
		e.Detail = strings.TrimSpace("identity: " + t.who.String() + "\n" + e.Detail)
	}
	return &e
}

// say fills in what kind of error it is, what happened and what to do next.
func (t *trouble) say(class sdk.Class, code, what, next string) {
	t.Class, t.Code, t.Summary, t.Hint = class, code, what, next
}

// run is a command in a text, with the vault's, the secret's and the identity's names
// in place of VAULT, NAME and OBJECT.
func (t *trouble) run(text string) string {
	object := t.who.Object
	if object == "" {
		object = "OBJECT_ID"
	}
	return command(strings.ReplaceAll(text, "OBJECT", object), t.vault, t.name)
}

// command is a command in a text, ready to paste. The names of vaults and secrets hold
// nothing that a shell takes for its own.
func command(text string, v vault.Vault, name string) string {
	return "`" + strings.NewReplacer("VAULT", v.Name, "NAME", name, "HOST", v.Host).Replace(text) + "`"
}

// firstLabel is the name of a vault in what was written in place of its address.
var firstLabel = regex.Of(`^(?:https?://)?([a-zA-Z][a-zA-Z0-9-]{0,62})(?:[./]|$)`)

// addressOf is where the address of a vault is to be had, for what was written in place
// of one.
func addressOf(written string) string {
	found := firstLabel.FindStringSubmatch(written)
	if found == nil {
		return "the addresses of your vaults: `az keyvault list --query \"[].properties.vaultUri\" -o tsv`"
	}
	return "its address: " + command("az keyvault show --name VAULT --query properties.vaultUri -o tsv", vault.Vault{Name: found[1]}, "")
}

// unauthorized is a token that the vault does not take.
func (t *trouble) unauthorized() {
	next := "the vault's tenant is " + t.run("az keyvault show --name VAULT --query properties.tenantId -o tsv")
	what := "the vault does not take this identity's token"
	switch {
	case strings.Contains(t.message, "AKV10032"):
		what = "the vault is of another tenant than this identity"
	case strings.Contains(t.message, "TokenExpired"), strings.Contains(t.message, "lifetime"):
		what, next = "the vault finds the token expired", "is the clock of this machine right? `date -u`"
	}
	t.say(sdk.Authentication, "token-refused", what, next)
}

func (t *trouble) conflict() {
	switch {
	case t.held():
		t.say(sdk.Conflict, "soft-deleted", "a deleted secret still holds the name", heldHint(t.vault, t.name))
	case t.working():
		t.say(sdk.Conflict, "in-progress", "the vault is still at work on this name", "try again in a moment")
	default:
		t.say(sdk.Conflict, "conflict", "something else is at work there", "try again in a moment; what is there: "+t.run("az keyvault secret list-versions --vault-name VAULT --name NAME -o table"))
	}
}

// heldHint is how to get a name back that a deleted secret holds.
func heldHint(v vault.Vault, name string) string {
	return "bring it back with " + command("az keyvault secret recover --vault-name VAULT --name NAME", v, name) +
		", or remove it for good with " + command("az keyvault secret purge --vault-name VAULT --name NAME", v, name)
}

func (t *trouble) badRequest() {
	switch {
	case strings.Contains(t.message, "invalid name"):
		t.say(sdk.InvalidConfig, "bad-secret-name", "the service does not allow this name", "secret_name has 1 to 127 letters, digits and hyphens; the names that there are: "+t.run("az keyvault secret list --vault-name VAULT --query \"[].name\" -o tsv"))
	case t.inner == "SecretTooLarge" || strings.Contains(t.message, "maximum permitted length"):
		t.say(sdk.InvalidConfig, "too-large", "the value is too large", "the service stores up to 25,600 bytes in a secret")
	default:
		t.say(sdk.InvalidConfig, "refused-by-service", "the service does not accept it", "check tags, content_type and dates of the target: 15 tags, 255 characters, dates after 1970")
	}
}
