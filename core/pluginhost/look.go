package pluginhost

import (
	"context"
	"fmt"
	"time"

	"github.com/secretzero/sz/sdk/wire"
)

// diagnoseCall bounds a diagnosis, which waits for hosts that do not answer.
const diagnoseCall = 2 * time.Minute

// Versions lists the versions at a place, newest first.
func (i *Instance) Versions(ctx context.Context, target TargetRef) ([]Version, []PluginDiagnostic, error) {
	ctx, cancel := i.within(ctx, inspectCall)
	defer cancel()
	versions, found, err := i.process.wire.Versions(ctx, target)
	doing := "listing the versions of " + target.Kind + ":" + target.Address
	if err != nil {
		return nil, nil, i.failure(doing, err)
	}
	for _, v := range versions {
		if err := boundedVersion(v); err != nil {
			return nil, nil, i.nonsense(doing, err)
		}
	}
	return versions, i.host.masked(found), nil
}

// References writes the text with which a consumer reads items, all of one kind.
func (i *Instance) References(ctx context.Context, items []ReferenceItem, consumer, project string) (References, []PluginDiagnostic, error) {
	ctx, cancel := i.within(ctx, checkCall)
	defer cancel()
	r, found, err := i.process.wire.References(ctx, items, consumer, project)
	return r, i.host.masked(found), i.failure("referring to targets", err)
}

// Diagnose finds out what stands in the way of using places. It changes nothing.
func (i *Instance) Diagnose(ctx context.Context, items []DiagnoseItem, report func(Finding)) error {
	return i.diagnose(ctx, i.process.wire.Diagnose, items, report)
}

// Diagnose finds out what [Instance.Diagnose] does, and lets the plugin store
// something of its own for that, which it removes.
func (w *Writer) Diagnose(ctx context.Context, items []DiagnoseItem, report func(Finding)) error {
	return w.instance.diagnose(ctx, w.changer.Diagnose, items, report)
}

type diagnosis func(context.Context, []wire.DiagnoseItem, func(wire.Finding)) error

func (i *Instance) diagnose(ctx context.Context, ask diagnosis, items []DiagnoseItem, report func(Finding)) error {
	ctx, cancel := i.within(ctx, diagnoseCall)
	defer cancel()
	err := ask(ctx, items, func(f Finding) {
		f.Detail, f.Hint = i.host.told(f.Detail), i.host.told(f.Hint)
		for n := range f.Commands {
			f.Commands[n] = i.host.told(f.Commands[n])
		}
		report(f)
	})
	return i.failure(fmt.Sprintf("diagnosing %d targets", len(items)), err)
}
