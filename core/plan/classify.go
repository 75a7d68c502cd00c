package plan

import (
	"fmt"
)

// standing is how a target stands to the secret that should be there.
type standing int

const (
	uncertain standing = iota
	absent
	ours
	drifted
	foreign
)

// view is one target with everything known of it.
type view struct {
	Target
	Observation
	recorded    RecordedTarget
	hasRecord   bool
	standing    standing
	operation   Operation // of the value there, when it is ours
	renamed     string    // the name under which it is there, when that is gone from the Secretfile
	unfinished  bool      // it may hold the value that an interrupted apply was writing, or half of it
	held        bool      // our own, deleted, and neither to be brought back nor removed
	explanation string
}

// classify finds how a target stands, by our mark where the store carries it and
// by the receipt where it does not.
//
// A value under a name that is gone from the Secretfile is ours under its new one.
func classify(t Target, o Observation, r RecordedTarget, hasRecord bool, owner Owner, names names) view {
	v := view{Target: t, Observation: o, recorded: r, hasRecord: hasRecord, renamed: names.renamed(o.Mark, owner)}
	if v.renamed != "" && !r.Operation.IsZero() && r.Secret == v.renamed {
		v.hasRecord = true
	}
	switch o.Presence {
	case Absent:
		v.standing = absent
	case Changing:
		v.explanation = "the store is still at work on this name; try again in a moment"
	case Unobservable:
		v.classifyUnseen()
	case Deleted:
		v.classifyDeleted(owner)
	case Present, Disabled:
		// A store without marks may still remember our write in its own way.
		if t.Can.Marks || owner.ID != "" && o.Mark.Owner == owner.String() || v.renamed != "" {
			v.classifyMarked(owner)
		} else {
			v.classifyUnmarked()
		}
	default:
		v.explanation = "it could not be looked at"
		if o.Problem != nil {
			v.explanation = o.Problem.Summary
		}
	}
	return v
}

func (v *view) classifyUnseen() {
	if !v.hasRecord {
		v.standing, v.explanation = foreign, "this kind of target cannot be looked at and nothing is recorded: it would be overwritten unseen"
		return
	}
	v.standing, v.operation = ours, v.recorded.Operation
	v.explanation = fmt.Sprintf("written %s, cannot be checked", v.recorded.Written.Format("2006-01-02"))
}

// classifyDeleted finds what may become of a deleted value that still holds its
// name: ours is brought back, or removed for good when the Secretfile says so.
func (v *view) classifyDeleted(owner Owner) {
	operation, err := ParseOperation(v.Mark.Operation)
	mine := err == nil && owner.ID != "" && (v.Mark.Owner == owner.String() || v.renamed != "")
	switch {
	case !mine:
		v.standing, v.explanation = foreign, "a deleted secret that sz did not write still holds this name"
	case v.Recoverable:
		v.standing, v.operation = ours, operation
		v.explanation = "it was deleted, and the store still has it"
	case v.Purgeable:
		v.standing = absent
		v.explanation = "its name is freed first, and what was deleted goes for good"
	default:
		v.standing, v.held, v.explanation = foreign, true, "it was deleted, and its name is still held by the store"
		if !v.Until.IsZero() {
			v.explanation += " until " + v.Until.UTC().Format("2006-01-02")
		}
	}
}

func (v *view) classifyMarked(owner Owner) {
	operation, err := ParseOperation(v.Mark.Operation)
	if owner.ID == "" || v.Mark.Owner != owner.String() && v.renamed == "" || err != nil {
		v.standing, v.explanation = foreign, v.whose(owner)
		if v.hasRecord {
			v.standing, v.explanation = drifted, "it was changed outside: our mark is gone"
		}
		return
	}
	v.standing, v.operation = ours, operation
	if !v.hasRecord {
		return
	}
	switch order := operation.Compare(v.recorded.Operation); {
	case order < 0:
		v.standing, v.explanation = drifted, "it was rolled back outside to an earlier value"
	case order == 0 && v.Match == Differs:
		v.standing, v.explanation = drifted, "it was changed outside and our mark was kept"
	case order > 0:
		v.explanation = "written by another copy of this project"
	}
}

// finish takes what lies where an interrupted apply was writing for what that left
// there, in a store that cannot tell itself.
func (v *view) finish(begun Begun) {
	empty, wanted := begun.Targets[v.Address]
	unseen := v.Presence == Unobservable || v.Presence == Present && !v.Can.Marks
	if !wanted || !unseen || v.standing != drifted && (v.standing != foreign || v.hasRecord || !empty) {
		return
	}
	v.standing, v.operation, v.unfinished = ours, begun.Operation, true
	v.explanation = "an apply was interrupted while it was written here"
}

// whose says in words what a foreign mark tells.
func (v *view) whose(owner Owner) string {
	other, ok := ParseOwner(v.Mark.Owner)
	switch {
	case v.Mark.Owner == "" || !ok:
		return "a secret that sz did not write is here"
	case other.Project == owner.Project && other.Secret == owner.Secret && other.Environment == owner.Environment && owner.ID == "":
		return "it carries the mark of a project of this name, but nothing here proves that it is this one; restore the lock file, or set metadata.project"
	case other.Project == owner.Project && other.ID == owner.ID:
		return fmt.Sprintf("it holds the secret %s of this project", other.Secret)
	default:
		return fmt.Sprintf("it belongs to secret %s of another project named %s", other.Secret, other.Project)
	}
}

func (v *view) classifyUnmarked() {
	switch {
	case !v.hasRecord:
		v.standing, v.explanation = foreign, "something that sz did not write is here"
	case v.Match == Matches:
		v.standing, v.operation = ours, v.recorded.Operation
	case v.Match == Differs:
		v.standing, v.explanation = drifted, "it was changed outside"
	default:
		v.explanation = "it was written by sz, but this machine cannot tell whether it was changed since"
	}
}
