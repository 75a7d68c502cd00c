package plan

import (
	"strings"
	"testing"
)

// orphaned makes address 8 one where the value was and is wanted no more.
func (s *scene) orphaned(o Observation) *scene {
	s.recorded.Secrets["s"] = RecordedSecret{Operation: op1, Definition: "d1"}
	s.recorded.Targets[address(8)] = RecordedTarget{Secret: "s", Operation: op1, Receipt: Receipt{Version: 1, Revision: "r-" + op1.Random}}
	s.desired.Orphans = []Orphan{{"s", Target{Address: address(8), Provider: "azure", Can: Capabilities{true, true, true, true, true, true, true}}}}
	s.observed[address(8)] = o
	return s
}

func oursThere() Observation {
	return Observation{Presence: Present, Mark: Mark{Owner: owner(projectA), Operation: op1.String()}, Match: Matches, Receipt: Receipt{Version: 1, Revision: "r-" + op1.Random}}
}

func TestMovedTargetsGetTheValueFromWhereItWas(t *testing.T) {
	foreignThere := oursThere()
	foreignThere.Mark = Mark{}
	unreadable := newScene(1).orphaned(oursThere())
	unreadable.desired.Orphans[0].Target.Can.Read = false
	cases := []struct {
		name    string
		scene   *scene
		actions string
		reason  string
	}{
		{"the value is where it was", newScene(1).orphaned(oursThere()), "copy", "it was moved here"},
		{"where it was cannot be looked at", newScene(1).orphaned(Observation{Presence: Unknown}), "unknown", "which could not be looked at"},
		{"where it was cannot be read", unreadable, "error", "cannot be read"},
		{"it is gone there too", newScene(1).orphaned(Observation{Presence: Absent}), "create", "deleted outside"},
		{"something else is there", newScene(1).orphaned(foreignThere), "create", "deleted outside"},
		{"a second target stays", newScene(2).orphaned(oursThere()).record(0, op1).present(0, op1), "unchanged copy", "missing here"},
		{"a new value was asked for", newScene(1).orphaned(oursThere()).asked(func(i *Intent, s Selection) { i.Replace = s }), "create", "asked for"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := Decide(c.scene.desired, c.scene.intent, c.scene.recorded, c.scene.observed, day1)
			got := p.Changes[0]
			if actions(got) != c.actions || !strings.Contains(got.Reason, c.reason) {
				t.Errorf("%s (%s)", actions(got), got.Reason)
			}
			if got.Action == Copy && (got.Source == nil || got.Source.Address != address(8)) && c.name == "the value is where it was" {
				t.Errorf("the source is %v", got.Source)
			}
			if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "--prune deletes it") {
				t.Errorf("notes %q", p.Notes)
			}
		})
	}
}

func TestOrphansAreDeletedOnlyWithTwoProofs(t *testing.T) {
	foreignThere, newerThere := oursThere(), oursThere()
	foreignThere.Mark = Mark{}
	newerThere.Mark.Operation = op2.String()
	protected := newScene(0).orphaned(oursThere())
	s := protected.recorded.Secrets["s"]
	s.PreventDestroy = true
	protected.recorded.Secrets["s"] = s
	unreached := newScene(0).orphaned(oursThere())
	unreached.desired.Orphans[0].Target.Provider = ""
	cases := []struct {
		name  string
		scene *scene
		want  Action
	}{
		{"ours", newScene(0).orphaned(oursThere()), Delete},
		{"gone", newScene(0).orphaned(Observation{Presence: Absent}), Delete},
		{"without our mark", newScene(0).orphaned(foreignThere), Conflict},
		{"another value of ours", newScene(0).orphaned(newerThere), Conflict},
		{"not known", newScene(0).orphaned(Observation{}), Unsure},
		{"protected", protected, Refused},
		{"no way there", unreached, Refused},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.scene.desired.Secrets = nil // its block is gone
			p := Decide(c.scene.desired, Intent{Prune: true}, c.scene.recorded, c.scene.observed, day1)
			if len(p.Changes) != 1 || p.Changes[0].Action != c.want {
				t.Fatalf("%+v", p.Changes)
			}
			if not := Decide(c.scene.desired, Intent{}, c.scene.recorded, c.scene.observed, day1); len(not.Changes) != 0 || len(not.Notes) != 1 {
				t.Errorf("without --prune: %+v", not)
			}
		})
	}
}

func TestDestroy(t *testing.T) {
	gone := func(s *Secret) { s.PreventDestroy = true }
	cases := []struct {
		name  string
		scene *scene
		want  string
	}{
		{"ours", newScene(2).record(0, op1).record(1, op1).present(0, op1).present(1, op1), "delete delete"},
		{"drifted", newScene(1).record(0, op1).present(0, op1, foreignMark), "conflict"},
		{"foreign", newScene(1).see(0, Observation{Presence: Present}), "conflict"},
		{"never written", newScene(1), "unchanged"},
		{"ours by its mark alone", newScene(1).present(0, op1), "conflict"},
		{"protected", newScene(1).with(gone).record(0, op1).present(0, op1), "error"},
		{"unknown", newScene(1).record(0, op1).see(0, Observation{}), "unknown"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := Destroy(c.scene.desired, Intent{}, c.scene.recorded, c.scene.observed)
			if got := actions(p.Changes[0]); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	if p := Destroy(newScene(1).desired, Intent{Only: Selection{"other": nil}}, Recorded{}, Observed{}); len(p.Changes) != 0 || p.Left != 1 {
		t.Error("what was not selected is in the plan")
	}
}

func TestOrphansAreReachedByTargetsOfTheFileOnly(t *testing.T) {
	in := func(kind, place string) Address { return Address{kind, place} }
	desired := Desired{Secrets: []Secret{{Name: "a", Targets: []Target{
		{Address: in("key_vault", "one.vault.azure.net/a"), Provider: "azure"}, {Address: in("file", ".env#a"), Provider: "local"},
	}}}}
	recorded := Recorded{Targets: map[Address]RecordedTarget{
		in("key_vault", "one.vault.azure.net/a"): {Secret: "a"}, in("key_vault", "one.vault.azure.net/b"): {Secret: "b"},
		in("key_vault", "two.vault.azure.net/b"): {Secret: "b"}, in("file", "sub/x.env#b"): {Secret: "b"}, in("other", "x/y"): {Secret: "b"},
	}}
	var got []string
	for _, o := range FindOrphans(desired, recorded) {
		got = append(got, o.Target.Address.String()+" "+o.Target.Provider)
	}
	want := "file:sub/x.env#b local, key_vault:one.vault.azure.net/b azure, key_vault:two.vault.azure.net/b , other:x/y "
	if strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
}
