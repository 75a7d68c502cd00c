package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/record"
)

// FromLock is what a lock file tells, in the terms of a decision. Ids and
// addresses that cannot be read are errors: the file was edited.
func FromLock(lock *record.Lock) (Recorded, error) {
	r := Recorded{ProjectID: lock.ID, Secrets: map[string]RecordedSecret{}, Targets: map[Address]RecordedTarget{}, Begun: map[string]Begun{}}
	var found []error
	for name, s := range lock.Secrets {
		operation, err := ParseOperation(s.Operation)
		if err != nil {
			found = append(found, fmt.Errorf("lock file: secret %s: %w", name, err))
			continue
		}
		r.Secrets[name] = RecordedSecret{Operation: operation, Created: s.Created, Rotated: s.Rotated, Definition: s.Definition, PreventDestroy: s.PreventDestroy, Inputs: s.Inputs, Text: s.Text}
	}
	for address, t := range lock.Targets {
		operation, err := ParseOperation(t.Operation)
		place, ok := strings.CutPrefix(address, t.Kind+":")
		if err != nil || !ok {
			found = append(found, fmt.Errorf("lock file: target %s: %w", address, errors.Join(err)))
			continue
		}
		retiring, err := retirements(t.Retiring)
		if err != nil {
			found = append(found, fmt.Errorf("lock file: target %s: %w", address, err))
		}
		r.Targets[Address{t.Kind, place}] = RecordedTarget{
			Secret: t.Secret, Operation: operation, Written: t.Written, Origin: t.Origin, Retiring: retiring,
			Receipt: Receipt{Version: t.Version, Revision: t.Revision, Data: t.Data},
		}
	}
	for name, i := range lock.Begun {
		operation, err := ParseOperation(i.Operation)
		if err != nil {
			found = append(found, fmt.Errorf("journal: secret %s: %w", name, err))
			continue
		}
		begun := Begun{operation, map[Address]bool{}}
		for _, address := range i.Targets {
			kind, place, _ := strings.Cut(address, ":")
			begun.Targets[Address{kind, place}] = slices.Contains(i.Empty, address)
		}
		r.Begun[name] = begun
	}
	return r, errors.Join(found...)
}

func retirements(list []record.Retirement) ([]Retirement, error) {
	var out []Retirement
	for _, r := range list {
		operation, err := ParseOperation(r.Operation)
		if err != nil {
			return nil, err
		}
		out = append(out, Retirement{r.Revision, operation, r.Due})
	}
	return out, nil
}
