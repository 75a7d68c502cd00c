package cli

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/policy"
	"github.com/secretzero/sz/core/record"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/trust"
)

// project is one run over one Secretfile, filled step by step: load, plan, and
// for apply what follows. Close ends its plugins.
type project struct {
	ui      *ui.UI
	path    string
	root    string // the directory of the Secretfile, absolute
	mask    *redact.Masker
	user    *authority
	host    *pluginhost.Host
	catalog *pluginhost.Catalog

	file     *secretfile.File
	desired  plan.Desired
	granted  map[string]grant.Set // what each provider instance may touch, by its alias
	session  *observe.Session
	lock     *record.File
	recorded plan.Recorded
	plan     *plan.Plan
	observed time.Time // when the targets were looked at
	seen     plan.Observed
	warnings diag.List
	upstream *record.GitSecrets // of which secrets are imported
	// lenient takes what the installation lacks for a warning: the file is right.
	lenient bool
	locked  bool // this run has the run lock
	// auditHead is the hash of the last event that was recorded.
	auditHead string
}

func newProject(c *cli.Context) (*project, error) {
	path, err := secretfilePath(c.String(flagFile))
	if err != nil {
		return nil, err
	}
	root, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	p := &project{path: path, root: root, mask: maskOf(c)}
	stderr, isFile := fileOf(c.App.ErrWriter)
	color := isFile && !c.Bool(flagNoColor) && ui.Colorful(stderr)
	p.ui = ui.New(c.App.Writer, c.App.ErrWriter, color, isFile && ui.Terminal(stderr))
	if p.user, err = newAuthority(c, root); err != nil {
		return nil, err
	}
	if p.host, err = newHost(c, root, p.user, p.mask); err != nil {
		return nil, err
	}
	return p, nil
}

// openProject makes a project ready for a command that only looks, as far as such a
// command needs it: where the targets are, or also what is to be done. The caller closes
// it.
func openProject(c *cli.Context, far func(*project, context.Context, *cli.Context) error) (*project, error) {
	p, err := newProject(c)
	if err != nil {
		return nil, err
	}
	err = p.load(c.Context, c, true)
	if err == nil {
		err = far(p, c.Context, c)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close ends the plugins. A plugin that cannot be cleaned up after is reported
// and does not change what the command came to.
func (p *project) Close() {
	if err := p.host.Close(); err != nil {
		p.ui.Info("warning: %v", err)
	}
}

// load reads the Secretfile and checks all of it that needs no plugin process.
func (p *project) load(ctx context.Context, c *cli.Context, unsetIsUnknown bool) error {
	if err := trust.Owned(p.path); err != nil {
		return fail(exitSecretfile, err.Error())
	}
	text, err := readSecretfile(p.path, c.String(flagFile))
	if err != nil {
		return fail(exitSecretfile, err.Error())
	}
	options, outside, err := p.loadOptions(c, unsetIsUnknown)
	if err != nil {
		return err
	}
	file, found := secretfile.Load(p.path, text, options)
	p.file = file
	if file == nil {
		return p.stop(c, exitSecretfile, found)
	}
	policies, err := p.user.policies()
	if err != nil {
		return err
	}
	file.Policies = append(file.Policies, policies...)
	if profile := file.Profile; profile != nil && !profile.Lockfile.IsNull() {
		if err := inProject(profile.Lockfile.Schema().Expose()); err != nil {
			return p.stop(c, exitSecretfile, append(found, diag.Diagnostic{
				Severity: diag.Error, Code: "bad-lockfile", Summary: "lockfile cannot be used: " + err.Error(), Range: profile.Lockfile.Range(),
				Hint: "name a file beside or below the Secretfile",
			}))
		}
	}
	p.catalog, err = p.host.Catalog(ctx)
	if err != nil {
		found = append(found, diag.Diagnostic{Severity: diag.Warning, Code: "plugin-left-out", Summary: "a plugin cannot be used: " + err.Error()})
	}
	if p.catalog == nil {
		return fail(exitProvider, err.Error())
	}
	var more diag.List
	p.desired, more = plan.Build(file, kinds{p.catalog}, outside)
	found = append(found, more...)
	if p.lenient {
		found = tolerated(found)
	}
	if found.HasErrors() {
		return p.stop(c, secretfileCode(found), found)
	}
	p.warnings = append(p.warnings, found...)
	p.maskStated()
	return nil
}

// tolerated makes warnings of what the installation lacks.
func tolerated(found diag.List) diag.List {
	for i, d := range found {
		if d.Code == plan.NoPlugin {
			found[i].Severity = diag.Warning
		}
	}
	return found
}

// secretfileCode is the exit code of a file with errors: one that breaks nothing
// but policies is well written.
func secretfileCode(found diag.List) int {
	for _, d := range found.Errors() {
		if !strings.HasPrefix(d.Code, "policy-") {
			return exitSecretfile
		}
	}
	return exitPolicy
}

// maskStated makes values that came from the environment known to the masker.
func (p *project) maskStated() {
	for _, s := range p.desired.Secrets {
		for _, part := range s.Parts {
			if part.Stated != nil && (len(part.Source.EnvNames()) > 0 || s.Source != nil) {
				p.mask.Add(*part.Stated)
			}
		}
	}
}

// recall reads the lock file.
func (p *project) recall() error {
	var err error
	local := map[string]bool{}
	for _, s := range p.desired.Secrets {
		local[s.Name] = s.Local
	}
	if p.lock, err = record.Open(record.Place{
		Path: p.lockPath(), Project: p.desired.Project, Environment: p.desired.Environment, Local: local, State: stateDir(),
	}); err != nil {
		return fail(exitError, err.Error())
	}
	if p.recorded, err = plan.FromLock(p.lock.Lock()); err != nil {
		return fail(exitError, err.Error())
	}
	return nil
}

// locate finds out where the targets are. No store is asked.
func (p *project) locate(ctx context.Context, c *cli.Context) error {
	if err := p.recall(); err != nil {
		return err
	}
	if err := p.authorize(c); err != nil {
		return err
	}
	var found diag.List
	if p.session, found = observe.Open(ctx, p.host, p.catalog, p.desired, p.granted); found.HasErrors() {
		return p.stop(c, exitProvider, found)
	}
	if found = append(found, p.identities()...); found.HasErrors() {
		return p.stop(c, exitPolicy, found)
	}
	found = append(found, p.session.Place(ctx, &p.desired)...)
	if found.HasErrors() {
		return p.stop(c, exitSecretfile, found)
	}
	p.warnings = append(p.warnings, found...)
	p.desired.Orphans = plan.FindOrphans(p.desired, p.recorded)
	return nil
}

// decide asks the targets and decides. It changes nothing.
func (p *project) decide(ctx context.Context, c *cli.Context) error {
	if err := p.locate(ctx, c); err != nil {
		return err
	}
	intent, err := p.intent(c)
	if err != nil {
		return err
	}
	if err := p.look(ctx); err != nil {
		return err
	}
	p.judge(intent)
	p.warnings = append(p.warnings, p.plan.Warnings...)
	return p.fillIn(c, intent)
}

// look asks the targets what they hold.
func (p *project) look(ctx context.Context) error {
	p.observed = time.Now()
	p.seen = p.session.Inspect(ctx, p.desired, p.recorded)
	if ctx.Err() != nil {
		return fail(exitInterrupted, "interrupted; nothing was changed")
	}
	return nil
}

// judge decides by what was seen.
func (p *project) judge(intent plan.Intent) {
	p.plan = plan.Decide(p.desired, intent, p.recorded, p.seen, p.observed)
	p.noteUnfinished()
}

// noteUnfinished says that what was decided counts on the journal of another apply.
func (p *project) noteUnfinished() {
	if !p.lock.Unfinished() {
		return
	}
	note := "an earlier apply did not finish; what it did is known from its journal"
	if holder := record.Running(stateDir(), p.lockPath()); holder != "" && !p.locked {
		note = "an apply is at work on this project (" + holder + "); this is what is left to do by its journal so far"
	}
	p.plan.Notes = append(p.plan.Notes, note)
}

// identities judges as whom the providers act.
func (p *project) identities() diag.List {
	var found diag.List
	for _, provider := range p.desired.Providers {
		if i := p.session.Provider(provider.Alias); i != nil {
			claims := map[string]string{}
			for _, claim := range i.Identity {
				claims[claim.Name] = claim.Value
			}
			found = append(found, policy.Identity(p.file, provider.Alias, provider.Kind, claims)...)
		}
	}
	return found
}

// lockPath is where the lock file lies: where the environment says, else beside the
// Secretfile.
func (p *project) lockPath() string {
	if profile := p.file.Profile; profile != nil && !profile.Lockfile.IsNull() {
		return filepath.Join(filepath.Dir(p.path), profile.Lockfile.Schema().Expose())
	}
	return record.PathFor(p.path, p.desired.Environment)
}

// stop ends a command with problems in the Secretfile, shown with their lines.
func (p *project) stop(c *cli.Context, code int, found diag.List) error {
	found = append(p.warnings, found...).Sorted()
	if c.Bool(flagJSON) {
		return faulty(code, found)
	}
	p.ui.Diagnostics(found, p.sources())
	return &exit{code: code, shown: true}
}

func (p *project) sources() *diag.Sources {
	if p.file == nil {
		return nil
	}
	return p.file.Sources
}
