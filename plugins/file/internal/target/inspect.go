package target

import (
	"context"
	"io/fs"
	"os"

	"github.com/secretzero/sz/plugins/file/internal/format"
	"github.com/secretzero/sz/plugins/file/internal/place"
	"github.com/secretzero/sz/plugins/file/internal/state"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// file is a file that was read.
type file struct {
	text     []byte
	info     fs.FileInfo // nil when there is no file
	document format.Document
}

func (f file) seen() place.Seen { return place.Seen{Info: f.info, Text: f.text} }

func readFile(root *os.Root, s spot) (file, error) {
	text, info, err := place.Read(root, s.name)
	if err != nil {
		return file{}, failed("reading", s.name, err)
	}
	document, err := format.Parse(s.format, text)
	if err != nil {
		return file{}, &sdk.Error{
			Class: sdk.Conflict, Code: "unreadable-file", Summary: s.name + " cannot be read as " + s.format, Detail: err.Error(), Hint: "mend the file, or move it away",
		}
	}
	return file{text, info, document}, nil
}

// look opens what is needed to look at a target, changing nothing.
func look(s *session, t sdk.Target[Config]) (spot, file, *state.Store, error) {
	memory, err := state.Look(s.project)
	if err != nil {
		return spot{}, file{}, nil, failed("opening", "the state", err)
	}
	where, err := spotOf(t, memory)
	if err == nil {
		var there file
		if there, err = s.read(where); err == nil {
			return where, there, memory, nil
		}
	}
	_ = memory.Close()
	return spot{}, file{}, nil, err
}

func (s *session) read(where spot) (file, error) {
	root, err := s.root()
	if err != nil {
		return file{}, failed("opening", "the project", err)
	}
	defer root.Close()
	return readFile(root, where)
}

// inspect says whether the keys are there and whether they are what we wrote.
func inspect(_ context.Context, s *session, i sdk.Inspection[Config]) (sdk.State, error) {
	where, there, memory, err := look(s, i.Target)
	if err != nil {
		return sdk.State{}, err
	}
	defer memory.Close()
	payload, present := where.stored(there.document)
	foreign := where.foreign(there.document)
	if !present && !foreign {
		return sdk.State{Presence: sdk.Absent}, nil
	}
	result := sdk.State{Presence: sdk.Present, Match: sdk.CannotTell}
	entry, known, same := memory.Find(i.Address, payload)
	same = same && !foreign
	if known {
		result.Receipt = receipt(entry.Revision)
	}
	if known && same {
		// What this machine remembers of the write, for want of a mark in the file.
		result.Mark = sdk.Mark{Owner: entry.Owner, Operation: entry.Operation}
	}
	if known && !same && present && !foreign {
		result.Receipt = s.seen.add(result.Receipt, memory, i.Address, payload)
	}
	if known && entry.Revision == i.Receipt.Revision {
		result.Match = sdk.Differs
		if same {
			result.Match = sdk.Matches
		}
	}
	if same {
		payload = where.typed(payload, entry.Types)
	}
	if flat, err := payload.Flat(); err == nil {
		i.Challenge.Answer(&result, flat, flatField(payload))
	}
	return result, nil
}

func receipt(revision string) sdk.Receipt { return sdk.Receipt{Version: 1, Revision: revision} }

func flatField(p secret.Payload) func(string) (secret.Value, bool) {
	return func(name string) (secret.Value, bool) {
		part, ok := p.Field(name)
		if !ok {
			return secret.Value{}, false
		}
		v, err := part.Flat()
		return v, err == nil
	}
}

// read gives out what is there, unless it is known not to be what was asked for.
func read(_ context.Context, s *session, r sdk.Read[Config]) (sdk.ReadResult, error) {
	where, there, memory, err := look(s, r.Target)
	if err != nil {
		return sdk.ReadResult{}, err
	}
	defer memory.Close()
	payload, present := where.stored(there.document)
	if !present {
		return sdk.ReadResult{}, &sdk.Error{Class: sdk.NotFound, Code: "not-found", Summary: r.Address + " is not there", Hint: "apply puts it there"}
	}
	entry, known, same := memory.Find(r.Address, payload)
	if wanted := r.Receipt.Revision; wanted != "" && known && (entry.Revision != wanted || !same) {
		return sdk.ReadResult{}, &sdk.Error{
			Class: sdk.Conflict, Code: "precondition-failed", Summary: r.Address + " does not hold what was written there any more", Hint: "plan again",
		}
	}
	result := sdk.ReadResult{Payload: payload}
	if known && same {
		result = sdk.ReadResult{Payload: where.typed(payload, entry.Types), Receipt: receipt(entry.Revision)}
	}
	return result, nil
}
