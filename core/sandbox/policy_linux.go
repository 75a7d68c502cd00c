package sandbox

import (
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/secretzero/sz/core/sandbox/internal/inside"
)

// policy is what will become of the process, and in the tiers without a network
// namespace the listener that the host keeps.
func (s Spec) policy(tier Tier) (p *inside.Policy, egress net.Listener, err error) {
	p = &inside.Policy{
		Tier: int(tier), Binary: s.runs.file, Text: s.runs.text, Args: []string{s.Name}, Stdout: s.Stdout, Stderr: s.Stderr, Extra: s.Extra, SocketDir: s.SocketDir,
		List: s.List, Read: s.Read, Keep: s.Keep, Write: parents(s.Write),
		Libraries: dynamic(s.runs.file), Network: s.Network || s.Commands, Commands: s.Commands, Programs: s.Programs,
	}
	if s.Commands {
		if p.Stub, err = os.Readlink("/proc/self/exe"); err != nil {
			return p, nil, err
		}
	}
	if p.Text != nil {
		p.Args = s.runs.says.argv(p.TextPath())
	}
	place := Place{Tier: tier, Commands: s.Commands}
	if tier == T3 {
		if s.Network {
			p.Listen, place.Egress = append(p.Listen, inside.EgressPort), fmt.Sprintf("127.0.0.1:%d", inside.EgressPort)
		}
		if s.Commands {
			p.Listen = append(p.Listen, inside.CommandsPort)
		}
		p.Ports = p.Listen
	} else if egress, place.Egress, err = s.listen(); err != nil {
		return p, nil, err
	} else if egress != nil {
		p.Ports = []uint16{uint16(egress.Addr().(*net.TCPAddr).Port)}
	}
	p.Env = s.Env(place)
	return p, egress, nil
}

// parents are the directories in which files are made and replaced: a file is
// replaced by renaming, which is a change of its directory. Of one that does not
// exist yet it is the nearest that does.
func parents(files []string) []string {
	var dirs []string
	for _, file := range files {
		dir := filepath.Dir(file)
		for ; dir != "/" && dir != "."; dir = filepath.Dir(dir) {
			if info, err := os.Stat(dir); err == nil && info.IsDir() {
				dirs = append(dirs, dir)
				break
			}
		}
	}
	return dirs
}
