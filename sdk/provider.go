package sdk

import (
	"context"

	"github.com/secretzero/sz/sdk/wire"
)

// Provider is one kind of provider: a [ProviderOf].
type Provider interface {
	describe() wire.ProviderDescription
	open(context.Context, wire.OpenRequest) (session, []Claim, []wire.Diagnostic)
}

// OpenInfo is what a session is told besides its configuration.
type OpenInfo struct {
	Alias       string // what the Secretfile calls the instance, for messages
	ProjectRoot string // where relative paths start; empty without file permissions
}

// ProviderOf is a kind of provider whose configuration is a C and whose session
// is an S. One process serves one session.
type ProviderOf[C, S any] struct {
	Kind        string // the name that a Secretfile uses
	Summary     string // one sentence
	Targets     []TargetFor[S]
	Permissions []Permission

	// Open makes the session. It must not connect to anything: the host opens
	// sessions while planning, and a plan of nothing should cost nothing.
	Open func(ctx context.Context, c C, info OpenInfo) (S, []Claim, error)
	// Close ends the session. Optional.
	Close func(S)
}

func (p ProviderOf[C, S]) describe() wire.ProviderDescription {
	d := wire.ProviderDescription{Kind: p.Kind, Summary: p.Summary, Config: schemaOf[C](), Permissions: p.Permissions}
	for _, t := range p.Targets {
		d.Targets = append(d.Targets, t.describe())
	}
	return d
}

func (p ProviderOf[C, S]) open(ctx context.Context, request wire.OpenRequest) (session, []Claim, []wire.Diagnostic) {
	c, found := decode[C](request.Config)
	if wire.Failed(found) {
		return session{}, nil, found
	}
	s, claims, err := p.Open(ctx, c, OpenInfo{request.Alias, request.ProjectRoot})
	if err != nil {
		return session{}, nil, append(found, diagnostics(err)...)
	}
	bound := session{targets: map[string]boundTarget{}, close: func() {}}
	for _, t := range p.Targets {
		bound.targets[t.describe().Kind] = t.bind(s)
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
