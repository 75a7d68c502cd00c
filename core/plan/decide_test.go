package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/sdk/secret"
)

var (
	day1 = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	op1  = Operation{1, day1, "00000000000000000001"}
	op2  = Operation{2, day1, "00000000000000000002"}
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

// TestDecide has a case for each row of the table of decisions that this version
// carries out. The name of a case is the row.
func TestDecide(t *testing.T) {
	unknown := Observation{Presence: Unknown, Problem: &Problem{Summary: "no answer"}}
	for _, c := range []struct {
		row     string
		scene   *scene
		actions string
		reason  string
	}{
		{"nothing recorded, absent everywhere", newScene(2), "create create", "nothing is there yet"},
		{"recorded, absent everywhere", newScene(1).record(0, op1), "create", "deleted outside"},
		{"recorded, absent everywhere, one_time", newScene(1).record(0, op1).with(func(s *Secret) { s.OneTime = true }), "error", "one_time forbids"},
		{"absent here, live id readable elsewhere", newScene(2).record(0, op1).present(0, op1), "unchanged copy", "missing here"},
		{"absent here, live id unreadable", newScene(2).record(0, op1).present(0, op1).with(func(s *Secret) { s.Targets[0].Can.Read = false }), "unchanged error", "cannot be read"},
		{"absent here, value stated", newScene(2).stated().record(0, op1).present(0, op1, statedSame).with(func(s *Secret) { s.Targets[0].Can.Read = false }), "unchanged copy", "missing here"},
		{"ours, live id, receipt matches", newScene(2).record(0, op1).record(1, op1).present(0, op1).present(1, op1), "unchanged unchanged", ""},
		{"ours, id greater than recorded", newScene(1).record(0, op1).present(0, op2), "unchanged", "another copy of this project"},
		{"ours, older id, live one never here", newScene(2).record(0, op2).record(1, op1).present(0, op2).present(1, op1), "unchanged copy", "value 2 is the latest"},
		{"older id, receipt says the live one was here", newScene(1).record(0, op2).present(0, op1), "drift", "rolled back outside"},
		{"unfinished id, readable nowhere", newScene(1).record(0, op1).present(0, op1).with(func(*Secret) {}).liveLost(), "update", "readable nowhere"},
		{"metadata differs, definition changed", newScene(1).record(0, op1).present(0, op1, retagged).with(func(s *Secret) { s.Definition = "d2" }), "metadata", "changed in the Secretfile"},
		{"metadata differs, definition not changed", newScene(1).record(0, op1).present(0, op1, retagged), "drift", "changed outside"},
		{"drifted, mark gone", newScene(1).record(0, op1).present(0, op1, foreignMark), "drift", "our mark is gone"},
		{"drifted, mark kept", newScene(1).record(0, op1).present(0, op1, keptMark), "drift", "our mark was kept"},
		{"foreign", newScene(1).see(0, Observation{Presence: Present}), "conflict", "did not write"},
		{"foreign, of another project of that name", newScene(1).see(0, Observation{Presence: Present, Mark: Mark{Owner: owner(projectB), Operation: op1.String()}}), "conflict", "another project"},
		{"foreign beside absent: nothing is made", newScene(2).see(0, Observation{Presence: Present}), "conflict waiting", "did not write"},
		{"drifted beside absent: nothing is made", newScene(2).record(0, op1).present(0, op1, foreignMark), "drift waiting", "our mark is gone"},
		{"unknown", newScene(1).see(0, unknown), "unknown", "no answer"},
		{"unknown beside absent: nothing is made", newScene(2).see(0, unknown), "unknown waiting", "no answer"},
		{"unknown beside recorded live: copied", newScene(3).record(0, op1).present(0, op1).see(1, unknown), "unchanged unknown copy", "no answer"},
		{"changing", newScene(1).see(0, Observation{Presence: Changing}), "unknown", "still at work"},
		{"not looked at", newScene(1).see(0, Observation{}), "unknown", "could not be looked at"},
		{"deleted, ours", newScene(1).record(0, op1).see(0, Observation{Presence: Deleted, Mark: Mark{Owner: owner(projectA), Operation: op1.String()}}), "conflict", "name is still held"},
		{"deleted, foreign", newScene(1).see(0, Observation{Presence: Deleted}), "conflict", "did not write"},
		{"stated value differs", newScene(1).stated().record(0, op1).present(0, op1, statedOther), "update", "another one"},
		{"stated value same", newScene(1).stated().record(0, op1).present(0, op1, statedSame), "unchanged", ""},
		{"stated value not permitted to read", newScene(1).stated().record(0, op1).present(0, op1, statedUnread), "unknown", "right to get"},
		{"stated, definition changed", newScene(1).stated().record(0, op1).present(0, op1).with(func(s *Secret) { s.Definition = "d2" }), "update", "compared when applied"},
		{"static without a value, absent", newScene(1).with(func(s *Secret) { s.Parts = []Part{{Kind: "static", Missing: true}} }), "error", "no value is stated"},
		{"static without a value, present", newScene(1).record(0, op1).present(0, op1).with(func(s *Secret) { s.Parts = []Part{{Kind: "static", Missing: true}} }), "unchanged", ""},
		{"write-only target, no receipt", newScene(1).see(0, Observation{Presence: Unobservable}), "conflict", "overwritten unseen"},
		{"write-only target, receipt = live", newScene(1).record(0, op1).see(0, Observation{Presence: Unobservable}), "unchanged", "cannot be checked"},
		{"generator settings changed", newScene(1).record(0, op1).present(0, op1).with(func(s *Secret) { s.Definition = "d2" }), "unchanged", "value is kept"},
		{"rotation due", newScene(1).record(0, op1).present(0, op1).rotated(90), "update", "rotation is due since 2026-10-02"},
		{"rotation due, lock lost", newScene(1).lockLost().present(0, op1).with(func(s *Secret) { s.RotationPeriod = time.Hour }).later(), "update", "rotation is due since 2026-10-31"},
		{"rotation due, one_time", newScene(1).record(0, op1).present(0, op1).rotated(90).with(func(s *Secret) { s.OneTime = true }), "unchanged", "one_time forbids another value"},
		{"rotation due, stated", newScene(1).stated().record(0, op1).present(0, op1, statedSame).rotated(90), "unchanged", "supply a new value"},
		{"rotation due, drifted", newScene(1).record(0, op1).present(0, op1, foreignMark).rotated(90), "drift", "our mark is gone"},
		{"rotation due, unknown beside", newScene(2).record(0, op1).present(0, op1).see(1, unknown).rotated(90), "waiting unknown", "no answer"},
		{"rotation asked for", newScene(2).record(0, op1).record(1, op1).present(0, op1).present(1, op1).asked(func(i *Intent, s Selection) { i.Rotate = s }), "update update", "a rotation was asked for"},
		{"rotation asked for, one_time", newScene(1).record(0, op1).present(0, op1).with(func(s *Secret) { s.OneTime = true }).asked(func(i *Intent, s Selection) { i.Rotate = s }), "error", "--replace makes one all the same"},
		{"rotation asked for, stated", newScene(1).stated().record(0, op1).present(0, op1, statedSame).asked(func(i *Intent, s Selection) { i.Rotate = s }), "error", "nothing of it is generated"},
		{"replaced, one_time", newScene(1).record(0, op1).present(0, op1).with(func(s *Secret) { s.OneTime = true }).asked(func(i *Intent, s Selection) { i.Replace = s }), "update", "was asked for"},
		{"replaced, one_time, gone", newScene(1).record(0, op1).with(func(s *Secret) { s.OneTime = true }).asked(func(i *Intent, s Selection) { i.Replace = s }), "create", "deleted outside"},
		{"replaced, drifted", newScene(2).record(0, op1).present(0, op1, foreignMark).record(1, op1).present(1, op1).asked(func(i *Intent, s Selection) { i.Replace = s }), "update update", "was asked for"},
		{"replaced, foreign", newScene(1).see(0, Observation{Presence: Present}).asked(func(i *Intent, s Selection) { i.Replace = s }), "conflict", "did not write"},
		{"drifted, accepted", newScene(2).record(0, op1).present(0, op2, keptMark).record(1, op1).present(1, op1).drift().asked(func(i *Intent, s Selection) { i.Accept = s }), "accept unchanged", "taken for the value"},
		{"drifted twice, accepted", newScene(2).record(0, op1).present(0, op1, foreignMark).record(1, op1).present(1, op1, foreignMark).asked(func(i *Intent, s Selection) { i.Accept = s }), "error error", "accept one of them"},
		{"drifted, restored", newScene(2).record(0, op1).present(0, op1, foreignMark).record(1, op1).present(1, op1).asked(func(i *Intent, s Selection) { i.Restore = s }), "copy unchanged", "it is put back"},
		{"drifted, restored from nowhere", newScene(1).record(0, op1).present(0, op1, foreignMark).asked(func(i *Intent, s Selection) { i.Restore = s }), "error", "--replace makes a new one"},
		{"metadata drifted, restored", newScene(1).record(0, op1).present(0, op1, retagged).asked(func(i *Intent, s Selection) { i.Restore = s }), "metadata", "is put back"},
		{"one target selected, copy", newScene(3).record(0, op1).present(0, op1).asked(func(i *Intent, _ Selection) { i.Only = Selection{"s": {address(1)}} }), "unchanged copy unchanged", "missing here"},
		{"one target selected, new value", newScene(2).asked(func(i *Intent, _ Selection) { i.Only = Selection{"s": {address(1)}} }), "unchanged error", "select the secret as a whole"},
		{"rotation not due", newScene(1).record(0, op1).present(0, op1).rotated(59), "unchanged", ""},
		{"lock lost, project named", newScene(1).lockLost().present(0, op1), "unchanged", ""},
		{"lock lost, project not named", newScene(1).lockLost().unnamed().present(0, op1), "conflict", "set metadata.project"},
		{"no marks possible, receipt matches", newScene(1).record(0, op1).present(0, op1, foreignMark).with(func(s *Secret) { s.Targets[0].Can.Marks = false }), "unchanged", ""},
		{"no marks possible, receipt differs", newScene(1).record(0, op1).present(0, op2, foreignMark).with(func(s *Secret) { s.Targets[0].Can.Marks = false }), "drift", "changed outside"},
		{"no marks possible, no receipt, the write remembered there", newScene(1).present(0, op1).with(func(s *Secret) { s.Targets[0].Can.Marks = false }), "unchanged", ""},
		{"no marks possible, no receipt", newScene(1).see(0, Observation{Presence: Present}).with(func(s *Secret) { s.Targets[0].Can.Marks = false }), "conflict", "did not write"},
		{"no marks possible, receipt cannot be checked", newScene(1).record(0, op1).see(0, Observation{Presence: Present}).with(func(s *Secret) { s.Targets[0].Can.Marks = false }), "unknown", "cannot tell"},
	} {
		t.Run(c.row, func(t *testing.T) {
			got := c.scene.decide()
			if actions(got) != strings.ReplaceAll(c.actions, "waiting", "blocked") || !strings.Contains(got.Reason, c.reason) {
				t.Errorf("%s (%s), want %s (%s)", actions(got), got.Reason, c.actions, c.reason)
			}
		})
	}
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

// TestNewValuesAreNumberedAboveAll looks at the id of a value that is made.
func TestNewValuesAreNumberedAboveAll(t *testing.T) {
	c := newScene(1).stated().record(0, op1).present(0, op2, statedOther).decide()
	if c.Number != 3 {
		t.Errorf("number %d, want 3: above what the store holds", c.Number)
	}
	if c = newScene(1).decide(); c.Number != 1 {
		t.Errorf("number %d, want 1", c.Number)
	}
	if c = newScene(2).record(0, op1).present(0, op1).decide(); c.Number != 0 || c.Source == nil || c.Source.Address != address(0) {
		t.Error("a copy makes no value and has a source")
	}
}

// TestInvariants goes through the product of states over two targets and checks
// what must never happen, without asking Decide what it thinks of it.
func TestInvariants(t *testing.T) {
	states := map[string]func(s *scene, n int){
		"absent":          func(s *scene, n int) {},
		"absent recorded": func(s *scene, n int) { s.record(n, op1) },
		"ours":            func(s *scene, n int) { s.record(n, op1).present(n, op1) },
		"ours older":      func(s *scene, n int) { s.record(n, op1).present(n, op1); s.liveLost() },
		"ours newer":      func(s *scene, n int) { s.record(n, op1).present(n, op2) },
		"ours unrecorded": func(s *scene, n int) { s.present(n, op1) },
		"drifted":         func(s *scene, n int) { s.record(n, op1).present(n, op1, foreignMark) },
		"foreign":         func(s *scene, n int) { s.see(n, Observation{Presence: Present}) },
		"disabled":        func(s *scene, n int) { s.record(n, op1).present(n, op1); disable(s, n) },
		"deleted":         func(s *scene, n int) { s.see(n, Observation{Presence: Deleted}) },
		"changing":        func(s *scene, n int) { s.see(n, Observation{Presence: Changing}) },
		"unknown":         func(s *scene, n int) { s.see(n, Observation{}) },
		"unobservable":    func(s *scene, n int) { s.see(n, Observation{Presence: Unobservable}) },
		"retagged":        func(s *scene, n int) { s.record(n, op1).present(n, op1, retagged) },
	}
	kinds := map[string]func(*scene){
		"generated": func(*scene) {}, "stated": func(s *scene) { s.stated() }, "one_time": func(s *scene) { s.secret().OneTime = true },
		"redefined": func(s *scene) { s.secret().Definition = "d2" }, "unmarked": func(s *scene) { s.secret().Targets[0].Can.Marks = false },
		"unreadable": func(s *scene) { s.secret().Targets[0].Can.Read = false }, "lock lost": func(s *scene) { s.recorded = Recorded{} },
	}
	cases := 0
	for first, a := range states {
		for second, b := range states {
			for kind, k := range kinds {
				cases++
				s := newScene(2)
				a(s, 0)
				b(s, 1)
				k(s)
				c := s.decide()
				for _, broken := range violations(s, c) {
					t.Errorf("%s, %s, %s: %s (%s)", first, second, kind, broken, actions(c))
				}
				if again := s.decide(); actions(again) != actions(c) {
					t.Errorf("%s, %s, %s: two answers", first, second, kind)
				}
			}
		}
	}
	t.Logf("%d cases", cases)
}

func disable(s *scene, n int) {
	o := s.observed[address(n)]
	o.Presence = Disabled
	s.observed[address(n)] = o
}

// violations are what must never be planned.
func violations(s *scene, c Change) []string {
	var broken []string
	blocked := false
	for _, o := range s.observed {
		if o.Presence == Unknown || o.Presence == Changing {
			blocked = true
		}
	}
	for _, step := range c.Steps {
		o := s.observed[step.Target.Address]
		if (step.Action == Create || step.Action == Replace) && blocked {
			broken = append(broken, "a value is made while a target is not known")
		}
		if step.Action.Changes() && o.Presence == Present && o.Mark.Owner == "" && s.recorded.Targets[step.Target.Address].Operation.IsZero() {
			broken = append(broken, "what is not ours is changed")
		}
		if step.Action == Create && o.Presence != Absent {
			broken = append(broken, "a value is created where something is")
		}
		if step.Action == Keep && (o.Presence == Unknown || o.Presence == Changing) {
			broken = append(broken, "unknown is reported as fine")
		}
		if step.Action == Copy && c.Source == nil && !c.Secret.Stated() {
			broken = append(broken, "a copy from nowhere")
		}
		if step.Reason == "" && step.Action != Keep {
			broken = append(broken, "no reason is given for "+string(step.Action))
		}
	}
	return broken
}
