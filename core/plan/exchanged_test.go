package plan

import (
	"strings"
	"testing"
)

// pair adds a secret t with one target to a scene of s, each made by an operation of its
// own.
func pair() *scene {
	s := newScene(1).record(0, op1).present(0, op1)
	t := Secret{Name: "t", Kind: "random_string", Definition: "d1", Targets: []Target{{Address: address(8), Can: Capabilities{true, true, true, true, true, true, true}}}}
	s.desired.Secrets = append(s.desired.Secrets, t)
	s.recorded.Secrets["t"] = RecordedSecret{Operation: op2, Definition: "d1"}
	s.recorded.Targets[address(8)] = RecordedTarget{Secret: "t", Operation: op2, Receipt: Receipt{Version: 1, Revision: "r"}}
	mark := Mark{Owner: Owner{"shop", projectA, "-", "t"}.String(), Operation: op2.String(), Definition: "d1"}
	s.observed[address(8)] = Observation{Presence: Present, Mark: mark, Match: Matches, Receipt: Receipt{Version: 1, Revision: "r"}}
	return s
}

func TestOperationsOfAnotherSecretAreNotBelieved(t *testing.T) {
	swap := func(s *scene, secrets, targets bool) *scene {
		if secrets {
			a, b := s.recorded.Secrets["s"], s.recorded.Secrets["t"]
			a.Operation, b.Operation = b.Operation, a.Operation
			s.recorded.Secrets["s"], s.recorded.Secrets["t"] = a, b
		}
		if targets {
			a, b := s.recorded.Targets[address(0)], s.recorded.Targets[address(8)]
			a.Operation, b.Operation = b.Operation, a.Operation
			s.recorded.Targets[address(0)], s.recorded.Targets[address(8)] = a, b
		}
		return s
	}
	for name, c := range map[string]struct {
		scene *scene
		want  Action
		said  int
	}{
		"as they were":      {pair(), Keep, 0},
		"every line":        {swap(pair(), true, true), Drifted, 2},
		"the secrets alone": {swap(pair(), true, false), Drifted, 2},
		"the targets alone": {swap(pair(), false, true), Drifted, 2},
	} {
		p := Decide(c.scene.desired, c.scene.intent, c.scene.recorded, c.scene.observed, day1)
		for _, change := range p.Changes {
			if change.Action != c.want {
				t.Errorf("%s: %s is %s, want %s", name, change.Secret.Name, change.Action, c.want)
			}
		}
		said := 0
		for _, w := range p.Warnings {
			if w.Code == "records-exchanged" && w.Hint != "" {
				said++
			}
		}
		if said != c.said {
			t.Errorf("%s: %d warnings in %v", name, said, p.Warnings)
		}
	}
}

func TestPlacesThatOnlyAJournalNamesAreSaid(t *testing.T) {
	s := pair()
	s.recorded.Begun = map[string]Begun{"s": {op1, map[Address]bool{address(0): false, address(7): true}}, "gone": {op2, map[Address]bool{address(6): true}}}
	p := Decide(s.desired, s.intent, s.recorded, s.observed, day1)
	var said []string
	for _, w := range p.Warnings {
		if w.Code == "journal-elsewhere" {
			said = append(said, w.Summary)
		}
	}
	if len(said) != 2 || !strings.Contains(strings.Join(said, "\n"), "to store gone at "+address(6).String()) || !strings.Contains(strings.Join(said, "\n"), "to store s at "+address(7).String()) {
		t.Errorf("said %q", said)
	}
}
