package apply

import (
	"context"
	"fmt"

	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/secret"
)

// inputs gets the values that a secret is built of: those made in this apply, those
// stated, and the rest from their targets.
func (r *run) inputs(ctx context.Context, c plan.Change) (map[string]secret.Payload, *plan.Problem) {
	values := map[string]secret.Payload{}
	for _, input := range c.Inputs {
		switch {
		case input.Made:
			made, ok := r.held.get(input.Secret)
			if !ok {
				return nil, &plan.Problem{Class: plan.OtherProblem, Code: "input-failed", Summary: fmt.Sprintf("not built, because %s, of which it is built, was not stored", input.Secret)}
			}
			values[input.Secret] = made
		case input.Stated != nil:
			values[input.Secret] = *input.Stated
		default:
			read, problem := r.readFrom(ctx, input.OriginSecret, *input.Origin, input.OriginReceipt, pluginhost.ReadForSource)
			if problem != nil {
				return nil, problem
			}
			values[input.Secret] = read
		}
	}
	return values, nil
}

// inputOperations are the operations of the inputs, as the value was built of them.
func (r *run) inputOperations(c plan.Change) map[string]string {
	if len(c.Inputs) == 0 {
		return nil
	}
	operations := map[string]string{}
	for _, input := range c.Inputs {
		operations[input.Secret] = input.State()
		if input.Made && r.held != nil {
			operations[input.Secret] = r.held.operation(input.Secret).String()
		}
	}
	return operations
}

func compose(c plan.Change, p plan.Part, values map[string]secret.Payload) (secret.Payload, *plan.Problem) {
	payload, err := value.Compose(p.Pieces, func(ref secretfile.Reference) (secret.Payload, error) {
		held, ok := values[ref.Secret]
		if ok && ref.Field != "" {
			held, ok = held.Field(ref.Field)
		}
		if !ok {
			return secret.Payload{}, fmt.Errorf("secret.%s has no field %s", ref.Secret, ref.Field)
		}
		return held, nil
	})
	if err != nil {
		return secret.Payload{}, &plan.Problem{Class: plan.ConfigProblem, Code: "not-composable", Summary: fmt.Sprintf("secret %s cannot be built: %v", c.Secret.Name, err)}
	}
	return payload, nil
}

// composeFields builds the fields that are built of others, in whatever order they
// can be: the graph has made sure that there is one.
func composeFields(c plan.Change, fields []secret.Field, values map[string]secret.Payload) *plan.Problem {
	for range c.Secret.Parts {
		waiting := false
		for i, p := range c.Secret.Parts {
			if p.Pieces == nil || fields[i].Name != "" {
				continue
			}
			if waits(c.Secret, p, fields) {
				waiting = true
				continue
			}
			values[c.Secret.Name] = secret.NewObject(present(fields))
			payload, problem := compose(c, p, values)
			if problem != nil {
				return problem
			}
			fields[i] = secret.Field{Name: p.Field, Value: payload}
		}
		if !waiting {
			return nil
		}
	}
	return &plan.Problem{Code: "internal", Summary: "fields of " + c.Secret.Name + " wait for each other"}
}

// waits reports a field that reads one of its own secret that is not built yet.
func waits(s plan.Secret, p plan.Part, fields []secret.Field) bool {
	for _, piece := range p.Pieces {
		if piece.Ref == nil || piece.Ref.Secret != s.Name {
			continue
		}
		for i, other := range s.Parts {
			if other.Field == piece.Ref.Field && fields[i].Name == "" {
				return true
			}
		}
	}
	return false
}

// present are the fields that are there already.
func present(fields []secret.Field) []secret.Field {
	var list []secret.Field
	for _, f := range fields {
		if f.Name != "" {
			list = append(list, f)
		}
	}
	return list
}

// readFrom reads a value at a target, whole.
func (r *run) readFrom(ctx context.Context, s plan.Secret, t plan.Target, receipt plan.Receipt, reason pluginhost.ReadReason) (secret.Payload, *plan.Problem) {
	result, found, err := r.writer(t.Provider).Read(ctx, pluginhost.ReadItem{Target: ref(s, t), Receipt: pluginhost.Receipt(receipt), Reason: reason})
	if err != nil {
		return secret.Payload{}, failure(err)
	}
	if problem := observe.Problem(found); problem != nil {
		return secret.Payload{}, problem
	}
	if !s.Object() || result.Payload.Type() == secret.Object {
		return result.Payload, nil
	}
	object, err := secret.ParseJSON(result.Payload.Scalar())
	if err != nil || object.Type() != secret.Object {
		return object, &plan.Problem{Class: plan.ConflictProblem, Code: "not-an-object", Summary: fmt.Sprintf("%s does not hold a JSON object", t.Address)}
	}
	return object, nil
}
