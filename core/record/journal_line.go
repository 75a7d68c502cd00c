package record

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Intent is the making of a value that was begun: which operation, for which targets.
// Where a store cannot carry our mark, only this tells later whose half-finished write
// it was.
type Intent struct {
	Secret    string `json:"intent"`
	Operation string `json:"op"`
	// Targets are the addresses that were to be written.
	Targets []string `json:"targets"`
	// Empty are those of them where nothing was.
	Empty []string `json:"empty,omitempty"`
}

// forgotten is a secret or a target that was taken out of the lock.
type forgotten struct {
	Secret    string `json:"forget_secret,omitempty"`
	Target    string `json:"forget_target,omitempty"`
	Operation string `json:"op"`
}

// mark is a step of the making of a value that changes nothing in the lock.
type mark struct {
	Generated string `json:"generated,omitempty"`
	Done      string `json:"done,omitempty"`
	Operation string `json:"op"`
}

// journalLine is one line of a journal. Exactly one of its members is set.
type journalLine struct {
	secret *Secret
	target *Target
	intent *Intent
	forget *forgotten
	mark   *mark
}

// name is the step that a line stands for, for fault points.
func (j journalLine) name() string {
	switch {
	case j.secret != nil:
		return "secret"
	case j.target != nil:
		return "written"
	case j.intent != nil:
		return "intent"
	case j.forget != nil:
		return "forgotten"
	case j.mark.Done != "":
		return "done"
	}
	return "generated"
}

func (j journalLine) encode() ([]byte, error) {
	var content any
	switch {
	case j.secret != nil:
		content = j.secret
	case j.target != nil:
		content = j.target
	case j.intent != nil:
		content = j.intent
	case j.forget != nil:
		content = j.forget
	default:
		content = j.mark
	}
	return encodeLine(content)
}

// apply takes a line of a journal over into a lock, read as strictly as the lock itself.
// The lock file may have come from another branch meanwhile: of two lines for one thing
// the greater operation counts.
func (l *Lock) apply(line []byte) error {
	keys, err := objectKeys(line)
	if err != nil {
		return err
	}
	switch has := func(key string) bool { return slices.Contains(keys, key) }; {
	case has("intent"):
		var i Intent
		if err := strictly(line, keys, &i, "intent", "op", "targets", "empty"); err != nil {
			return err
		}
		l.Begun[i.Secret] = i
	case has("done") || has("generated"):
		var m mark
		if err := strictly(line, keys, &m, "generated", "done", "op"); err != nil {
			return err
		}
		if m.Done != "" && l.Begun[m.Done].Operation == m.Operation {
			delete(l.Begun, m.Done)
		}
	case has("forget_secret") || has("forget_target"):
		var f forgotten
		if err := strictly(line, keys, &f, "forget_secret", "forget_target", "op"); err != nil {
			return err
		}
		l.forget(f)
	case has("target"):
		return l.decodeTarget(line, keys)
	case has("secret"):
		return l.decodeSecret(line, keys)
	default:
		return errors.New("it is no step of an apply")
	}
	return nil
}

func (l *Lock) forget(f forgotten) {
	if t, ok := l.Targets[f.Target]; ok && !newer(t.Operation, f.Operation) {
		delete(l.Targets, f.Target)
	}
	if s, ok := l.Secrets[f.Secret]; ok && !newer(s.Operation, f.Operation) {
		delete(l.Secrets, f.Secret)
	}
}

// replayInto takes a whole journal over into a lock. A last line that is broken off was
// not durable, and nothing was done because of it.
func replayInto(l *Lock, text []byte) error {
	if l.Begun == nil {
		l.Begun = map[string]Intent{}
	}
	lines := bytes.Split(text, []byte("\n"))
	for i, line := range lines[:len(lines)-1] {
		var err error
		if i == 0 {
			err = l.follows(line)
		} else {
			err = l.apply(line)
		}
		if err != nil {
			return &FaultError{i + 1, err.Error()}
		}
	}
	return nil
}

// follows takes over the first line of a journal, which says of what project it is.
func (l *Lock) follows(line []byte) error {
	keys, err := objectKeys(line)
	if err != nil {
		return err
	}
	of, seen := New("", ""), false
	if err := of.decodeHeader(line, keys, &seen); err != nil {
		return err
	}
	if err := l.sameAs(of); err != nil {
		return fmt.Errorf("it %w", err)
	}
	switch l.ID {
	case "", of.ID:
		l.ID = of.ID
		return nil
	}
	return fmt.Errorf("it is of a project of this name with id %s, and this one has id %s", of.ID, l.ID)
}
