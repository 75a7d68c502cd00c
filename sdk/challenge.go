package sdk

import "github.com/secretzero/sz/sdk/secret"

// Challenge is how the host asks whether a store holds what it thinks, without
// being told what is there. The zero Challenge asks nothing.
type Challenge struct {
	key     []byte
	address string
	value   bool
	fields  []string
	hide    func(...secret.Value) // from the log of the call
}

// Asked reports whether there is anything to answer, so that a value need not be
// fetched when there is not.
func (c Challenge) Asked() bool { return len(c.key) > 0 && (c.value || len(c.fields) > 0) }

// Answer puts into state what the stored value v says to the challenge. Field
// returns a field of a structured value.
func (c Challenge) Answer(state *State, v secret.Value, field func(name string) (secret.Value, bool)) {
	if !c.Asked() {
		return
	}
	if c.hide != nil {
		c.hide(v)
	}
	if c.value {
		state.Comparison = secret.Comparison(c.key, c.address, v)
	}
	for _, name := range c.fields {
		if part, ok := field(name); ok {
			if state.FieldComparisons == nil {
				state.FieldComparisons = map[string][]byte{}
			}
			state.FieldComparisons[name] = secret.FieldComparison(c.key, c.address, name, part)
		}
	}
}
