package cli

import (
	"path/filepath"

	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginstore"
)

// installed are the plugins of the user's store, one of each name: the one that the
// project pins, else the newest. What is damaged is refused only where it is used.
func (a *authority) installed() ([]pluginhost.Candidate, error) {
	var list []pluginstore.Installed
	if a.only != nil {
		list = []pluginstore.Installed{*a.only}
	} else if data := userDir("XDG_DATA_HOME", ".local/share"); data != "" {
		var err error
		if list, err = pluginstore.Open(filepath.Join(data, "sz", "plugins")).List(); err != nil && len(list) == 0 {
			return nil, fail(exitPolicy, err.Error())
		}
	}
	var candidates []pluginhost.Candidate
	for _, i := range pluginstore.Choose(list, a.pins) {
		candidates = append(candidates, pluginhost.Candidate{Name: i.Name, Path: i.Path, Installed: i.Hash, Release: i.Manifest})
	}
	return candidates, nil
}

// pins reports a hash of a plugin that the project pins.
func (a *authority) pins(name, hash string) bool {
	pin, ok := a.lock.Plugin(name)
	return ok && pin.Hashes[pluginstore.Platform()] == "sha256:"+hash
}
