package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/schema"
)

// Report is what came of the attacks in one tier.
type Report struct {
	Tier    sandbox.Tier
	Refused []string // why it is not a higher one
	Results []Result
}

// Count is how many rows have a verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

// Run attacks the highest tier up to highest that can be reached here, with every row
// of the matrix. The error is about the attacker, not about the sandbox.
func Run(ctx context.Context, highest sandbox.Tier) (Report, error) {
	l, err := newLair()
	if err != nil {
		return Report{}, err
	}
	defer l.close()
	a := &attacker{lair: l, dir: filepath.Join(l.dir, "plugins")}
	if err := a.settle(); err != nil {
		return Report{}, err
	}
	report := Report{Tier: highest}
	if err := a.reach(ctx, &report); err != nil {
		return report, err
	}
	for _, r := range rows {
		if ctx.Err() != nil {
			return report, ctx.Err()
		}
		report.Results = append(report.Results, a.judge(ctx, r, report.Tier))
	}
	return report, nil
}

// attacker starts plugins that attack.
type attacker struct {
	lair *lair
	dir  string // with this program under the attacker's name
	next int
}

func (a *attacker) settle() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Mkdir(a.dir, 0o700); err != nil {
		return err
	}
	return os.Symlink(self, filepath.Join(a.dir, Binary))
}

// host is a host whose plugins run in one tier and in no other.
func (a *attacker) host(lowest, highest sandbox.Tier) *pluginhost.Host {
	return pluginhost.New(pluginhost.Options{
		Dev:      []pluginhost.Candidate{{Name: Name, Path: filepath.Join(a.dir, Binary), Dev: true}},
		CacheDir: filepath.Join(a.lair.dir, "cache"), RuntimeDir: os.Getenv("XDG_RUNTIME_DIR"),
		LookupEnv:  func(name string) (string, bool) { return a.lair.secret, name == "SZ_PROBE_SECRET" },
		SandboxMin: lowest, SandboxMax: &highest,
	})
}

// reach finds out which tier can be reached.
func (a *attacker) reach(ctx context.Context, report *Report) error {
	h := a.host(sandbox.T0, report.Tier)
	defer h.Close()
	i, err := a.start(ctx, h, row{})
	if err != nil {
		return err
	}
	report.Tier, report.Refused = i.Tier(), i.Refused()
	return nil
}

func (a *attacker) start(ctx context.Context, h *pluginhost.Host, r row) (*pluginhost.Instance, error) {
	catalog, err := h.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	plugin, _, ok := catalog.Provider(Name)
	if !ok {
		return nil, errors.New("this program does not serve as the attacker")
	}
	granted := grant.Set{Network: []string{a.lair.places["granted"]}}
	if r.writes {
		granted.Write = []string{filepath.Join(a.lair.places["project"], "granted")}
	}
	i, found, err := h.OpenProvider(ctx, pluginhost.ProviderSpec{
		Plugin: plugin, Alias: Name, Kind: Name, Config: schema.NewMap(nil),
		Granted: granted,
	})
	if err == nil && pluginhost.Failed(found) {
		err = errors.New(found[0].Summary)
	}
	return i, err
}

// judge makes an attack without a sandbox, then in the tier, and compares.
func (a *attacker) judge(ctx context.Context, r row, tier sandbox.Tier) Result {
	result := Result{Group: r.group, Key: r.key, Title: r.title, Verdict: Proved}
	if !r.alone && tier > sandbox.T0 {
		if succeeded, detail := a.try(ctx, r, sandbox.T0); !succeeded {
			result.Verdict, result.Detail = NotTestable, "without a sandbox: "+detail
			return result
		}
	}
	succeeded, detail := a.try(ctx, r, tier)
	result.Detail = detail
	if succeeded != r.wanted {
		result.Verdict = Open
	}
	return result
}

// try makes one attack in a process of its own, and says whether it succeeded and
// what the attacker says.
func (a *attacker) try(ctx context.Context, r row, tier sandbox.Tier) (succeeded bool, detail string) {
	a.next++
	canary := fmt.Sprintf("canary-%s-%d", strings.ToLower(a.lair.secret), a.next)
	h := a.host(tier, tier)
	defer h.Close()
	i, err := a.start(ctx, h, r)
	if err != nil {
		return false, err.Error()
	}
	orders := map[string]string{"row": fmt.Sprint(r.key, a.next), "canary": canary}
	for name, place := range a.lair.places {
		orders[name] = place
	}
	if r.key == "read-file" || r.key == "hold-descriptor" {
		orders["canary"] = a.lair.secret
	}
	if r.key == "proxy-port" {
		defer a.shadow(ctx, i, orders)()
	}
	claimed, detail := command(ctx, i, r.key, orders)
	if !r.heard {
		return claimed, detail
	}
	file := ""
	switch {
	case !claimed:
	case r.group == "files":
		file = detail
		defer os.Remove(file)
	case r.key == "bind" || r.key == "listen":
		a.lair.fetch(detail)
	}
	return a.lair.arrived(ctx, canary, file, claimed), detail
}

// shadow listens at the port of the attacker's proxy on another address.
func (a *attacker) shadow(ctx context.Context, i *pluginhost.Instance, orders map[string]string) (end func()) {
	_, port := command(ctx, i, "proxy-port", orders)
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.2", port))
	if err != nil {
		orders["proxy-port"] = "127.0.0.2:1"
		return func() {}
	}
	orders["proxy-port"] = listener.Addr().String()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			a.lair.hear(conn)
			_ = conn.Close()
		}
	}()
	return func() { _ = listener.Close() }
}

// command tells an attacker what to do, and reports what it says of the outcome.
func command(ctx context.Context, i *pluginhost.Instance, key string, places map[string]string) (succeeded bool, detail string) {
	var fields []schema.Field
	for name, place := range places {
		fields = append(fields, schema.Field{Name: name, Value: schema.NewString(place)})
	}
	results, err := i.CheckTargets(ctx, []pluginhost.CheckItem{{Kind: "attack", Config: schema.NewMap([]schema.Field{
		{Name: "attack", Value: schema.NewString(key)}, {Name: "args", Value: schema.NewMap(fields)},
	})}})
	if err != nil {
		if f, ok := errors.AsType[*pluginhost.Failure](err); ok {
			return false, f.Cause // ended by the kernel
		}
		return false, err.Error()
	}
	answer := results[0].Address
	if detail, ok := strings.CutPrefix(answer, done); ok {
		return true, detail
	}
	return false, strings.TrimPrefix(answer, failed)
}
