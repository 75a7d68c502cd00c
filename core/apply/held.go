package apply

import (
	"sync"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/sdk/secret"
)

// held are the values that were made and that others of the plan are built of, each
// until the last of those is done. Safe for concurrent use.
type held struct {
	mu         sync.Mutex
	wanted     map[string]int // how many changes are still to be built of a secret
	values     map[string]secret.Payload
	operations map[string]plan.Operation
}

func newHeld(todo []plan.Change) *held {
	h := &held{wanted: map[string]int{}, values: map[string]secret.Payload{}, operations: map[string]plan.Operation{}}
	for _, c := range todo {
		for _, input := range c.Inputs {
			if input.Made {
				h.wanted[input.Secret]++
			}
		}
	}
	return h
}

// keep holds a copy of a value that is stored, if anything is to be built of it.
func (h *held) keep(name string, operation plan.Operation, value secret.Payload) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations[name] = operation
	if _, have := h.values[name]; h.wanted[name] > 0 && !have {
		h.values[name] = value.Clone()
	}
}

// get is a value that was made; not when it was not stored.
func (h *held) get(name string) (secret.Payload, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	value, ok := h.values[name]
	return value, ok
}

// operation is the one that stored a value in this apply; zero for none.
func (h *held) operation(name string) plan.Operation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.operations[name]
}

// done lets go of what a change was built of.
func (h *held) done(c plan.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, input := range c.Inputs {
		if !input.Made {
			continue
		}
		if h.wanted[input.Secret]--; h.wanted[input.Secret] == 0 {
			if value, ok := h.values[input.Secret]; ok {
				value.Destroy()
				delete(h.values, input.Secret)
			}
		}
	}
}

func (h *held) destroy() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, value := range h.values {
		value.Destroy()
	}
	clear(h.values)
}
