package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Permission is what an operation needs, in the words of access policies.
type Permission string

// The permissions. Looking at one deleted secret takes get, although it shows no
// value (learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secret). Update is
// one of roles alone: access policies have set for it.
const (
	PermissionGet     Permission = "get"
	PermissionList    Permission = "list"
	PermissionSet     Permission = "set"
	PermissionUpdate  Permission = "update"
	PermissionDelete  Permission = "delete"
	PermissionRecover Permission = "recover"
	PermissionPurge   Permission = "purge"
	PermissionBackup  Permission = "backup"
	PermissionRestore Permission = "restore"
)

// dataActions are the permissions in the words of role definitions
// (learn.microsoft.com/azure/role-based-access-control/permissions/security).
var dataActions = map[Permission]string{
	PermissionGet: "getSecret/action", PermissionList: "readMetadata/action", PermissionSet: "setSecret/action",
	PermissionUpdate: "update/action", PermissionDelete: "delete", PermissionRecover: "recover/action",
	PermissionPurge: "purge/action", PermissionBackup: "backup/action", PermissionRestore: "restore/action",
}

// Denial takes a permission from an application; from all of them when AppID is
// empty.
type Denial struct {
	AppID      string
	Permission Permission
}

// ParseDenial reads a denial as PERMISSION or APPID:PERMISSION.
func ParseDenial(text string) (Denial, error) {
	app, permission, named := strings.Cut(text, ":")
	if !named {
		app, permission = "", text
	}
	if dataActions[Permission(permission)] == "" {
		return Denial{}, fmt.Errorf("permission %q: not one of get, list, set, update, delete, recover, purge, backup and restore", permission)
	}
	return Denial{app, Permission(permission)}, nil
}

func (s *Server) denies(app string, p Permission) bool {
	if s.options.AccessPolicies && p == PermissionUpdate {
		p = PermissionSet
	}
	return slices.ContainsFunc(s.options.Deny, func(d Denial) bool {
		return d.Permission == p && (d.AppID == "" || d.AppID == app)
	})
}

// forbidden is the service's text for a missing role or policy
// (learn.microsoft.com/azure/key-vault/general/rest-error-codes).
func (c *call) forbidden(p Permission) *serviceError {
	if c.server.options.AccessPolicies {
		if p == PermissionUpdate {
			p = PermissionSet
		}
		return &serviceError{http.StatusForbidden, "Forbidden", "The user, group or application 'appid=" + c.who.App + ";oid=" + c.who.Object + ";iss=" + c.who.Issuer +
			"' does not have secrets " + string(p) + " permission on key vault '" + c.name + ";location=emulator'." +
			" For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287", "AccessDenied"}
	}
	resource := "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/emulator/providers/microsoft.keyvault/vaults/" + c.name
	if c.route.name != "" {
		resource += "/secrets/" + c.route.name
	}
	lines := []string{
		"Caller is not authorized to perform action on resource.",
		"If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
		"Caller: appid=" + c.who.App + ";oid=" + c.who.Object + ";iss=" + c.who.Issuer,
		"Action: 'Microsoft.KeyVault/vaults/secrets/" + dataActions[p] + "'",
		"Resource: '" + resource + "'",
		"Assignment: (not found)",
		"Vault: " + c.name + ";location=emulator",
	}
	return &serviceError{http.StatusForbidden, "Forbidden", strings.Join(lines, "\r\n"), "ForbiddenByRbac"}
}
