package plan

// Drift is a target that is not as it was left.
type Drift struct {
	Secret string
	Target Address
	Kind   DriftKind
	Reason string
	Hint   string
}

// DriftKind is what became of a target.
type DriftKind string

// The kinds of drift.
const (
	ChangedOutside DriftKind = "changed"
	DeletedOutside DriftKind = "deleted"
	NotKnown       DriftKind = "unknown" // it could not be found out, which is not fine
)

// Drifts are the targets of a plan that somebody else changed since they were
// written, or of which that is not known. What the Secretfile asks for and was not
// done yet is no drift.
func (p *Plan) Drifts(recorded Recorded) []Drift {
	var list []Drift
	for _, c := range p.Changes {
		for _, s := range c.Steps {
			d := Drift{Secret: c.Secret.Name, Target: s.Target.Address, Reason: s.Reason}
			written := recorded.Targets[s.Target.Address].Secret == c.Secret.Name
			switch {
			case s.Action == Drifted:
				d.Kind = ChangedOutside
			case s.Action == Unsure:
				d.Kind = NotKnown
				if s.Problem != nil {
					d.Hint = s.Problem.Hint
				}
			case (s.Before.Absent || s.Before.Deleted) && written:
				d.Kind, d.Reason = DeletedOutside, "it was deleted outside"
			case s.Action == Conflict && written:
				d.Kind = ChangedOutside
			default:
				continue
			}
			list = append(list, d)
		}
	}
	return list
}
