package plan

import (
	"testing"

	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/secret"
)

// composed adds a secret c that is built of s, with one target, whose lock tells of
// a value that was made from an operation of s.
func (s *scene) composed(from Operation) *scene {
	pieces := []secretfile.Piece{{Text: secret.FromString("x-"), Written: true}, {Ref: &secretfile.Reference{Secret: "s"}}}
	c := Secret{Name: "c", Kind: "compose", Definition: "d1", Parts: []Part{{Kind: "compose", Pieces: pieces}}}
	c.Targets = []Target{{Address: address(9), Can: Capabilities{true, true, true, true, true, true, true}}}
	s.desired.Secrets = append(s.desired.Secrets, c)
	s.observed[address(9)] = Observation{Presence: Absent}
	if from.IsZero() {
		return s
	}
	s.recorded.Secrets["c"] = RecordedSecret{Operation: op1, Definition: "d1", Inputs: map[string]string{"s": from.String()}, Text: c.text()}
	s.recorded.Targets[address(9)] = RecordedTarget{Secret: "c", Operation: op1, Receipt: Receipt{Version: 1, Revision: "r"}}
	mark := Mark{Owner: Owner{"shop", projectA, "-", "c"}.String(), Operation: op1.String(), Definition: "d1"}
	s.observed[address(9)] = Observation{Presence: Present, Mark: mark, Match: Matches, Receipt: Receipt{Version: 1, Revision: "r"}}
	return s
}

func unreadable(s *Secret) { s.Targets[0].Can.Read = false }

func TestComposedSecretsFollowTheirInputs(t *testing.T) {
	cases := []struct {
		name   string
		scene  *scene
		want   Action
		reason string
	}{
		{"nothing is there", newScene(1).composed(Operation{}), Create, "nothing is there yet"},
		{"nothing changed", newScene(1).record(0, op1).present(0, op1).composed(op1), Keep, ""},
		{"the input has another value", newScene(1).record(0, op2).present(0, op2).composed(op1), Replace, "s, of which it is built, has another value"},
		{"the input is made in the same plan", newScene(1).composed(op1), Replace, "s, of which it is built, gets a new value"},
		{"the input is there and this is not", newScene(1).record(0, op1).present(0, op1).composed(Operation{}), Create, "nothing is there yet"},
		{"the input cannot be read", newScene(1).with(unreadable).record(0, op2).present(0, op2).composed(op1), Refused, "it is built of s, which can be read from none of its targets"},
		{"the input cannot be read and need not be", newScene(1).with(unreadable).record(0, op1).present(0, op1).composed(op1), Keep, ""},
		{"the input is unknown", newScene(1).record(0, op1).see(0, Observation{}).composed(op1), Unsure, "it is built of s, of which it is not known what it is"},
		{"the input is unknown and this is not there", newScene(1).see(0, Observation{}).composed(Operation{}), Unsure, "it is built of s, of which it is not known what it is"},
		{"the input is drifted", newScene(1).record(0, op2).present(0, op2, keptMark).composed(op1), Blocked, "it is built of s, which must be settled first"},
		{"the input is in conflict", newScene(1).see(0, Observation{Presence: Present}).composed(Operation{}), Blocked, "it is built of s, which must be settled first"},
		{"the text changed", newScene(1).record(0, op1).present(0, op1).composed(op1).rewritten(), Replace, "the text that it is built with changed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := Decide(c.scene.desired, c.scene.intent, c.scene.recorded, c.scene.observed, day1)
			step := p.Changes[1].Steps[0]
			if step.Action != c.want || step.Reason != c.reason {
				t.Errorf("%s: %s", step.Action, step.Reason)
			}
			if (p.Changes[1].Number > 0) != (c.want == Create || c.want == Replace) {
				t.Errorf("number %d", p.Changes[1].Number)
			}
			if input := p.Changes[1].Inputs[0]; c.want.Changes() && !input.Made && input.Origin == nil {
				t.Error("nothing says where the input is read")
			}
		})
	}
}

func (s *scene) rewritten() *scene {
	s.desired.Secrets[1].Parts[0].Pieces[0].Text = secret.FromString("y-")
	return s
}

// TestTextFromOutsideIsInNoDigest: what comes from the environment leaves no trace
// in the lock file.
func TestTextFromOutsideIsInNoDigest(t *testing.T) {
	digest := func(text string, written bool) string {
		return Secret{Name: "c", Parts: []Part{{Pieces: []secretfile.Piece{{Text: secret.FromString(text), Written: written}, {Ref: &secretfile.Reference{Secret: "s"}}}}}}.text()
	}
	if digest("a", false) != digest("b", false) || digest("a", true) == digest("b", true) {
		t.Error("the digest is of the wrong texts")
	}
}

func TestWhatIsBuiltOfStatedValuesIsStated(t *testing.T) {
	stated := func(text string) *secret.Payload {
		p := secret.NewText(secret.FromString(text))
		return &p
	}
	earlier := map[string]*Secret{
		"host": {Name: "host", Parts: []Part{{Stated: stated("h")}}},
		"made": {Name: "made", Parts: []Part{{}}},
		"db":   {Name: "db", Structured: true, Parts: []Part{{Field: "user", Stated: stated("u")}, {Field: "password"}}},
	}
	build := func(name, field string) *Secret {
		s := &Secret{Name: "c", Parts: []Part{{Pieces: []secretfile.Piece{{Text: secret.FromString("x-")}, {Ref: &secretfile.Reference{Secret: name, Field: field}}}}}}
		if err := s.settle(earlier); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := build("host", ""); !s.Stated() || string(s.Parts[0].Stated.Scalar().Expose()) != "x-h" {
		t.Error("a value of stated values is not stated")
	}
	if s := build("db", "user"); !s.Stated() {
		t.Error("a value of a stated field is not stated")
	}
	for _, ref := range [][2]string{{"made", ""}, {"db", "password"}} {
		if s := build(ref[0], ref[1]); s.Stated() || !s.Composed() {
			t.Errorf("%s: what is made is not known before", ref)
		}
	}
}
