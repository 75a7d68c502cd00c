package pluginhost

import (
	"fmt"
	"regexp"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// Bounds of what a plugin may say of itself.
const (
	maxDepth   = 16   // of objects in a schema
	maxPattern = 1024 // bytes of a pattern
	maxKinds   = 1000 // of values, providers and targets together
)

var kindRule = regex.Of(`^[a-z][a-z0-9_-]{0,63}$`)

// boundedDescription refuses a description that would cost more to use than a plugin
// is worth, or whose kinds could not be written in a Secretfile.
func boundedDescription(d Description) error {
	if data, err := wire.MarshalDescription(d); err != nil || len(data) > maxDescription {
		return fmt.Errorf("what it says of itself is larger than %d MiB", maxDescription>>20)
	}
	seen := map[string]bool{}
	check := func(what, kind string, config schema.Object) error {
		switch {
		case !kindRule.MatchString(kind):
			return fmt.Errorf("it serves a %s of kind %q, which is no name", what, harmless(kind))
		case seen[what+" "+kind]:
			return fmt.Errorf("it serves %s %s twice", what, kind)
		case len(seen) == maxKinds:
			return fmt.Errorf("it serves more than %d kinds", maxKinds)
		}
		seen[what+" "+kind] = true
		if err := boundedSchema(config, 1); err != nil {
			return fmt.Errorf("%s %s: %w", what, kind, err)
		}
		return nil
	}
	for _, g := range d.Generators {
		if err := check("value", g.Kind, g.Config); err != nil {
			return err
		}
	}
	for _, p := range d.Providers {
		if err := check("provider", p.Kind, p.Config); err != nil {
			return err
		}
		for _, t := range p.Targets {
			if err := check("target of "+p.Kind, t.Kind, t.Config); err != nil {
				return err
			}
		}
	}
	return nil
}

func boundedSchema(o schema.Object, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("its configuration is nested more than %d deep", maxDepth)
	}
	for _, a := range o.Attributes {
		if len(a.Pattern) > maxPattern {
			return fmt.Errorf("the pattern of %s is longer than %d bytes", harmless(a.Name), maxPattern)
		}
		if _, err := regexp.Compile(a.Pattern); err != nil {
			return fmt.Errorf("the pattern of %s is none: %w", harmless(a.Name), err)
		}
		nested := depth
		for t := &a.Type; t != nil; t = t.Elem {
			if nested++; nested > maxDepth {
				return fmt.Errorf("its configuration is nested more than %d deep", maxDepth)
			}
			if t.Object != nil {
				if err := boundedSchema(*t.Object, nested); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
