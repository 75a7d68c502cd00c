package sdk

import (
	"context"

	"github.com/secretzero/sz/sdk/internal/config"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// Generator is one kind of generated value: a [GeneratorOf].
type Generator interface {
	kind() string
	describe() wire.GeneratorDescription
	check(context.Context, wire.GeneratorItem) wire.GeneratorCheck
	generate(context.Context, wire.GeneratorItem) wire.Generated
}

// ProjectFile is the type of a setting of a generator whose text may be the name of a
// file of the project, such as a script: the generator is given its content as it was
// when the plan was made, for it can open no files. Give the field a tag read:"…".
type ProjectFile = config.File

// GeneratorOf is a kind of value whose configuration is a C.
type GeneratorOf[C any] struct {
	Kind    string   // the name that a Secretfile uses
	Summary string   // one sentence
	Fields  []string // the names of a structured value's parts, in order; none for a single value
	// Permissions are what the process asks for besides what tags of C say. Generators
	// are given nothing as a rule: the host grants these to plugins of its own only.
	Permissions []Permission

	// Check finds what tags cannot say, and tells the strength of a value made
	// so, in bits; 0 means not known. Optional.
	Check func(c C) (entropyBits float64, err error)
	// Generate makes a new value, from crypto/rand alone: the host asks for one only
	// when a plan that a person approved says so, and each answer must be another.
	Generate func(ctx context.Context, c C) (secret.Payload, error)
}

func (g GeneratorOf[C]) kind() string { return g.Kind }

func (g GeneratorOf[C]) describe() wire.GeneratorDescription {
	return wire.GeneratorDescription{
		Kind: g.Kind, Summary: g.Summary, Config: schemaOf[C](), Fields: g.Fields,
		Permissions: append(permissionsOf[C](), g.Permissions...),
	}
}

// config is the configuration of an item, with the files that it names.
func (g GeneratorOf[C]) config(ctx context.Context, item wire.GeneratorItem) (C, []wire.Diagnostic) {
	c, found := decode[C](ctx, item.Config)
	content := make(map[string][]byte, len(item.Files))
	for _, f := range item.Files {
		content[f.Path] = f.Data
	}
	config.Attach(&c, content)
	return c, found
}

func (g GeneratorOf[C]) check(ctx context.Context, item wire.GeneratorItem) wire.GeneratorCheck {
	c, found := g.config(ctx, item)
	if wire.Failed(found) || g.Check == nil {
		return wire.GeneratorCheck{Diagnostics: found}
	}
	bits, err := g.Check(c)
	return wire.GeneratorCheck{Diagnostics: append(found, diagnostics(err)...), EntropyBits: bits}
}

func (g GeneratorOf[C]) generate(ctx context.Context, item wire.GeneratorItem) wire.Generated {
	if check := g.check(ctx, item); wire.Failed(check.Diagnostics) {
		return wire.Generated{Diagnostics: check.Diagnostics}
	}
	c, _ := g.config(ctx, item)
	payload, err := g.Generate(ctx, c)
	return wire.Generated{Payload: payload, Diagnostics: diagnostics(err)}
}
