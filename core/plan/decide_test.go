package plan

import (
	"strings"
	"testing"
	"time"
)

// TestDecide has a case for each row of the table of decisions. The name of a case is the
// row. What concerns composed secrets is in inputs_test.go, what is wanted no more in
// orphan_test.go.
func TestDecide(t *testing.T) {
	unknown := Observation{Presence: Unknown, Problem: &Problem{Summary: "no answer"}}
	there := Observation{Presence: Present}
	for _, c := range []struct {
		row     string
		scene   *scene
		actions string
		reason  string
	}{
		{"nothing recorded, absent everywhere", newScene(2), "create create", "nothing is there yet"},
		{"recorded, absent everywhere", newScene(1).record(0, op1), "create", "deleted outside"},
		{"recorded, absent everywhere, prevent_destroy", newScene(1).record(0, op1).with(func(s *Secret) { s.PreventDestroy = true }), "error", "--replace makes another"},
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
		{"foreign, adopted", newScene(1).see(0, there).asked(func(i *Intent, s Selection) { i.Adopt = s }), "adopt", "is taken for the value"},
		{"foreign, adopted with several targets", newScene(2).see(0, there).see(1, there).asked(func(i *Intent, s Selection) { i.Adopt = s }), "adopt copy", "is taken for the value"},
		{"foreign, adopted with another that cannot be compared", newScene(2).see(0, there).see(1, Observation{Presence: Disabled}).asked(func(i *Intent, s Selection) { i.Adopt = s }), "adopt conflict", "cannot be adopted"},
		{"foreign, one of two adopted", newScene(2).see(0, there).see(1, there).asked(func(i *Intent, _ Selection) { i.Adopt = Selection{"s": {address(0)}} }), "adopt conflict", "did not write"},
		{"foreign, adopt in the file, nobody asked", newScene(1).see(0, there).with(func(s *Secret) { s.Adopt = true }), "conflict", "which takes --adopt s"},
		{"foreign, adopt in the file, confirmed", newScene(1).see(0, there).with(func(s *Secret) { s.Adopt = true }).confirmed(), "adopt", "is taken for the value"},
		{"adopt in the file, a receipt exists, mark gone", newScene(1).record(0, op1).present(0, op1, foreignMark).with(func(s *Secret) { s.Adopt = true }).confirmed(), "drift", "our mark is gone"},
		{"lock lost, one target foreign, one ours", newScene(2).lockLost().see(0, there).present(1, op1), "conflict unchanged", "did not write"},
		{"lock lost, one target foreign, one ours, rotation due", newScene(2).lockLost().see(0, there).present(1, op1).with(func(s *Secret) { s.RotationPeriod = time.Hour }).later(), "conflict blocked", "did not write"},
		{"mark of a secret gone from this file", newScene(1).present(0, op1, named("former")), "metadata", "it was named former"},
		{"a later target ahead of the origin", newScene(2).record(0, op1).record(1, op1).present(0, op1).present(1, op2), "unchanged drift", "never was at key_vault:v0/s"},
		{"a later target ahead of the origin, which held that too", newScene(2).record(0, op1).record(1, op1).present(0, op1, history(op2, op1)).present(1, op2), "copy unchanged", "value 2 is the latest"},
		{"the origin ahead, after our interrupted rotation", newScene(2).record(0, op1).record(1, op1).present(0, op2, after(op1)).present(1, op1), "unchanged copy", "value 2 is the latest"},
		{"the origin ahead, of an operation that follows nothing known", newScene(2).record(0, op1).record(1, op1).present(0, op2).present(1, op1), "unchanged unknown", "--drift=accept=s"},
		{"the origin ahead, following nothing known, confirmed", newScene(2).record(0, op1).record(1, op1).present(0, op2).present(1, op1).confirmed(), "unchanged copy", "value 2 is the latest"},
		{"the origin ahead, two rotations of another copy", newScene(2).record(0, op1).record(1, op1).present(0, op3, after(op2), history(op3, op2, op1)).present(1, op1), "unchanged copy", "value 3 is the latest"},
		{"interrupted where nothing can be seen", newScene(1).see(0, Observation{Presence: Unobservable}).begun(0, op1), "update", "an apply was interrupted"},
		{"interrupted where nothing can be seen, value elsewhere", newScene(2).record(0, op1).present(0, op1).see(1, Observation{Presence: Unobservable}).begun(1, op1), "unchanged copy", "an apply was interrupted"},
		{"interrupted where no marks are possible", newScene(1).record(0, op1).present(0, op2, foreignMark).with(func(s *Secret) { s.Targets[0].Can.Marks = false }).begun(0, op2), "update", "readable nowhere"},
		{"clocks differ, rotation due", newScene(1).record(0, op1).present(0, op1, skewed).rotated(90), "unknown", "clocks of this machine and of the store differ"},
		{"clocks differ, overlap over", newScene(1).record(0, op2).present(0, op2, skewed).retiring(day1.AddDate(0, 0, -1)), "unchanged", ""},
		{"overlap over", newScene(1).record(0, op2).present(0, op2).retiring(day1.AddDate(0, 0, -1)), "retire", "its overlap is over"},
		{"overlap not over", newScene(1).record(0, op2).present(0, op2).retiring(day1.AddDate(0, 0, 1)), "unchanged", ""},
		{"overlap not over, revoked", newScene(1).record(0, op2).present(0, op2).retiring(day1.AddDate(0, 0, 1)).asked(func(i *Intent, s Selection) { i.Revoke = s }), "retire", "disables the version of 1."},
		{"overlap over, unknown beside", newScene(2).record(0, op2).present(0, op2).retiring(day1.AddDate(0, 0, -1)).see(1, unknown), "unchanged unknown", "no answer"},
		{"unknown", newScene(1).see(0, unknown), "unknown", "no answer"},
		{"unknown beside absent: nothing is made", newScene(2).see(0, unknown), "unknown waiting", "no answer"},
		{"unknown beside recorded live: copied", newScene(3).record(0, op1).present(0, op1).see(1, unknown), "unchanged unknown copy", "no answer"},
		{"changing", newScene(1).see(0, Observation{Presence: Changing}), "unknown", "still at work"},
		{"not looked at", newScene(1).see(0, Observation{}), "unknown", "could not be looked at"},
		{"absent here, live id readable, get revoked", newScene(2).record(0, op1).present(0, op1, sealedHere), "unchanged unknown", "the right to get"},
		{"drifted, restored, get revoked", newScene(2).record(0, op1).present(0, op1, foreignMark).record(1, op1).present(1, op1, sealedHere).asked(func(i *Intent, s Selection) { i.Restore = s }), "unknown unchanged", "the right to get"},
		{"deleted, ours", newScene(1).record(0, op1).see(0, gone(func(o *Observation) { o.Recoverable = true })), "recover", "the store still has it"},
		{"deleted, ours, beside a live one", newScene(2).record(0, op1).record(1, op1).see(0, gone(func(o *Observation) { o.Recoverable = true })).present(1, op1), "recover unchanged", "the store still has it"},
		{"deleted, ours, on_deleted: purge", newScene(1).record(0, op1).see(0, gone(func(o *Observation) { o.Purgeable = true })), "create", "its name is freed first"},
		{"deleted, ours, on_deleted: purge, not purgeable", newScene(1).record(0, op1).see(0, gone(func(o *Observation) { o.Until = day1 })), "error", "until 2026-11-01"},
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
		{"rotation due, lock lost", newScene(1).lockLost().present(0, op1).with(func(s *Secret) { s.RotationPeriod = time.Hour }).later(), "error", "the lock file is missing"},
		{"rotation due, lock lost, confirmed", newScene(1).lockLost().present(0, op1).with(func(s *Secret) { s.RotationPeriod = time.Hour }).later().confirmed(), "update", "rotation is due since 2026-10-31"},
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
