package pluginhost

import (
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// Asks is what an instance of spec asks for in this configuration, with every
// reference into it resolved: literal hosts, names, paths and commands. A path of
// the configuration that leaves the project is left out, as is a text that names no
// host: what is wrong with it is for the plugin to say, and until it does it reaches
// nothing.
func (h *Host) Asks(spec ProviderSpec) grant.Set {
	kind := spec.Plugin.provider(spec.Kind)
	config := withDefaults(kind.Config, spec.Config)
	var asked grant.Set
	for _, p := range kind.Permissions {
		if !counts(p, config) {
			continue
		}
		switch p.Kind {
		case wire.Network:
			asked = asked.With(grant.Network, endpoints([]string{p.Value})...)
		case wire.NetworkFrom:
			asked = asked.With(grant.Network, endpoints(h.admitted(kind, p.Value, h.texts(p.Value, config, spec.Targets)))...)
		case wire.Environment:
			asked = asked.With(grant.Env, p.Value)
		case wire.ReadFile:
			asked = asked.With(grant.Read, h.paths(p.Value, p.Value)...)
		case wire.ReadFrom:
			asked = asked.With(grant.Read, h.paths(p.Value, h.texts(p.Value, config, spec.Targets)...)...)
		case wire.WriteFrom:
			asked = asked.With(grant.Write, h.paths(p.Value, h.texts(p.Value, config, spec.Targets)...)...)
		case wire.Execute:
			asked = asked.With(grant.Exec, p.Value)
		case wire.Identity:
			asked = asked.With(grant.Identity, p.Value)
		}
	}
	return asked
}

// Named is the part of what an instance asks for that comes out of the text of its
// configuration and out of the plugin itself, and not out of the environment or of what
// the user allows.
func (h *Host) Named(spec ProviderSpec) grant.Set {
	bare := Host{options: Options{Project: h.options.Project, LookupEnv: func(string) (string, bool) { return "", false }}}
	return bare.Asks(spec)
}

// EnvNames are the variables that a provider of a kind may ask for, in any
// configuration.
func (s Served) EnvNames(kind string) []string {
	var names []string
	for _, p := range s.provider(kind).Permissions {
		if p.Kind == wire.Environment {
			names = append(names, p.Value)
		}
	}
	return names
}

// Prefixes of references. What the environment says is the user's own word.
const (
	ofTargets     = "config."
	ofEnvironment = "env."
)

var hole = regex.Of(`\{([^{}]*)\}`)

// texts are the texts that a reference stands for: those at a path of the
// configurations, that of a variable, or a text around them.
func (h *Host) texts(reference string, config schema.Value, targets []schema.Value) []string {
	path, before, after := reference, "", ""
	if at := hole.FindStringSubmatchIndex(reference); at != nil {
		path, before, after = reference[at[2]:at[3]], reference[:at[0]], reference[at[1]:]
	}
	var found []string
	places := []schema.Value{config}
	if name, ok := strings.CutPrefix(path, ofEnvironment); ok {
		text, _ := h.options.LookupEnv(name)
		found, places = append(found, text), nil
	}
	if rest, ok := strings.CutPrefix(path, ofTargets); ok {
		path, places = rest, append(places, targets...)
	}
	for _, place := range places {
		for _, v := range valuesAt(place, strings.Split(path, ".")) {
			found = append(found, v.Expose())
		}
	}
	var whole []string
	for _, text := range found {
		if text != "" {
			whole = append(whole, before+text+after)
		}
	}
	return whole
}

// endpoints are the texts that name a host, as host:port in lower case. The port
// is that of the scheme, or 443.
func endpoints(texts []string) []string {
	var out []string
	for _, text := range texts {
		if e := endpoint(text); e != "" {
			out = append(out, e)
		}
	}
	return out
}

var hostForm = regex.Of(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)

// endpoint is narrow on purpose: what could be read as one host here and as another
// by a library (a user, a trailing dot, an escape) names none.
func endpoint(text string) string {
	port, rest := "443", text
	if scheme, after, ok := strings.Cut(text, "://"); ok {
		u, err := url.Parse(text)
		if err != nil || u.User != nil || u.Host == "" {
			return ""
		}
		if strings.EqualFold(scheme, "http") {
			port = "80"
		}
		rest, _, _ = strings.Cut(after, "/")
	}
	host := strings.ToLower(rest)
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	}
	if ip := net.ParseIP(host); ip != nil {
		return net.JoinHostPort(ip.String(), port)
	}
	if !hostForm.MatchString(host) || strings.Contains(host, "..") || strings.Trim(port, "0123456789") != "" || port == "" {
		return ""
	}
	return net.JoinHostPort(host, port)
}

// paths are files that a reference names, made absolute: those of the configuration
// stay in the project, and those that the plugin or the environment names are
// absolute already.
func (h *Host) paths(reference string, named ...string) []string {
	outside := strings.HasPrefix(reference, ofEnvironment) || filepath.IsAbs(reference)
	var out []string
	for _, path := range named {
		switch {
		case outside && filepath.IsAbs(path):
			out = append(out, filepath.Clean(path))
		case !outside && filepath.IsLocal(path) && noLinks(h.options.Project, path):
			out = append(out, filepath.Join(h.options.Project, path))
		}
	}
	return out
}

// noLinks reports that no part of a path of the project is a link, as far as it is
// there: the path is opened for the plugin from outside its sandbox, where a link
// could lead anywhere.
func noLinks(project, path string) bool {
	root, err := os.OpenRoot(project)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) // then there is nothing in it
	}
	defer root.Close()
	for part := filepath.Clean(path); part != "."; part = filepath.Dir(part) {
		info, err := root.Lstat(part)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// counts reports whether a permission is asked for in this configuration.
func counts(p wire.Permission, config schema.Value) bool {
	if p.WhenPath == "" {
		return true
	}
	return slices.ContainsFunc(valuesAt(config, strings.Split(p.WhenPath, ".")), func(v schema.Value) bool {
		return slices.Contains(p.WhenEquals, v.Expose())
	})
}

// valuesAt are the values at a path of keys; a list on the way stands for each of its
// items.
func valuesAt(v schema.Value, path []string) []schema.Value {
	if v.Kind() == schema.List {
		var found []schema.Value
		for _, item := range v.Items() {
			found = append(found, valuesAt(item, path)...)
		}
		return found
	}
	if len(path) == 0 {
		return []schema.Value{v}
	}
	return valuesAt(v.Get(path[0]), path[1:])
}
