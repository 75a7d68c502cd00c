package wire

import (
	"slices"

	"github.com/secretzero/sz/sdk/schema"
)

// Description is all that a plugin says of itself.
type Description struct {
	Name       string
	Version    string
	Summary    string
	Generators []GeneratorDescription
	Providers  []ProviderDescription
}

// GeneratorDescription describes one kind of generated value.
type GeneratorDescription struct {
	Kind    string
	Summary string
	Config  schema.Object
	Fields  []string // the parts of a structured value; none for a single text
	// Permissions are what a process that makes such values asks for.
	Permissions []Permission
}

// ProviderDescription describes one kind of provider and its targets.
type ProviderDescription struct {
	Kind        string
	Summary     string
	Config      schema.Object
	Targets     []TargetDescription
	Permissions []Permission
	Allowances  []AllowanceDescription
}

// AllowanceDescription is something that a Secretfile may wish for and that only the
// user's own configuration may allow.
type AllowanceDescription struct {
	Name     string
	Summary  string
	Settings []string // configuration paths, or env.NAME, that it is about
}

// Target finds a kind of target.
func (p ProviderDescription) Target(kind string) (TargetDescription, bool) {
	i := slices.IndexFunc(p.Targets, func(t TargetDescription) bool { return t.Kind == kind })
	if i < 0 {
		return TargetDescription{}, false
	}
	return p.Targets[i], true
}

// TargetDescription describes one kind of target.
type TargetDescription struct {
	Kind         string
	Summary      string
	Config       schema.Object
	Capabilities []Capability
}

// Can reports a capability.
func (t TargetDescription) Can(c Capability) bool { return slices.Contains(t.Capabilities, c) }

// Capability is something that a kind of target can do beyond storing.
type Capability int

// The capabilities, with the numbers that they have on the wire.
const (
	CanInspect Capability = iota + 1
	CanRead
	CanChallenge
	CanMark
	CanVersions
	CanUpdate
	CanRetire
	CanList
	CanDiagnose
	CanRefer
)

// PermissionKind is the kind of a [Permission].
type PermissionKind int

// The kinds of permission.
const (
	Network     PermissionKind = iota + 1 // Value is host:port
	NetworkFrom                           // Value is a configuration path, or env.NAME
	Environment                           // Value is a variable's name
	ReadFile                              // Value is a path
	WriteFrom                             // Value is a configuration path
	Execute                               // Value is a command
	ReadFrom                              // Value is a configuration path, or env.NAME
	Identity                              // Value is a metadata endpoint with an audience, such as azure:https://vault.azure.net
	Programs                              // programs of this machine, inside its own confinement; Value is empty
)

// Permission is something that a provider instance asks for.
type Permission struct {
	Kind       PermissionKind
	Value      string
	WhenPath   string   // a configuration path; empty means always; a list on the way stands for each item
	WhenEquals []string // the values of WhenPath that make the request count
	Reason     string
}

var permissionNames = map[PermissionKind]string{
	Network: "network", NetworkFrom: "network_from", Environment: "env", ReadFile: "read",
	ReadFrom: "read_from", WriteFrom: "write_from", Execute: "exec", Identity: "identity",
}

// String is the permission as a lock file names it, such as "env HOME".
func (p Permission) String() string { return permissionNames[p.Kind] + " " + p.Value }
