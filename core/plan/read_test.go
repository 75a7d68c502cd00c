package plan

import (
	"testing"

	"github.com/secretzero/sz/core/secretfile"
)

var elsewhere = Address{"key_vault", "theirs/x"}

// reads makes the secret one that is read elsewhere, where o is seen. was is the
// revision that its value was made of, by the lock file; empty for none.
func (s *scene) reads(o Observation, was string, change ...func(*Secret)) *scene {
	secret := s.secret()
	secret.Read = &Read{Target: Target{Address: elsewhere, Provider: "azure"}, Required: true}
	secret.Parts[0] = Part{Kind: "static", Pieces: []secretfile.Piece{{Ref: &secretfile.Reference{Secret: readInput}}}}
	for _, c := range change {
		c(secret)
	}
	s.observed[elsewhere] = o
	if known, ok := s.recorded.Secrets["s"]; ok && was != "" {
		known.Inputs, known.Text = map[string]string{readInput: elsewhere.String() + " " + was}, secret.text()
		s.recorded.Secrets["s"] = known
	}
	return s
}

func orMade(s *Secret) {
	s.Read.Required, s.Parts[0].Otherwise, s.Parts[0].Kind = false, true, "random_string"
}

func TestValueIsReadWhereTheSourceSays(t *testing.T) {
	at := func(revision string) Observation {
		return Observation{Presence: Present, Receipt: Receipt{Version: 1, Revision: revision}}
	}
	sealed, kept := at("r2"), at("r1")
	sealed.Unreadable, kept.Unreadable = true, true
	stored := func() *scene { return newScene(1).record(0, op1).present(0, op1) }
	const place = "key_vault:theirs/x"
	for _, c := range []struct {
		name   string
		scene  *scene
		want   Action
		reason string
		reads  bool
	}{
		{"nothing is here", newScene(1).reads(at("r1"), ""), Create, "nothing is there yet", true},
		{"nothing is here or there", newScene(1).reads(Observation{Presence: Absent}, ""), Refused, "nothing is at " + place + ", where it is read", false},
		{"nothing is here, and it is deleted there", newScene(1).reads(Observation{Presence: Deleted}, ""), Refused, "nothing is at " + place + ", where it is read", false},
		{"nothing is here, and it is disabled there", newScene(1).reads(Observation{Presence: Disabled}, ""), Refused, "what is at " + place + ", where it is read, is disabled", false},
		{"nothing is here, and get is refused there", newScene(1).reads(sealed, ""), Unsure, "what is at " + place + " may be looked at and not read by this identity; it takes the right to get secrets", false},
		{"nothing is here, and there is unknown", newScene(1).reads(Observation{}, ""), Unsure, "it is not known what is at " + place + ", where it is read", false},
		{"the same is there", stored().reads(at("r1"), "r1"), Keep, "", false},
		{"another value is there", stored().reads(at("r2"), "r1"), Replace, place + ", where it is read, has another value", true},
		{"another value is there, and get is refused", stored().reads(sealed, "r1"), Unsure, "what is at " + place + " may be looked at and not read by this identity; it takes the right to get secrets", false},
		{"the same is there, and get is refused", stored().reads(kept, "r1"), Keep, "", false},
		{"it is gone there", stored().reads(Observation{Presence: Absent}, "r1"), Keep, "", false},
		{"there is unknown", stored().reads(Observation{}, "r1"), Unsure, "it is not known what is at " + place + ", where it is read", false},
		{"it was made before and is read now", stored().reads(at("r1"), ""), Replace, place + ", where it is read, has another value", true},
		{"the lock file is lost", stored().lockLost().reads(at("r1"), ""), Keep, "", false},
		{"it may be made, and nothing is there", newScene(1).reads(Observation{Presence: Absent}, "", orMade), Create, "nothing is there yet", false},
		{"it may be made, and something is there", newScene(1).reads(at("r1"), "", orMade), Create, "nothing is there yet", true},
		{"it was made, and something is there now", stored().reads(at("r1"), "", orMade), Replace, place + ", where it is read, has another value", true},
		{"it was made, and nothing is there yet", stored().reads(Observation{Presence: Absent}, "", orMade), Keep, "", false},
		{"it was made, and a rotation is asked for", stored().reads(Observation{Presence: Absent}, "", orMade).asked(func(i *Intent, s Selection) { i.Rotate = s }), Replace, "a rotation was asked for", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			change := Decide(c.scene.desired, c.scene.intent, c.scene.recorded, c.scene.observed, day1).Changes[0]
			if step := change.Steps[0]; step.Action != c.want || step.Reason != c.reason {
				t.Errorf("%s: %q", step.Action, step.Reason)
			}
			if reads := change.Reads(); (len(reads) == 1) != c.reads {
				t.Errorf("it reads %v", reads)
			}
		})
	}
}
