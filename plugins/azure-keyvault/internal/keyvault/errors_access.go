package keyvault

import (
	"net/netip"
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk"
)

// rights are all permissions of an access policy that sz makes use of, but purge,
// which few should have.
const rights = "get list set delete recover"

// forbidden is an answer 403: the service has one for a missing role, a missing
// permission, the network and the state of a secret.
func (t *trouble) forbidden() {
	policy := t.inner == "AccessDenied" || strings.Contains(t.message, "does not have secrets ")
	role := strings.HasPrefix(t.inner, "ForbiddenByRbac") || strings.Contains(t.message, "not authorized to perform action on resource")
	switch {
	case t.blocked():
		t.blockedNetwork()
	case t.inner == "SecretDisabled":
		t.say(sdk.Permissions, "disabled", "its current version is disabled", "enable it with "+t.run("az keyvault secret set-attributes --vault-name VAULT --name NAME --enabled true")+"; a new version is enabled again")
	case strings.Contains(t.message, "purge protection"):
		t.say(sdk.Permissions, "purge-protected", "the vault has purge protection, so nothing is purged before its time", "it goes by itself: "+t.run("az keyvault secret show-deleted --vault-name VAULT --name NAME --query scheduledPurgeDate -o tsv"))
	case policy:
		t.say(sdk.Permissions, "access-denied", "access denied: the vault's access policy does not give this identity the permission"+t.permission(), "grant it with "+t.grantPolicy())
	case role:
		t.say(sdk.Permissions, "access-denied", "access denied: no role of this identity allows it"+t.action(), "grant the role with "+t.grantRole()+"; it takes effect within some minutes")
	default:
		t.say(sdk.Permissions, "access-denied", "access denied", "whether roles or an access policy decide is "+t.run("az keyvault show --name VAULT --query properties.enableRbacAuthorization")+". true: "+t.grantRole()+". false: "+t.grantPolicy())
	}
}

func (t *trouble) grantRole() string {
	kind := "ServicePrincipal"
	if t.who.Person {
		kind = "User"
	}
	return t.run("az role assignment create --role \"Key Vault Secrets Officer\" --assignee-object-id OBJECT --assignee-principal-type " + kind + " --scope \"$(az keyvault show --name VAULT --query id -o tsv)\"")
}

func (t *trouble) grantPolicy() string {
	list := rights
	if missing := missingPermission.FindStringSubmatch(t.message); missing != nil && !strings.Contains(rights, missing[1]) {
		list += " " + missing[1]
	}
	return t.run("az keyvault set-policy --name VAULT --object-id OBJECT --secret-permissions " + list)
}

// What the service says is missing, in the words of policies and of roles.
var (
	missingPermission = regex.Of(`does not have secrets ([a-z]{1,16}) permission`)
	missingAction     = regex.Of(`Action: '(Microsoft\.KeyVault/vaults/secrets/[A-Za-z/]{1,40})'`)
)

func (t *trouble) permission() string {
	if found := missingPermission.FindStringSubmatch(t.message); found != nil {
		return " " + found[1]
	}
	return ""
}

func (t *trouble) action() string {
	if found := missingAction.FindStringSubmatch(t.message); found != nil {
		return " (" + found[1] + ")"
	}
	return ""
}

var clientAddress = regex.Of(`Client address: ([0-9a-fA-F.:]{3,45})`)

// blockedNetwork is a vault that lets nothing of this machine in: by its firewall, by
// having private endpoints only, or by a perimeter around it.
func (t *trouble) blockedNetwork() {
	rules := t.run("az keyvault network-rule list --name VAULT")
	switch {
	case strings.HasPrefix(t.inner, "ForbiddenByConnection"):
		t.say(sdk.Unavailable, "private-endpoint-only", "the vault is reachable through its private endpoints only, and this machine does not come through one",
			"run it in the network of the endpoint, where HOST must resolve to a private address: `nslookup "+t.vault.Host+"`; the endpoints are "+t.run("az keyvault show --name VAULT --query properties.privateEndpointConnections"))
		t.Hint = strings.Replace(t.Hint, "HOST", t.vault.Host, 1)
		return
	case strings.HasPrefix(t.inner, "ForbiddenByPolicy"):
		t.say(sdk.Unavailable, "blocked-by-perimeter", "a network security perimeter around the vault keeps this machine out", "ask who runs the perimeter for an access rule; how the vault is set is "+t.run("az keyvault show --name VAULT --query properties.publicNetworkAccess -o tsv"))
		return
	}
	next := "its rules are " + rules + "; allow this machine by its public address: " + t.run("az keyvault network-rule add --name VAULT --ip-address ADDRESS/32")
	if found := clientAddress.FindStringSubmatch(t.message); found != nil {
		next = t.allow(found[1], rules)
	}
	t.say(sdk.Unavailable, "blocked-by-firewall", "the vault's firewall does not let this machine in", next)
}

// allow is how to let an address in, as the service saw it. A firewall takes public
// IPv4 addresses only.
func (t *trouble) allow(address, rules string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || !ip.Is4() || ip.IsPrivate() {
		return "the vault sees this machine as " + address + ", which is no public IPv4 address: allow its subnet with " +
			t.run("az keyvault network-rule add --name VAULT --vnet-name VNET --subnet SUBNET") + "; its rules are " + rules
	}
	return "allow this machine with " + t.run("az keyvault network-rule add --name VAULT --ip-address "+address+"/32") + "; its rules are " + rules
}
