package conformance

import (
	"bytes"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// samples are values that stores lose or change.
func samples() []secret.Field {
	text := func(s string) secret.Payload { return secret.NewText(secret.FromString(s)) }
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	return []secret.Field{
		{Name: "unicode", Value: text("grüße 🔑 日本語 \u202etxet " + random())},
		{Name: "quotes, spaces and newlines", Value: text(" \"a\\b\" 'c' $d {{e}} #f\nline two\r\n\ttab " + random() + " ")},
		{Name: "empty", Value: text("")},
		{Name: "25 KiB", Value: text(strings.Repeat("0123456789abcdef", 25*64-2) + random()[:16] + random()[:16])},
		{Name: "binary", Value: secret.Scalar(secret.Binary, secret.New(bytes.Clone(every)))},
		{Name: "structured", Value: secret.NewObject([]secret.Field{
			{Name: "user", Value: text("app-" + random())}, {Name: "port", Value: secret.Scalar(secret.Number, secret.FromString("5432"))},
			{Name: "tls", Value: secret.Scalar(secret.Bool, secret.FromString("true"))},
		})},
	}
}

func keepsValues(t *trial, c *targetCase) {
	s := c.begin(t)
	for _, sample := range samples() {
		p := c.place(t, s, fieldNames(sample.Value)...)
		if p == nil {
			t.notef("%s: refused by the configuration", sample.Name)
			continue
		}
		if size := sample.Value.Scalar().Len(); p.check.MaxValue > 0 && size > p.check.MaxValue {
			t.notef("%s: the target says that it holds %d bytes at most", sample.Name, p.check.MaxValue)
			continue
		}
		result := c.write(t, s, p, sample.Value)
		if result.Outcome == wire.NotApplied && slices.ContainsFunc(result.Diagnostics, refusal) {
			t.notef("%s: refused: %s", sample.Name, texts(result.Diagnostics))
			continue
		}
		if !stored(result) {
			t.errorf("%s: not stored: %s", sample.Name, texts(result.Diagnostics))
			continue
		}
		same, known := c.holds(t, s, p, sample.Value)
		switch {
		case !known:
			t.skipf("the kind can neither read a value back nor answer a challenge")
		case !same:
			t.errorf("%s: what comes back is not what was stored; refuse a value that the store cannot keep", sample.Name)
		}
	}
}

// refusal is an error with which a plugin may refuse a value.
func refusal(d wire.Diagnostic) bool {
	return !d.Warning && (d.Class == wire.InvalidConfig || d.Class == wire.Unsupported)
}

func fieldNames(p secret.Payload) []string {
	var names []string
	for _, f := range p.Fields() {
		names = append(names, f.Name)
	}
	return names
}

func updates(t *trial, c *targetCase) {
	if !c.description.Can(wire.CanUpdate) {
		t.skipf("the kind has no Update")
	}
	s := c.begin(t)
	p, value := c.place(t, s), canary()
	c.mustWrite(t, s, p, value)
	mark := p.mark
	mark.Definition = "d2"
	result, err := s.changer.Update(t.call(), wire.UpdateItem{Target: p.ref, Mark: mark, Expect: p.receipt})
	t.must(err)
	if !stored(result) {
		t.fatalf("an update was not carried out: %s", texts(result.Diagnostics))
	}
	p.receipt = result.Receipt
	if state := c.inspect(t, s, p, nil); c.description.Can(wire.CanMark) && state.Mark.Definition != "d2" {
		t.errorf("after an update the mark has the definition %q, not d2", state.Mark.Definition)
	}
	if same, known := c.holds(t, s, p, value); known && !same {
		t.errorf("an update changed the value")
	}
}

func retires(t *trial, c *targetCase) {
	if !c.description.Can(wire.CanRetire) {
		t.skipf("the kind has no Retire: what the checks wrote stays where it is")
	}
	s := c.begin(t)
	p, value := c.place(t, s), canary()
	c.mustWrite(t, s, p, value)
	retire := func(mode wire.RetireMode, mark wire.Mark) wire.WriteResult {
		result, err := s.changer.Retire(t.call(), wire.RetireItem{Target: p.ref, Mode: mode, Mark: mark})
		if err != nil {
			return wire.WriteResult{Outcome: wire.NotApplied}
		}
		return result
	}
	if r := retire(99, p.mark); r.Outcome == wire.Applied {
		t.errorf("a mode that the contract does not have was carried out")
	}
	if c.description.Can(wire.CanMark) {
		other := p.mark
		other.Owner = "another-project.1/-/secret"
		if r := retire(wire.RetireDelete, other); r.Outcome == wire.Applied {
			t.errorf("what carries another mark was deleted")
		}
	}
	if same, known := c.holds(t, s, p, value); known && !same {
		t.fatalf("the value is gone")
	}
	if r := retire(wire.RetireDelete, p.mark); r.Outcome != wire.Applied {
		t.fatalf("a deletion was not carried out: %s", texts(r.Diagnostics))
	}
	if c.description.Can(wire.CanInspect) {
		if state := c.inspect(t, s, p, nil); state.Presence != wire.Absent && state.Presence != wire.Deleted && state.Presence != wire.Changing {
			t.errorf("after a deletion Inspect says presence %d", state.Presence)
		}
	}
	readsNothing(t, c, s, p)
}

// readsNothing reads where nothing is: an empty value would be copied as one.
func readsNothing(t *trial, c *targetCase, s *session, p *place) {
	if !c.description.Can(wire.CanRead) {
		return
	}
	_, found, err := s.changer.Read(t.call(), wire.ReadItem{Target: p.ref, Reason: wire.ReadForCopy})
	if err == nil && !wire.Failed(found) {
		t.errorf("Read where nothing is answers with a value; it is an error of class NOT_FOUND")
	}
}
