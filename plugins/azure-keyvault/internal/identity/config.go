package identity

import (
	"slices"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Config is the auth settings of a provider.
type Config struct {
	Kind string `sz:"kind" default:"default" enum:"default,env,managed_identity,workload_identity,cli,azd,powershell,client_secret,client_certificate,client_assertion,oidc,github,pipelines,chain" hint:"vscode is not available: run az login and use cli; username_password, device_code and interactive need a person at hand: use cli, or client_certificate for a machine" doc:"how to authenticate"`
	Settings
	Chain                      []Link   `sz:"chain" doc:"the kinds that kind chain tries in turn, each with its settings"`
	AdditionallyAllowedTenants []string `sz:"additionally_allowed_tenants" doc:"the ids of tenants, besides the credential's own, whose vaults may be opened; * for all needs the user's allowance"`
	RequireTokenCredentials    bool     `sz:"require_token_credentials" doc:"kind default works only where AZURE_TOKEN_CREDENTIALS says which credentials to try"`
}

// Link is one of the kinds that kind chain tries.
type Link struct {
	Kind string `sz:"kind,required" enum:"env,managed_identity,workload_identity,cli,azd,powershell,client_secret,client_certificate,client_assertion,oidc,github,pipelines" hint:"default is a chain of its own, and chains do not nest" doc:"how to authenticate"`
	Settings
}

// Settings are what a kind of authentication may be told. Each is for some kinds only.
type Settings struct {
	TenantID          string       `sz:"tenant_id" doc:"the tenant to sign in to" pattern:"[0-9a-zA-Z.-]+" hint:"a GUID or a domain"`
	ClientID          string       `sz:"client_id" doc:"the application to sign in as, or the user-assigned managed identity" pattern:"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" hint:"a GUID such as 00000000-0000-0000-0000-000000000000"`
	ResourceID        string       `sz:"resource_id" doc:"the user-assigned managed identity, by its resource id" pattern:"/subscriptions/[^\\s?&#]+" hint:"as az identity show --query id prints it"`
	ObjectID          string       `sz:"object_id" doc:"the user-assigned managed identity, by its object id" pattern:"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" hint:"a GUID, as az identity show --query principalId prints it"`
	Subscription      string       `sz:"subscription" doc:"the subscription of the Azure CLI to use" pattern:"[0-9a-zA-Z][0-9a-zA-Z ._-]*" hint:"a GUID or a name of letters, digits, blanks and ._-"`
	ClientSecret      secret.Value `sz:"client_secret" doc:"the secret of the application, as an environment variable: ${AZURE_CLIENT_SECRET}"`
	ClientSecretFile  string       `sz:"client_secret_file" doc:"a file that holds the secret of the application"`
	CertificatePath   string       `sz:"certificate_path" doc:"a PEM or PKCS#12 file with the certificate of the application and its key"`
	Password          secret.Value `sz:"password" doc:"the password of a PKCS#12 certificate"`
	SendChain         bool         `sz:"send_chain" doc:"send the certificate's chain, for applications that trust a subject name and issuer"`
	Assertion         secret.Value `sz:"assertion" doc:"a token that says who this is, as an environment variable: ${ID_TOKEN}"`
	TokenFile         string       `sz:"token_file" doc:"a file that holds a token that says who this is"`
	Audience          string       `sz:"audience" doc:"whom GitHub's token is for; the usual audience of the cloud when nothing is said" pattern:"[0-9a-zA-Z.:/_-]+" hint:"such as api://AzureADTokenExchange"`
	ServiceConnection string       `sz:"service_connection_id" doc:"the service connection of Azure Pipelines" pattern:"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" hint:"a GUID, the resourceId in the address of the connection's page"`
	AccessToken       secret.Value `sz:"system_access_token" doc:"the token of the job in Azure Pipelines; SYSTEM_ACCESSTOKEN when nothing is said"`
}

// Rules relates the keys.
func (Config) Rules() []schema.Rule {
	return append(rulesOf(kinds),
		schema.Rule{Kind: schema.OnlyWhen, Attributes: []string{"require_token_credentials"}, When: "kind", Equals: []string{Default}},
		schema.Rule{Kind: schema.OnlyWhen, Attributes: []string{"chain"}, When: "kind", Equals: []string{Chain}},
		schema.Rule{Kind: schema.ExactlyOneOf, Attributes: []string{"chain"}, When: "kind", Equals: []string{Chain}},
	)
}

// Rules relates the keys.
func (Link) Rules() []schema.Rule {
	return rulesOf(slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool { return k.name == Default }))
}

// rulesOf are the rules that follow from what each kind takes and wants.
func rulesOf(kinds []kind) []schema.Rule {
	var rules []schema.Rule
	var keys []string
	takers := map[string][]string{}
	for _, k := range kinds {
		for _, key := range k.takes {
			if takers[key] == nil {
				keys = append(keys, key)
			}
			takers[key] = append(takers[key], k.name)
		}
		for _, group := range k.wants {
			rules = append(rules, schema.Rule{Kind: schema.ExactlyOneOf, Attributes: group, When: "kind", Equals: []string{k.name}})
		}
		if len(k.oneOf) > 0 {
			rules = append(rules, schema.Rule{Kind: schema.AtMostOneOf, Attributes: k.oneOf, When: "kind", Equals: []string{k.name}})
		}
	}
	for _, key := range keys {
		rules = append(rules, schema.Rule{Kind: schema.OnlyWhen, Attributes: []string{key}, When: "kind", Equals: takers[key]})
	}
	return rules
}
