package conformance

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// What a plugin says of itself, for the packages that start subjects.
type (
	// Description is all that a plugin says of itself.
	Description = wire.Description
	// Permission is something that a provider instance asks to be allowed.
	Permission = wire.Permission
)

// Environment is the kind of a permission for a variable, which every confinement
// enforces.
const Environment = wire.Environment

// Subject is a plugin that can be started, as often as checks want.
type Subject interface {
	// Start starts it. The caller ends what it gets.
	Start(ctx context.Context, how Start) (Process, error)
	// Confinement says how far a process is confined, such as T3; empty when the
	// plugin runs in the process of a test.
	Confinement() string
	// Enforces reports whether a permission that is not granted is denied here; if
	// not, it says why.
	Enforces(p Permission) (bool, string)
}

// Start says how to start a plugin.
type Start struct {
	// Provider is what the permissions are for; nil grants nothing, as to a plugin
	// that describes itself or generates.
	Provider *Provider
	// Without is a permission that is not granted.
	Without *Permission
	// Stalled makes every connection that the plugin opens hang.
	Stalled bool
}

// Process is a running plugin.
type Process interface {
	// Conn is the connection to it, of which checks may make any use.
	Conn() grpc.ClientConnInterface
	// Output is all that it wrote to standard output and standard error so far.
	Output() []byte
	// Stop ends it in an orderly way and waits for its end.
	Stop()
}

// Mortal is a [Process] that is a process of its own.
type Mortal interface {
	Process
	// Kill ends it at once, as a crash does.
	Kill()
	// Abandon does what the end of the host does, and no more.
	Abandon()
	// Exited is closed when the process is gone.
	Exited() <-chan struct{}
}

// Cases are the configurations that the checks use.
type Cases struct {
	Generators []Generator
	Providers  []Provider
}

// Generator is a kind of generator with a configuration.
type Generator struct {
	Kind   string
	Config schema.Value
}

// Provider is a provider with a configuration, and targets of it.
type Provider struct {
	Alias   string
	Kind    string
	Config  schema.Value
	Targets []Target
}

// Target is a target with a configuration. What it stands for must be empty: the
// checks write there, and delete what they wrote where the plugin can do that.
type Target struct {
	Kind   string
	Config schema.Value
}

// DefaultCases are configurations for the kinds that need none. The other kinds are
// left out.
func DefaultCases(d Description) Cases {
	var cases Cases
	for _, g := range d.Generators {
		if empty := schema.NewMap(nil); accepts(g.Config, empty) {
			cases.Generators = append(cases.Generators, Generator{g.Kind, empty})
		}
	}
	for _, p := range d.Providers {
		provider := Provider{Alias: p.Kind, Kind: p.Kind, Config: schema.NewMap(nil)}
		for _, t := range p.Targets {
			if empty := schema.NewMap(nil); accepts(t.Config, empty) {
				provider.Targets = append(provider.Targets, Target{t.Kind, empty})
			}
		}
		if accepts(p.Config, provider.Config) && len(provider.Targets) > 0 {
			cases.Providers = append(cases.Providers, provider)
		}
	}
	return cases
}

func accepts(o schema.Object, v schema.Value) bool {
	for _, fault := range o.Check(v) {
		if !fault.Warning {
			return false
		}
	}
	return true
}

// deadline bounds each call that a check makes. It is far more than a call takes, and
// less than a person waits.
const deadline = 30 * time.Second
