package sdk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/wire"
)

// Allowance is something that a Secretfile may wish for and that only the user may
// allow, in a configuration of their own that no project can change:
//
//	allow "acme" {
//	  regions = ["moon"]
//	}
//
// A plugin lists it in [ProviderOf].Allowances, and asks in Open whether it is allowed.
// It keeps what is dangerous in the wrong hands usable in the right ones: an approval
// of a project can be given in passing, a line in a configuration cannot.
type Allowance struct {
	Name    string // what the user's configuration calls it: a-z, 0-9 and _
	Summary string // one sentence
	// Settings are what it is about: paths of the provider's configuration, or env.
	// and the name of an environment variable. A [NetworkFrom] that is one of them
	// counts for the hosts that the user allows, and for no others.
	Settings []string
}

// Allows reports whether the user allows a text, which must be written as the user
// wrote it; "true" for what is allowed or not. What is not allowed is refused, with
// [Allowance.Hint].
func (a Allowance) Allows(info OpenInfo, text string) bool {
	return slices.Contains(info.Allowed[a.Name], text)
}

// Hint tells a user how to allow a text, for providers of a kind.
func (a Allowance) Hint(kind, text string) string {
	value := "true"
	if text != value {
		value = fmt.Sprintf("[%q]", text)
	}
	return fmt.Sprintf("only you can allow that, in your own ~/.config/sz/config.hcl: allow %q { %s = %s }", kind, a.Name, value)
}

// describe is the allowance on the wire. It panics on a setting that a configuration
// has not: nothing could ever be allowed.
func (a Allowance) describe(p wire.ProviderDescription) wire.AllowanceDescription {
	for _, setting := range a.Settings {
		if !strings.HasPrefix(setting, "env.") && !p.Config.Has(setting) {
			panic(fmt.Sprintf("sdk: provider %s: allowance %s is about %s, which is no key of its configuration", p.Kind, a.Name, setting))
		}
	}
	return wire.AllowanceDescription{Name: a.Name, Summary: a.Summary, Settings: a.Settings}
}
