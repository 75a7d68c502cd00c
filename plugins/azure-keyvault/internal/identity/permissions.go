package identity

import (
	"strings"

	"github.com/secretzero/sz/sdk"
)

// Permissions are what an instance asks for: what its kind needs, or each of the kinds
// of its chain, and nothing else.
func Permissions() []sdk.Permission {
	var list permissions
	for _, k := range kinds {
		for _, name := range k.environment {
			list.add(k.name, sdk.Permission{Kind: sdk.Environment, Value: name, Reason: "to find who to sign in as"})
		}
		for _, p := range k.needs {
			list.add(k.name, p)
		}
	}
	return append(list, sdk.Permission{Kind: sdk.NetworkFrom, Value: "authority_host", Reason: "to get a token from an authority that the user allows"})
}

type permissions []sdk.Permission

// add asks for one thing where a kind is configured, alone or in a chain. Kinds that
// ask for the same thing share a request.
func (l *permissions) add(kind string, p sdk.Permission) {
	l.addAt("auth.kind", kind, p)
	if kind == Default {
		return
	}
	if setting, ok := strings.CutPrefix(p.Value, "auth."); ok {
		p.Value = "auth.chain." + setting
	}
	l.addAt("auth.chain.kind", kind, p)
}

func (l *permissions) addAt(path, kind string, p sdk.Permission) {
	for i := range *l {
		same := &(*l)[i]
		if same.Kind == p.Kind && same.Value == p.Value && same.WhenPath == path {
			same.WhenEquals = append(same.WhenEquals, kind)
			return
		}
	}
	p.WhenPath, p.WhenEquals = path, []string{kind}
	*l = append(*l, p)
}
