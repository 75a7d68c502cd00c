package observe

import (
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// Item is a part as a plugin is asked to make it.
func Item(p plan.Part) pluginhost.GeneratorItem {
	item := pluginhost.GeneratorItem{Kind: p.Kind, Config: p.Config}
	for _, f := range p.Files {
		item.Files = append(item.Files, pluginhost.ProjectFile(f))
	}
	return item
}
