package plugintest

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/conformance"
	"github.com/secretzero/sz/sdk/internal/ambient"
	"github.com/secretzero/sz/sdk/wire"
)

// Case is a configuration to check a plugin with: of a generator, or of a target and
// its provider.
type Case struct {
	Generator string // its kind; or
	Provider  string // the kind of a provider
	Account   Config // the provider's configuration
	Target    string // the kind of a target
	Config    Config // the generator's or the target's
}

// Conform makes the checks of `sz plugin test` that need no process, each a subtest.
// Without cases, kinds that need no configuration are checked. A warning is logged.
func Conform(t *testing.T, p sdk.Plugin, options Options, cases ...Case) {
	t.Helper()
	for _, result := range Check(t, p, options, cases...).Results {
		t.Run(strings.TrimSuffix(result.Check+" "+result.Case, " "), func(t *testing.T) {
			details := result.About + ":\n" + strings.Join(result.Details, "\n")
			switch result.Status {
			case conformance.Fail:
				t.Error(details)
			case conformance.Skip:
				t.Skip(details)
			case conformance.Warn:
				t.Log(details)
			}
		})
	}
}

// Check makes the checks of [Conform] and returns what became of them.
func Check(t testing.TB, p sdk.Plugin, options Options, cases ...Case) conformance.Report {
	t.Helper()
	how := conformance.Options{Root: t.TempDir()}
	if len(cases) > 0 {
		how.Cases = casesOf(cases)
	}
	return conformance.Run(t.Context(), &subject{plugin: p, options: options}, how)
}

func casesOf(list []Case) *conformance.Cases {
	var out conformance.Cases
	for _, c := range list {
		if c.Generator != "" {
			out.Generators = append(out.Generators, conformance.Generator{Kind: c.Generator, Config: c.Config.value()})
			continue
		}
		out.Providers = append(out.Providers, conformance.Provider{
			Alias: c.Provider, Kind: c.Provider, Config: c.Account.value(),
			Targets: []conformance.Target{{Kind: c.Target, Config: c.Config.value()}},
		})
	}
	return &out
}

// subject runs a plugin in this process.
type subject struct {
	plugin  sdk.Plugin
	options Options
}

// Confinement is none.
func (*subject) Confinement() string { return "" }

// Enforces reports no permission.
func (*subject) Enforces(wire.Permission) (bool, string) {
	return false, "the plugin runs in the process of a test"
}

// Start starts the plugin.
func (s *subject) Start(_ context.Context, how conformance.Start) (conformance.Process, error) {
	network := &Network{store: s.options.Store}
	around := &ambient.Ambient{Now: ambient.From(context.Background()).Now, Sleep: ambient.From(context.Background()).Sleep, Transport: network}
	if how.Stalled {
		around.Transport = stalled{}
	}
	process := &inProcess{}
	around.Log = &process.log
	around.LookupEnv = func(name string) (string, bool) { text, ok := s.options.Env[name]; return text, ok }
	var err error
	process.conn, process.stop, err = serve(s.plugin, around)
	return process, err
}

// inProcess is a plugin under check.
type inProcess struct {
	conn *grpc.ClientConn
	stop func()
	log  lockedBuffer
}

// Conn is the connection.
func (p *inProcess) Conn() grpc.ClientConnInterface { return p.conn }

// Output is what was logged.
func (p *inProcess) Output() []byte { return []byte(p.log.String()) }

// Stop ends it.
func (p *inProcess) Stop() { p.stop() }
