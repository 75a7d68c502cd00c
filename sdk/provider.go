package sdk

import (
	"context"
	"fmt"
	"slices"

	"github.com/secretzero/sz/sdk/wire"
)

// Provider is one kind of provider: a [ProviderOf].
type Provider interface {
	kind() string
	describe() wire.ProviderDescription
	open(context.Context, wire.OpenRequest) (session, []Claim, []wire.Diagnostic)
}

// OpenInfo is what a session is told besides its configuration.
type OpenInfo struct {
	Alias       string // what the Secretfile calls the instance, for messages
	ProjectRoot string // where relative paths start; empty without file permissions
	// Allowed are the texts that the user's own configuration allows, by the name of an
	// [Allowance], which reads them.
	Allowed map[string][]string
}

// ProviderOf is a kind of provider whose configuration is a C and whose session
// is an S. One process serves one session.
type ProviderOf[C, S any] struct {
	Kind        string // the name that a Secretfile uses
	Summary     string // one sentence
	Targets     []TargetFor[S]
	Permissions []Permission // besides those that fields of configurations ask for by tag
	Allowances  []Allowance  // what only the user's own configuration may allow

	// Open makes the session. It must not connect to anything: the host opens
	// sessions while planning, and a plan of nothing should cost nothing. The claims
	// tell a person who the session acts as, and hold no credential. Optional: without
	// it the session is the configuration where S is C, else the zero S.
	Open func(ctx context.Context, c C, info OpenInfo) (S, []Claim, error)
	// Close ends the session. Optional.
	Close func(S)
}

func (p ProviderOf[C, S]) kind() string { return p.Kind }

func (p ProviderOf[C, S]) describe() wire.ProviderDescription {
	for _, a := range schemaOf[C]().Attributes {
		if a.Identity {
			panic(fmt.Sprintf("sdk: key %s of provider %s has the option identity: an address is made of the target's keys; where the provider says which store it is, the target's Check puts it into the address", a.Name, p.Kind))
		}
	}
	d := wire.ProviderDescription{Kind: p.Kind, Summary: p.Summary, Config: schemaOf[C](), Permissions: append(p.Permissions[:len(p.Permissions):len(p.Permissions)], permissionsOf[C]()...)}
	for _, t := range p.Targets {
		d.Targets = append(d.Targets, t.describe())
		d.Permissions = append(d.Permissions, t.permissions()...)
	}
	d.Permissions = withoutRepetition(d.Permissions)
	for _, a := range p.Allowances {
		d.Allowances = append(d.Allowances, a.describe(d))
	}
	return d
}

func withoutRepetition(list []Permission) []Permission {
	var out []Permission
	for _, p := range list {
		same := func(other Permission) bool {
			return other.Kind == p.Kind && other.Value == p.Value && other.WhenPath == p.WhenPath && slices.Equal(other.WhenEquals, p.WhenEquals)
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, p)
		}
	}
	return out
}

func (p ProviderOf[C, S]) open(ctx context.Context, request wire.OpenRequest) (session, []Claim, []wire.Diagnostic) {
	c, found := decode[C](ctx, request.Config)
	if wire.Failed(found) {
		return session{}, nil, found
	}
	s, _ := any(c).(S)
	var claims []Claim
	if p.Open != nil {
		var err error
		if s, claims, err = p.Open(ctx, c, OpenInfo{request.Alias, request.ProjectRoot, request.Allowances}); err != nil {
			return session{}, nil, append(found, diagnostics(err)...)
		}
	}
	bound := session{targets: map[string]boundTarget{}, close: func() {}}
	for _, t := range p.Targets {
		bound.targets[t.kind()] = t.bind(s)
	}
	if p.Close != nil {
		bound.close = func() { p.Close(s) }
	}
	return bound, claims, found
}

// session is an opened provider with its targets.
type session struct {
	targets map[string]boundTarget
	close   func()
}
