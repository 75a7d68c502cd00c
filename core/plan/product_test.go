package plan

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

// states are what a target can be in.
var states = map[string]func(s *scene, n int){
	"absent":              func(*scene, int) {},
	"absent recorded":     func(s *scene, n int) { s.record(n, op1) },
	"ours":                func(s *scene, n int) { s.record(n, op1).present(n, op1) },
	"ours older":          func(s *scene, n int) { s.record(n, op1).present(n, op1).liveLost() },
	"ours newer":          func(s *scene, n int) { s.record(n, op1).present(n, op2, after(op1)) },
	"ours newer, strange": func(s *scene, n int) { s.record(n, op1).present(n, op2) },
	"ours unrecorded":     func(s *scene, n int) { s.present(n, op1) },
	"ours unreadable":     func(s *scene, n int) { s.record(n, op1).present(n, op1, sealedHere) },
	"rolled back":         func(s *scene, n int) { s.record(n, op2).present(n, op1) },
	"mark gone":           func(s *scene, n int) { s.record(n, op1).present(n, op1, foreignMark) },
	"mark kept":           func(s *scene, n int) { s.record(n, op1).present(n, op1, keptMark) },
	"foreign":             func(s *scene, n int) { s.see(n, Observation{Presence: Present}) },
	"another project's": func(s *scene, n int) {
		s.see(n, Observation{Presence: Present, Mark: Mark{Owner: owner(projectB), Operation: op2.String()}})
	},
	"disabled":       func(s *scene, n int) { s.record(n, op1).present(n, op1, disabled) },
	"disabled by us": func(s *scene, n int) { s.record(n, op1).present(n, op1, disabled, retagged) },
	"deleted":        func(s *scene, n int) { s.see(n, Observation{Presence: Deleted}) },
	"deleted recoverable": func(s *scene, n int) {
		s.record(n, op1).see(n, gone(func(o *Observation) { o.Recoverable = true }))
	},
	"deleted purgeable":     func(s *scene, n int) { s.record(n, op1).see(n, gone(func(o *Observation) { o.Purgeable = true })) },
	"deleted held":          func(s *scene, n int) { s.record(n, op1).see(n, gone(func(*Observation) {})) },
	"changing":              func(s *scene, n int) { s.see(n, Observation{Presence: Changing}) },
	"unknown":               func(s *scene, n int) { s.see(n, Observation{}) },
	"unknown recorded":      func(s *scene, n int) { s.record(n, op1).see(n, Observation{}) },
	"unobservable":          func(s *scene, n int) { s.see(n, Observation{Presence: Unobservable}) },
	"unobservable recorded": func(s *scene, n int) { s.record(n, op1).see(n, Observation{Presence: Unobservable}) },
	"retagged":              func(s *scene, n int) { s.record(n, op1).present(n, op1, retagged) },
	"interrupted":           func(s *scene, n int) { s.see(n, Observation{Presence: Unobservable}).begun(n, op1) },
}

// natures are what a secret can be, and what can have become of its surroundings.
var natures = map[string]func(*scene){
	"generated":    func(*scene) {},
	"stated":       func(s *scene) { s.stated() },
	"not stated":   func(s *scene) { s.secret().Parts = []Part{{Kind: "static", Missing: true}} },
	"one_time":     func(s *scene) { s.secret().OneTime = true },
	"protected":    func(s *scene) { s.secret().PreventDestroy = true },
	"redefined":    func(s *scene) { s.secret().Definition = "d2" },
	"due":          func(s *scene) { s.secret().RotationPeriod = time.Minute; s.age(90) },
	"unmarked":     func(s *scene) { s.secret().Targets[0].Can.Marks = false },
	"write-only":   func(s *scene) { s.secret().Targets[0].Can = Capabilities{} },
	"not readable": func(s *scene) { s.secret().Targets[0].Can.Read = false },
	"lock lost":    func(s *scene) { s.lockLost() },
	"adopting":     func(s *scene) { s.secret().Adopt = true },
}

// wishes are what a person can ask for.
var wishes = map[string]func(*scene){
	"nothing":    func(*scene) {},
	"a yes":      func(s *scene) { s.confirmed() },
	"rotate":     func(s *scene) { s.intent.Rotate = Selection{"s": nil} },
	"replace":    func(s *scene) { s.intent.Replace = Selection{"s": nil} },
	"accept":     func(s *scene) { s.intent.Accept = Selection{"s": nil} },
	"accept one": func(s *scene) { s.intent.Accept = Selection{"s": {address(1)}} },
	"restore":    func(s *scene) { s.intent.Restore = Selection{"s": nil} },
	"adopt":      func(s *scene) { s.intent.Adopt = Selection{"s": nil} },
	"only one":   func(s *scene) { s.intent.Only = Selection{"s": {address(1)}} },
	"only due":   func(s *scene) { s.intent.OnlyDue = true },
}

func disabled(o *Observation) { o.Presence = Disabled }

// age makes every value that is recorded some days old.
func (s *scene) age(days int) {
	for name, r := range s.recorded.Secrets {
		r.Rotated = day1.AddDate(0, 0, -days)
		s.recorded.Secrets[name] = r
	}
}

// TestEveryCombination goes through the product of states over two targets, natures and
// wishes, and checks what must never be planned, without asking Decide what it thinks.
func TestEveryCombination(t *testing.T) {
	cases, made := 0, 0
	for _, first := range slices.Sorted(maps.Keys(states)) {
		for _, second := range slices.Sorted(maps.Keys(states)) {
			for nature, become := range natures {
				for wish, ask := range wishes {
					cases++
					s := newScene(2)
					states[first](s, 0)
					states[second](s, 1)
					become(s)
					ask(s)
					p := Decide(s.desired, s.intent, s.recorded, s.observed, day1)
					if len(p.Changes) == 0 {
						continue // left, since only others were asked for
					}
					c := p.Changes[0]
					if c.MakesValue() {
						made++
					}
					for _, broken := range violations(s, c) {
						t.Errorf("%s, %s, %s, %s: %s (%s)", first, second, nature, wish, broken, actions(c))
					}
					if cases%7 != 0 {
						continue // each seventh is enough to see an answer that depends on the order of a map
					}
					if again := Decide(s.desired, s.intent, s.recorded, s.observed, day1); actions(again.Changes[0]) != actions(c) {
						t.Errorf("%s, %s, %s, %s: two answers", first, second, nature, wish)
					}
				}
			}
		}
	}
	t.Logf("%d cases, in %d of which a value is made", cases, made)
}

// facts are what the world is like, found without the code under test.
type facts struct {
	unknown  bool   // something could not be looked at
	present  bool   // a value of ours is there, and can be read
	greatest uint64 // number that was ever seen
}

func factsOf(s *scene) facts {
	var f facts
	for _, o := range s.observed {
		f.unknown = f.unknown || o.Presence == Unknown || o.Presence == Changing
		f.present = f.present || mine(o) && o.Presence == Present && o.Match != Differs && !o.Unreadable
		operation, _ := ParseOperation(o.Mark.Operation)
		f.greatest = max(f.greatest, operation.N)
	}
	for _, r := range s.recorded.Targets {
		f.greatest = max(f.greatest, r.Operation.N)
	}
	f.greatest = max(f.greatest, s.recorded.Secrets["s"].Operation.N, s.recorded.Begun["s"].Operation.N)
	return f
}

func mine(o Observation) bool { return o.Mark.Owner == owner(projectA) }

// violations are what must never be planned.
func violations(s *scene, c Change) []string {
	var broken []string
	must := func(ok bool, format string, args ...any) {
		if !ok {
			broken = append(broken, fmt.Sprintf(format, args...))
		}
	}
	f, makes, accepts := factsOf(s), 0, 0
	for _, step := range c.Steps {
		o, at := s.observed[step.Target.Address], step.Target.Address
		recorded := !s.recorded.Targets[at].Operation.IsZero()
		begun := s.recorded.Begun["s"].Targets != nil
		changes, creates := step.Action.Changes(), step.Action == Create || step.Action == Replace
		if creates {
			makes++
		}
		if step.Action == Accept {
			accepts++
		}
		must(!creates || !f.unknown, "a value is made while a target is not known")
		must(step.Reason != "" || step.Action == Keep, "no reason is given for %s", step.Action)
		must(step.Action != Keep || step.Reason == "not selected" || o.Presence != Unknown && o.Presence != Changing, "unknown is reported as fine")
		must(step.Action != Create || o.Presence == Absent || o.Presence == Deleted && o.Purgeable && mine(o), "a value is created where something is")
		must(step.Action != Copy || c.Source != nil || c.Secret.Stated(), "a copy from nowhere")
		must(step.Action != Copy || c.Source == nil || c.Source.Address != at, "a copy of itself")
		must(!changes || o.Presence != Deleted || mine(o), "a deleted secret of somebody else is touched")
		asked := s.intent.Adopt != nil || s.intent.Confirmed && s.secret().Adopt
		must(!changes || o.Presence == Absent || mine(o) || recorded || begun || asked, "what is not ours is changed")
		must(!changes || o.Mark.Owner != owner(projectB) || recorded || asked, "what is another project's is changed")
		settled := s.intent.Replace != nil || s.intent.Accept != nil || s.intent.Restore != nil
		drifted := recorded && o.Presence == Present && (o.Mark.Owner == "" && step.Target.Can.Marks || mine(o) && o.Match == Differs && o.Mark.Operation == s.recorded.Targets[at].Operation.String())
		must(!changes || !drifted || settled || begun, "what was changed outside is changed without being asked")
		must(step.Action != Remark || o.Presence != Disabled || s.intent.Restore != nil || s.secret().Definition == "d2", "what an incident response disabled is enabled")
		must(step.Action != Recover || o.Recoverable && mine(o), "what cannot be brought back is brought back")
	}
	must(makes == 0 || makes == len(c.Steps), "a new value goes to some targets and not to others")
	must(makes == 0 || c.Number > f.greatest, "the new value is numbered %d, and %d was seen", c.Number, f.greatest)
	must(accepts <= 1, "several values are accepted")
	asked := s.intent.Replace != nil || s.intent.Rotate != nil
	reasons := asked || s.secret().RotationPeriod > 0 || s.secret().Stated() || s.recorded.Secrets["s"].Operation == op2
	must(makes == 0 || !f.present || reasons, "a value is made though there is one")
	must(makes == 0 || !f.present || !s.secret().OneTime || s.intent.Replace != nil || s.recorded.Secrets["s"].Operation == op2, "one_time is made twice")
	return broken
}
