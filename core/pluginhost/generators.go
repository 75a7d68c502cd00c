package pluginhost

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// OpenGenerators starts a process that makes values. It may touch nothing, except for
// what [Host.workplace] gives to one of our own.
func (h *Host) OpenGenerators(ctx context.Context, plugin Served) (*Instance, error) {
	place, err := h.workplace(plugin)
	if err != nil {
		return nil, err
	}
	return h.start(ctx, plugin, allowance{workplace: place})
}

// workplace is a directory of its own for a plugin that runs programs, which goes
// with the runtime directory. Only a plugin of sz itself has one.
func (h *Host) workplace(plugin Served) (string, error) {
	if !plugin.FirstParty || !slices.ContainsFunc(plugin.Generators, runsPrograms) {
		return "", nil
	}
	dir, err := h.sockets()
	if err != nil {
		return "", err
	}
	place, err := os.MkdirTemp(dir, "work")
	if err != nil {
		return "", fmt.Errorf("runtime directory: %w", err)
	}
	return place, nil
}

func runsPrograms(g wire.GeneratorDescription) bool {
	return slices.ContainsFunc(g.Permissions, func(p wire.Permission) bool { return p.Kind == wire.Programs })
}

// FileSettings are the settings of a kind of value whose texts may name files of the
// project.
func FileSettings(d wire.GeneratorDescription) []string {
	var settings []string
	for _, p := range d.Permissions {
		if name, ok := strings.CutPrefix(p.Value, ofTargets); ok && p.Kind == wire.ReadFrom {
			settings = append(settings, name)
		}
	}
	return settings
}

// maxItems bounds what one call carries of items, in bytes, well below what a message
// may hold.
const maxItems = wire.MaxMessage / 2

// inCalls gives the items to call in as few turns as their size allows.
func inCalls(items []GeneratorItem, call func([]GeneratorItem) error) error {
	for len(items) > 0 {
		n, size := 0, 0
		for n < len(items) && n < MaxBatch && (n == 0 || size+sizeOf(items[n]) <= maxItems) {
			size += sizeOf(items[n])
			n++
		}
		if err := call(items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// sizeOf is about how many bytes an item takes on the wire.
func sizeOf(item GeneratorItem) int {
	size := len(item.Kind) + textSize(item.Config)
	for _, f := range item.Files {
		size += perValue + len(f.Path) + len(f.Data)
	}
	return size
}

// perValue is what the wire adds to a value, and more.
const perValue = 32

func textSize(v schema.Value) int {
	size := perValue + len(v.Expose())
	for _, item := range v.Items() {
		size += textSize(item)
	}
	for _, f := range v.Fields() {
		size += len(f.Name) + textSize(f.Value)
	}
	return size
}
