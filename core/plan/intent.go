package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
)

// Intent is what a person asks for beside what the Secretfile says. The zero Intent
// asks for nothing.
type Intent struct {
	// Only limits the plan to some secrets and targets; nil means all. What they are
	// built of is read and not changed.
	Only Selection
	// Replace asks for new values, whatever is there.
	Replace Selection
	// Rotate asks for new values where rotation may make them.
	Rotate Selection
	// Accept takes what was changed outside for the value; Restore puts the value
	// back over it.
	Accept, Restore Selection
	// Adopt takes what somebody else put at targets for the value. A target that is
	// named is taken over whatever it holds.
	Adopt Selection
	// Confirmed means that a person sees the plan and is asked: their yes is their word
	// for what the Secretfile asks to adopt, and for values that nothing here tells of.
	Confirmed bool
	// Prune deletes what the Secretfile wants no more.
	Prune bool
	// DeleteAdopted deletes also what was there before us.
	DeleteAdopted Selection
	// Revoke retires earlier versions at once, whatever their overlap.
	Revoke Selection
	// OnlyDue limits the plan to values whose rotation is due, with what is built of
	// them.
	OnlyDue bool
	// KeepDue leaves values whose rotation is due.
	KeepDue bool
}

// Selection is some secrets by name, each with the targets that are meant; none
// means all of them.
type Selection map[string][]Address

// Has reports whether a secret is selected.
func (s Selection) Has(name string) bool {
	_, ok := s[name]
	return ok
}

// HasTarget reports whether a target of a secret is selected.
func (s Selection) HasTarget(name string, address Address) bool {
	targets, ok := s[name]
	return ok && (len(targets) == 0 || slices.Contains(targets, address))
}

// Select finds what addresses mean: NAME, with * for any text in it, or
// NAME@TARGET, where TARGET is an address as a plan shows it or the end of one. An
// address that means nothing is an error, as is an end that means several targets.
func Select(desired Desired, addresses []string) (Selection, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	selected := Selection{}
	for _, text := range addresses {
		name, target, narrow := strings.Cut(text, "@")
		found := false
		for _, s := range desired.Secrets {
			if ok, err := path.Match(name, s.Name); err != nil || !ok {
				continue
			}
			found = true
			if !narrow {
				selected[s.Name] = nil
				continue
			}
			address, err := s.targetBySuffix(target)
			if err != nil {
				return nil, err
			}
			if had, ok := selected[s.Name]; !ok || len(had) > 0 {
				selected[s.Name] = append(had, address)
			}
		}
		if !found {
			return nil, fmt.Errorf("%s names no secret%s", name, didYouMean(name, desired))
		}
	}
	return selected, nil
}

func didYouMean(name string, desired Desired) string {
	var names []string
	for _, s := range desired.Secrets {
		names = append(names, s.Name)
	}
	if near := schema.Nearest(name, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

func (s Secret) targetBySuffix(suffix string) (Address, error) {
	var found []Address
	for _, t := range s.Targets {
		if strings.HasSuffix(t.Address.String(), suffix) && suffix != "" {
			found = append(found, t.Address)
		}
	}
	switch len(found) {
	case 0:
		return Address{}, fmt.Errorf("secret %s has no target %s", s.Name, suffix)
	case 1:
		return found[0], nil
	}
	return Address{}, fmt.Errorf("%s means %d targets of secret %s", suffix, len(found), s.Name)
}

// Users adds to a selection what is built of the secrets in it.
func (d Desired) Users(s Selection) Selection {
	if s == nil || d.Graph == nil {
		return s
	}
	all := Selection{}
	var add func(name string, targets []Address)
	add = func(name string, targets []Address) {
		if had, ok := all[name]; ok && len(had) == 0 {
			return
		}
		all[name] = targets
		for _, user := range d.Graph.Users(name) {
			if !s.Has(user) {
				add(user, nil)
			}
		}
	}
	for name, targets := range s {
		add(name, targets)
	}
	return all
}
