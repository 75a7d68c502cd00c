package plan

// Unstated is a part of a secret for which a value is wanted and none is stated.
type Unstated struct {
	Secret string
	Part   *Part
}

// Unstated are the parts whose values a plan lacks, for somebody to be asked. Those that
// have another source than a person are not among them.
func (p *Plan) Unstated(desired *Desired) []Unstated {
	lacking := map[string]bool{}
	for _, c := range p.Changes {
		for _, s := range c.Steps {
			lacking[c.Secret.Name] = lacking[c.Secret.Name] || s.Action == Refused && s.Before.Absent
		}
	}
	var list []Unstated
	for i := range desired.Secrets {
		s := &desired.Secrets[i]
		for j := range s.Parts {
			if lacking[s.Name] && s.Parts[j].Missing && s.Source == nil {
				list = append(list, Unstated{s.Name, &s.Parts[j]})
			}
		}
	}
	return list
}

// Name is how a person knows the part: NAME or NAME.FIELD.
func (u Unstated) Name() string {
	if u.Part.Field == "" {
		return u.Secret
	}
	return u.Secret + "." + u.Part.Field
}
