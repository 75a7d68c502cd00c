package identity

import (
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk"
)

// entraCodes are the refusals of Microsoft Entra that have a remedy of their own
// (learn.microsoft.com/entra/identity-platform/reference-error-codes). CLIENT and
// TENANT stand for the settings.
var entraCodes = map[string]struct{ code, why, hint string }{
	"7000222": {"secret-expired", "the client secret has expired", "make a new one with `az ad app credential reset --id CLIENT --append`, and put it where the old one was"},
	"7000215": {"secret-wrong", "the client secret is wrong", "it must be the secret's value, not its id; make a new one with `az ad app credential reset --id CLIENT --append`"},
	"7000112": {"application-disabled", "the application is disabled", "enable it with `az ad sp update --id CLIENT --set accountEnabled=true`"},
	"700016":  {"wrong-tenant", "the tenant has no such application", "its home tenant is `az ad sp show --id CLIENT --query appOwnerOrganizationId -o tsv`; set auth.tenant_id to it, or correct auth.client_id"},
	"90002":   {"wrong-tenant", "there is no such tenant", "your tenants are `az account list --query \"[].tenantId\" -o tsv`; correct auth.tenant_id"},
	"900023":  {"wrong-tenant", "that is no tenant", "your tenants are `az account list --query \"[].tenantId\" -o tsv`; correct auth.tenant_id"},
	"700027":  {"certificate-unknown", "the application does not know this certificate, or it has expired", "its certificates are `az ad app credential list --id CLIENT --cert`; add this one with `az ad app credential reset --id CLIENT --append --cert @CERTIFICATE`"},
	"700021":  {"federation-missing", "the application trusts no identity provider with this issuer and subject", "what it trusts is `az ad app federated-credential list --id CLIENT`; add one with the issuer and the subject of the text above"},
	"70021":   {"federation-missing", "the application trusts no identity provider with this issuer and subject", "what it trusts is `az ad app federated-credential list --id CLIENT`; add one with the issuer and the subject of the text above"},
	"700211":  {"federation-missing", "the application trusts no identity provider with this issuer", "what it trusts is `az ad app federated-credential list --id CLIENT`; add one with the issuer of the text above"},
	"700212":  {"federation-audience", "the application trusts no token with this audience", "what it trusts is `az ad app federated-credential list --id CLIENT`; the usual audience is api://AzureADTokenExchange"},
	"700213":  {"federation-missing", "the application trusts no token with this subject", "what it trusts is `az ad app federated-credential list --id CLIENT`; add one with the subject of the text above"},
	"700024":  {"assertion-expired", "the token that says who this is has expired, or is not valid yet", "who writes it must renew it; is the clock of this machine right? `date -u`"},
	"5002723": {"assertion-refused", "the token that says who this is cannot be read", "it must be the token itself, without anything around it"},
	"50027":   {"assertion-refused", "the token that says who this is cannot be read", "it must be the token itself, without anything around it"},
	"50076":   {"sign-in-again", "a second factor is asked for", "sign in again with `az login --scope https://vault.azure.net/.default`"},
	"50079":   {"sign-in-again", "a second factor must be set up first", "sign in again with `az login`"},
	"70043":   {"sign-in-again", "the sign-in has expired", "sign in again with `az login`"},
	"700082":  {"sign-in-again", "the sign-in has expired", "sign in again with `az login`"},
	"50049":   {"unknown-authority", "Microsoft Entra does not know this authority", "for an authority of a private cloud set disable_instance_discovery: true; " + noDiscovery.Hint(providerKind, "true")},
	"53003":   {"conditional-access", "a conditional access policy forbids it from here", "ask who runs the tenant, with the text above"},
}

var entraCode = regex.Of(`AADSTS([0-9]+)`)

// refusedByEntra explains what Microsoft Entra answered, if it is what did.
func (m *maker) refusedByEntra(l Link, text string) *refusal {
	found := entraCode.FindStringSubmatchIndex(text)
	if found == nil {
		return nil
	}
	r := &refusal{class: sdk.Authentication, code: "authentication-failed", why: "Microsoft Entra refused auth.kind " + l.Kind, detail: sentence(text[found[0]:]), hint: kindOf(l.Kind).remedy(l.Settings)}
	if known, ok := entraCodes[text[found[2]:found[3]]]; ok {
		r.code, r.why, r.hint = known.code, known.why, fill(known.hint, l.Settings)
	}
	return r
}

// sentence is what Entra says, without the numbers of the request.
func sentence(text string) string {
	for _, end := range []string{" Trace ID:", "\\r", "\r", "\n", `","`, `"}`} {
		text, _, _ = strings.Cut(text, end)
	}
	return clip(strings.TrimSuffix(strings.ReplaceAll(text, `\"`, `"`), `"`))
}
