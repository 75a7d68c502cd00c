package apply

import (
	"crypto/rand"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/record"
)

// intend chooses the operations of changes and records what is about to be made, so
// that after a crash it is known whose a half-finished write is. An error means that
// nothing may be begun.
func (r *run) intend(changes []plan.Change) ([]plan.Operation, error) {
	operations := make([]plan.Operation, len(changes))
	var intents []record.Intent
	for i, c := range changes {
		operations[i] = c.Live
		if c.Number == 0 {
			continue // the live value is copied under its own operation
		}
		operation, err := plan.NewOperation(c.Number, r.Now(), rand.Reader)
		if err != nil {
			return nil, err
		}
		operations[i] = operation
		intents = append(intents, intent(c, operation))
	}
	return operations, r.Lock.Intend(intents)
}

func intent(c plan.Change, operation plan.Operation) record.Intent {
	i := record.Intent{Secret: c.Secret.Name, Operation: operation.String()}
	for _, s := range c.Steps {
		if !s.Action.Changes() {
			continue
		}
		i.Targets = append(i.Targets, s.Target.Address.String())
		if s.Before.Absent {
			i.Empty = append(i.Empty, s.Target.Address.String())
		}
	}
	return i
}

// generated records which values were made. A change whose making is not on record goes
// no further.
func (r *run) generated(changes []plan.Change, operations []plan.Operation, made []values, problems []*plan.Problem) {
	list := map[string]string{}
	for i, c := range changes {
		if len(made[i]) > 0 && problems[i] == nil {
			list[c.Secret.Name] = operations[i].String()
		}
	}
	err := r.Lock.Generated(list)
	if err == nil {
		return
	}
	for i, c := range changes {
		if _, ok := list[c.Secret.Name]; ok {
			problems[i] = &plan.Problem{Code: "not-recordable", Summary: "made and not stored, because it could not be recorded: " + err.Error()}
		}
	}
}
