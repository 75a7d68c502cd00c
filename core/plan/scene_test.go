package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/secretzero/sz/sdk/secret"
)

var (
	day1 = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	op1  = Operation{1, day1, "00000000000000000001"}
	op2  = Operation{2, day1, "00000000000000000002"}
	op3  = Operation{3, day1, "00000000000000000003"}
)

const (
	projectA = "aaaaaaaaaaaaaaaa"
	projectB = "bbbbbbbbbbbbbbbb"
)

func owner(id string) string {
	return Owner{Project: "shop", ID: id, Environment: "-", Secret: "s"}.String()
}

func address(n int) Address { return Address{"key_vault", fmt.Sprintf("v%d/s", n)} }

// scene is one secret with some targets, built step by step in a readable order.
type scene struct {
	desired  Desired
	recorded Recorded
	observed Observed
	intent   Intent
}

func newScene(targets int) *scene {
	s := &scene{
		desired:  Desired{Project: "shop", Named: true, Environment: "-", Secrets: []Secret{{Name: "s", Kind: "random_string", Definition: "d1", Parts: []Part{{Kind: "random_string"}}}}},
		recorded: Recorded{ProjectID: projectA, Secrets: map[string]RecordedSecret{}, Targets: map[Address]RecordedTarget{}},
		observed: Observed{},
	}
	for n := range targets {
		s.secret().Targets = append(s.secret().Targets, Target{Address: address(n), Provider: "azure", Can: Capabilities{true, true, true, true, true, true, true}})
		s.observed[address(n)] = Observation{Presence: Absent}
	}
	return s
}

func (s *scene) secret() *Secret { return &s.desired.Secrets[0] }

// record tells the lock file of a write at a target.
func (s *scene) record(n int, o Operation) *scene {
	if o.Compare(s.recorded.Secrets["s"].Operation) > 0 {
		s.recorded.Secrets["s"] = RecordedSecret{Operation: o, Definition: "d1"}
	}
	s.recorded.Targets[address(n)] = RecordedTarget{Secret: "s", Operation: o, Receipt: Receipt{Version: 1, Revision: "r-" + o.Random}}
	return s
}

// present puts a value of ours into a store.
func (s *scene) present(n int, o Operation, change ...func(*Observation)) *scene {
	match := CannotTell
	if r, ok := s.recorded.Targets[address(n)]; ok {
		match = Differs
		if r.Operation == o {
			match = Matches
		}
	}
	observation := Observation{Presence: Present, Mark: Mark{Owner: owner(projectA), Operation: o.String(), Definition: "d1"}, Match: match, Receipt: Receipt{Version: 1, Revision: "r-" + o.Random}}
	for _, c := range change {
		c(&observation)
	}
	s.observed[address(n)] = observation
	return s
}

func (s *scene) see(n int, o Observation) *scene {
	s.observed[address(n)] = o
	return s
}

func (s *scene) stated() *scene {
	p := secret.NewText(secret.FromString("stated"))
	s.secret().Parts = []Part{{Kind: "static", Stated: &p}}
	return s
}

func (s *scene) with(change func(*Secret)) *scene {
	change(s.secret())
	return s
}

func (s *scene) decide() Change {
	return Decide(s.desired, s.intent, s.recorded, s.observed, day1).Changes[0]
}

// actions are those of the targets, in order.
func actions(c Change) string {
	var list []string
	for _, s := range c.Steps {
		list = append(list, string(s.Action))
	}
	return strings.Join(list, " ")
}

func foreignMark(o *Observation)  { o.Mark = Mark{} }
func keptMark(o *Observation)     { o.Match = Differs }
func retagged(o *Observation)     { o.MetadataDiffers = []string{"tags.team"} }
func statedSame(o *Observation)   { o.Stated = map[string]Compared{"": Same} }
func statedOther(o *Observation)  { o.Stated = map[string]Compared{"": Different} }
func statedUnread(o *Observation) { o.Stated = map[string]Compared{"": NotCompared} }

func sealedHere(o *Observation) { o.Unreadable = true }
func skewed(o *Observation)     { o.StoreTime = day1.Add(time.Hour) }

// named puts another name of the project into a mark.
func named(name string) func(*Observation) {
	return func(o *Observation) {
		o.Mark.Owner = Owner{Project: "shop", ID: projectA, Environment: "-", Secret: name}.String()
	}
}

// after says which operation a value replaced.
func after(before Operation) func(*Observation) {
	return func(o *Observation) { o.Mark.Previous = before.String() }
}

// history gives a target its versions, newest first, each having replaced the next.
func history(list ...Operation) func(*Observation) {
	return func(o *Observation) {
		for i, operation := range list {
			m := Mark{Operation: operation.String()}
			if i+1 < len(list) {
				m.Previous = list[i+1].String()
			}
			o.History = append(o.History, m)
		}
	}
}

// gone is a deleted value of ours.
func gone(change func(*Observation)) Observation {
	o := Observation{Presence: Deleted, Mark: Mark{Owner: owner(projectA), Operation: op1.String()}}
	change(&o)
	return o
}

// confirmed has a person who sees the plan and says yes.
func (s *scene) confirmed() *scene {
	s.intent.Confirmed = true
	return s
}

// begun tells of an apply that was interrupted while it wrote a target.
func (s *scene) begun(n int, o Operation) *scene {
	_, recorded := s.recorded.Targets[address(n)]
	s.recorded.Begun = map[string]Begun{"s": {o, map[Address]bool{address(n): !recorded}}}
	return s
}

// retiring has a replaced version at the first target that is valid until due.
func (s *scene) retiring(due time.Time) *scene {
	r := s.recorded.Targets[address(0)]
	r.Retiring = []Retirement{{Revision: "r-" + op1.Random, Operation: op1, Due: due}}
	s.recorded.Targets[address(0)] = r
	return s
}

// asked adds what a person asks for of the secret.
func (s *scene) asked(ask func(*Intent, Selection)) *scene {
	ask(&s.intent, Selection{"s": nil})
	return s
}

// drift makes the first target one that was changed and kept our mark.
func (s *scene) drift() *scene {
	return s.present(0, op1, keptMark)
}

// later puts the making of values a day into the past.
func (s *scene) later() *scene {
	for a, o := range s.observed {
		old := op1
		old.Time = day1.Add(-24 * time.Hour)
		o.Mark.Operation = old.String()
		s.observed[a] = o
	}
	return s
}

// liveLost makes the lock file tell of a value that is at no target.
func (s *scene) liveLost() *scene {
	s.recorded.Secrets["s"] = RecordedSecret{Operation: op2, Definition: "d1"}
	return s
}

// rotated makes the value some days old, with a rotation period of 60 days.
func (s *scene) rotated(days int) *scene {
	s.secret().RotationPeriod = 60 * 24 * time.Hour
	r := s.recorded.Secrets["s"]
	r.Rotated = day1.AddDate(0, 0, -days)
	s.recorded.Secrets["s"] = r
	return s
}

func (s *scene) lockLost() *scene {
	s.recorded = Recorded{}
	return s
}

func (s *scene) unnamed() *scene {
	s.desired.Named = false
	return s
}
