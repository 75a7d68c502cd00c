package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/pluginhost"
)

// head is what is said before the plan: which plugins run, how far each is confined, and
// what it may touch.
func (p *project) head() ui.Head {
	h := ui.Head{Secretfile: p.path, Lock: p.lockPath()}
	add := func(alias string, i *pluginhost.Instance, granted grant.Set) {
		h.Plugins = append(h.Plugins, ui.HeadPlugin{
			Alias: alias, Plugin: i.Plugin.Name, Version: i.Plugin.Version, Tier: i.Tier().String(), RunBy: i.Interpreter, Refused: i.Refused(), Granted: grantLines(granted),
		})
	}
	for _, provider := range p.desired.Providers {
		if i := p.session.Provider(provider.Alias); i != nil {
			add(provider.Alias, i, p.granted[provider.Alias])
		}
	}
	for _, i := range p.session.Generators() {
		add("", i, grant.Set{})
	}
	return h
}

// How many of one kind are named; more are counted. Of hosts there are as many as of
// vaults, and they are what a person looks for.
const (
	shownHosts  = 20
	shownGrants = 4
)

// grantLines say what a plugin may touch, in a line for each kind. Of commands it is the
// programs.
func grantLines(granted grant.Set) []string {
	var lines []string
	for _, kind := range grant.Kinds {
		list, most := granted.Of(kind), shownGrants
		switch kind {
		case grant.Network:
			most = shownHosts
		case grant.Read:
			list = slices.DeleteFunc(slices.Clone(list), missing) // as of software that is not here
		case grant.Exec:
			var programs []string
			for _, command := range list {
				program, _, _ := strings.Cut(command, " ")
				programs = append(programs, program)
			}
			list = slices.Compact(programs)
		}
		if len(list) == 0 {
			continue
		}
		line := string(kind) + " " + strings.Join(list[:min(len(list), most)], ", ")
		if more := len(list) - most; more > 0 {
			line += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, line)
	}
	return lines
}

// missing reports a path where nothing is, and which gives a plugin nothing.
func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
