package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// Options configure a [Host].
type Options struct {
	// Where plugins are, the first of a name winning.
	Dev       []Candidate // files that the user named one by one
	Dirs      []string    // directories that the user named
	Installed []Candidate // what the user installed, one of each name
	Beside    []string    // see [Beside]

	// Rehash reads every binary in full, whatever is remembered of its hash.
	Rehash     bool
	CacheDir   string // for descriptions; empty means no cache
	RuntimeDir string // for sockets; empty means the system's temporary directory
	// Project is the directory that relative paths of the Secretfile start from.
	Project string
	// LookupEnv is the user's environment, out of which an instance gets the
	// names that it was granted.
	LookupEnv func(string) (string, bool)
	// Authorities are files with certificates that plugins trust beside those of the
	// system, where they trust what they are given: on Linux.
	Authorities []string
	// Mask learns every value that passes and masks what plugins write.
	Mask *redact.Masker
	// Allowances are what the user's own configuration allows. A project adds nothing.
	Allowances Allowances
	// Progress hears how far a write to an address is, from any goroutine; nil is deaf.
	Progress func(address string, p Progress)
	// Waiting hears that a store wants a pause before it tells more, from any goroutine;
	// nil is deaf.
	Waiting func(scope string, pause time.Duration)
	// SandboxMin is the lowest tier in which a plugin may run; plugins of strangers
	// have a higher one of their own: see [Host.lowest].
	SandboxMin sandbox.Tier
	// SandboxMinForAll is the user's word that SandboxMin holds for plugins of
	// strangers too.
	SandboxMinForAll bool
	// StartTimeout is how long a plugin may take to answer its start; 0 means half a
	// minute.
	StartTimeout time.Duration
	// SandboxMax is the highest tier that is tried; nil means the highest there is.
	SandboxMax *sandbox.Tier
}

// Host owns every plugin process of a run. Close ends them all.
type Host struct {
	options Options
	mask    *redact.Masker

	mu             sync.Mutex
	runtimeDir     string
	alive          *os.File // holds the lock of the runtime directory
	hasAuthorities bool     // see authorities
	instances      []*Instance
}

// New makes a host. It starts nothing.
func New(options Options) *Host {
	if options.Mask == nil {
		options.Mask = &redact.Masker{}
	}
	return &Host{options: options, mask: options.Mask}
}

// ProviderSpec is a provider instance to open.
type ProviderSpec struct {
	Plugin Served
	Alias  string
	Kind   string
	Config schema.Value
	// Targets are the configurations of its targets, out of which what it asks for
	// is resolved: see [Host.Asks].
	Targets []schema.Value
	// Granted is what it may touch. The zero Set is nothing.
	Granted grant.Set
}

// OpenProvider starts a process for one provider instance and configures it. The
// diagnostics are the plugin's; with an error among them the instance is nil.
func (h *Host) OpenProvider(ctx context.Context, spec ProviderSpec) (*Instance, []PluginDiagnostic, error) {
	kind := spec.Plugin.provider(spec.Kind)
	config := withDefaults(kind.Config, spec.Config)
	i, err := h.start(ctx, spec.Plugin, allowance{granted: h.located(spec.Granted)})
	if err != nil {
		return nil, nil, err
	}
	i.Alias, i.Kind = spec.Alias, spec.Kind
	request := wire.OpenRequest{Kind: spec.Kind, Alias: spec.Alias, Config: config, Allowances: h.allowed(kind)}
	if len(spec.Granted.Write) > 0 || len(spec.Granted.Read) > 0 {
		request.ProjectRoot = h.project()
	}
	ctx, cancel := i.within(ctx, quickCall)
	defer cancel()
	claims, found, err := i.process.wire.Open(ctx, request)
	if err != nil {
		return nil, nil, i.failure("opening provider "+spec.Alias, err)
	}
	if err := boundedClaims(claims); err != nil {
		return nil, nil, i.nonsense("opening provider "+spec.Alias, err)
	}
	i.Identity = claims
	found = h.masked(found)
	if wire.Failed(found) {
		return nil, found, nil
	}
	return i, found, nil
}

func (h *Host) start(ctx context.Context, plugin Served, may allowance) (*Instance, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	run := h.run
	if plugin.Attached {
		run = h.attach
	}
	p, err := run(ctx, plugin, may)
	if err != nil {
		return nil, h.maskedFailure(err)
	}
	i := &Instance{Plugin: plugin.Description, Interpreter: plugin.Interpreter, host: h, process: p}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.instances = append(h.instances, i)
	return i, nil
}

// run starts a process, within what it may.
func (h *Host) run(_ context.Context, plugin Served, may allowance) (*process, error) {
	dir, err := h.sockets()
	if err != nil {
		return nil, err
	}
	confinement, err := h.confine(plugin, may, dir)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", plugin.Candidate.Name, err)
	}
	return startProcess(plugin.Candidate, dir, confinement)
}

func (h *Host) maskedFailure(err error) error {
	if f, ok := errors.AsType[*Failure](err); ok {
		f.Cause, f.Output = h.mask.Text(harmless(f.Cause)), h.mask.Text(f.Output)
	}
	return err
}

// sockets is the runtime directory of this run.
func (h *Host) sockets() (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.runtimeDir != "" {
		return h.runtimeDir, nil
	}
	dir, alive, err := newRuntimeDir(h.options.RuntimeDir)
	h.runtimeDir, h.alive = dir, alive
	return dir, err
}

// Close ends every process, side by side, and removes the runtime directory.
func (h *Host) Close() error {
	h.mu.Lock()
	instances, dir, alive := h.instances, h.runtimeDir, h.alive
	h.instances, h.runtimeDir, h.alive = nil, "", nil
	h.mu.Unlock()
	var group sync.WaitGroup
	for _, i := range instances {
		group.Go(i.process.stop)
	}
	group.Wait()
	if dir == "" {
		return nil
	}
	err := os.RemoveAll(dir)
	if alive != nil {
		_ = alive.Close()
	}
	if err != nil {
		return fmt.Errorf("runtime directory: %w", err)
	}
	return nil
}
