package pluginhost

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/secretzero/sz/core/egress"
	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/wire"
)

// allowance is what one process is allowed.
type allowance struct {
	granted grant.Set
	// workplace is a directory of its own for a plugin that runs programs of this
	// machine in its sandbox; empty for every other.
	workplace string
	// unapproved says that nobody has approved the plugin yet: it is only asked what it
	// serves.
	unapproved bool
}

// confinement is what one process may touch, made into what the sandbox and the
// host's own services need to know.
type confinement struct {
	binary  *os.File // what was hashed, and is executed
	spec    sandbox.Spec
	proxy   *egress.Proxy  // nil without network
	runner  *commandRunner // nil without commands
	granted []string       // of the environment, as NAME=value

	startTimeout time.Duration
}

// confine opens the binary of a plugin and works out what its process may touch.
// The caller closes the result.
func (h *Host) confine(plugin Served, may allowance, runtimeDir string) (*confinement, error) {
	granted := may.granted
	binary, err := h.openBinary(plugin)
	if err != nil {
		return nil, err
	}
	c := &confinement{binary: binary, proxy: h.newProxy(granted), runner: h.newRunner(granted.Exec), granted: h.environment(granted), startTimeout: startTimeout}
	if h.options.StartTimeout > 0 {
		c.startTimeout = h.options.StartTimeout
	}
	c.spec = sandbox.Spec{
		Binary: binary, Name: plugin.Path, Read: granted.Read, Network: c.proxy != nil, Commands: c.runner != nil,
		Min: h.lowest(plugin, may), Max: sandbox.T3,
	}
	if h.options.SandboxMax != nil {
		c.spec.Max = *h.options.SandboxMax
	}
	if c.proxy != nil {
		authorities, err := h.authorities(runtimeDir)
		if err != nil {
			c.close()
			return nil, err
		}
		c.spec.Read = append([]string{authorities}, c.spec.Read...)
		c.granted = append(c.granted, "SSL_CERT_FILE="+authorities, "SSL_CERT_DIR=/nowhere")
	}
	if may.workplace != "" {
		c.spec.Programs, c.spec.Keep = true, []string{may.workplace}
		c.granted = append(c.granted, "TMPDIR="+may.workplace)
	}
	if len(granted.Write) > 0 {
		if err := h.allowWriting(&c.spec, plugin, granted.Write); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

// allowWriting gives a plugin the files that it may make, and a directory for what
// it remembers of them.
func (h *Host) allowWriting(spec *sandbox.Spec, plugin Served, files []string) error {
	spec.Write = append(spec.Write, files...)
	if h.options.Project != "" {
		spec.List = append(spec.List, h.project())
	}
	state := h.stateHome()
	if state == "" {
		return nil
	}
	keep := filepath.Join(state, "sz", plugin.Candidate.Name)
	if err := os.MkdirAll(keep, 0o700); err != nil {
		return fmt.Errorf("state of plugin %s: %w", plugin.Candidate.Name, err)
	}
	spec.Keep = append(spec.Keep, keep)
	return nil
}

// stateHome is the user's directory for state (XDG Base Directory Specification), as
// a plugin that is granted the two names finds it; empty for none.
func (h *Host) stateHome() string {
	if dir, _ := h.lookup("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	if home, _ := h.lookup("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state")
	}
	return ""
}

// environment is all that the process finds in its environment, where it was put.
func (c *confinement) environment(place sandbox.Place) []string {
	env := append([]string(nil), c.granted...)
	if place.Egress != "" {
		env = append(env, proxyEnvironment(c.proxy.URL(place.Egress))...)
	}
	if place.Commands {
		env = append(env, sandbox.EnvCommands+"=1")
	}
	return append(env, fmt.Sprintf("%s=%d", wire.EnvCredentials, wire.CredentialsFD), "GOTRACEBACK=single")
}

// serve begins the services of a process that was started.
func (c *confinement) serve(p *sandbox.Process) {
	if p.Egress() != nil {
		c.proxy.Serve(p.Egress())
	}
	if p.Commands() != nil {
		c.runner.serve(p.Commands())
	}
}

// close ends the services, and waits for them.
func (c *confinement) close() {
	_ = c.binary.Close()
	if c.proxy != nil {
		_ = c.proxy.Close()
	}
	if c.runner != nil {
		c.runner.close()
	}
}

// lowest is the tier below which a plugin is not started. A stranger's needs T3,
// where it can reach nothing but what it was granted; T2 where it has no network, or
// where landlock keeps it from the sockets of other programs. The user's word for less
// holds for what the user approved.
func (h *Host) lowest(plugin Served, may allowance) sandbox.Tier {
	granted := may.granted
	switch {
	case plugin.FirstParty, plugin.Dev:
		return h.options.SandboxMin
	case may.unapproved:
		return max(h.options.SandboxMin, sandbox.T2)
	case h.options.SandboxMinForAll:
		return h.options.SandboxMin
	}
	if len(granted.Network)+len(granted.Identity) == 0 || sandbox.ClosesSockets() {
		return max(h.options.SandboxMin, sandbox.T2)
	}
	return sandbox.T3
}

// project is the directory of the Secretfile by its real name: in the sandbox there
// are no links that lead to it.
func (h *Host) project() string {
	if real, err := filepath.EvalSymlinks(h.options.Project); err == nil {
		return real
	}
	return h.options.Project
}

// located is a set with its paths in the project by their real name.
func (h *Host) located(granted grant.Set) grant.Set {
	real := h.project()
	if real == h.options.Project {
		return granted
	}
	for _, list := range []*[]string{&granted.Read, &granted.Write} {
		paths := make([]string, len(*list))
		for i, path := range *list {
			paths[i] = path
			if inside, err := filepath.Rel(h.options.Project, path); err == nil && filepath.IsLocal(inside) {
				paths[i] = filepath.Join(real, inside)
			}
		}
		*list = paths
	}
	return granted
}
