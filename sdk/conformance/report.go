package conformance

import "time"

// Status is what became of a check.
type Status string

// The statuses. A warning is worth looking at and breaks no rule.
const (
	Pass Status = "pass"
	Fail Status = "fail"
	Warn Status = "warn"
	Skip Status = "skip"
)

// Result is what became of one check of one case.
type Result struct {
	Check   string        // its name, stable, kebab-case
	Case    string        // such as "target note"; empty for the plugin as a whole
	About   string        // the rule, in one sentence
	Status  Status        //
	Details []string      // why it is not passed, or what was found out
	Took    time.Duration //
}

// Report is all of a run.
type Report struct {
	Plugin      string
	Version     string
	Confinement string
	Results     []Result
}

// Count is how many results have a status.
func (r Report) Count(s Status) int {
	n := 0
	for _, result := range r.Results {
		if result.Status == s {
			n++
		}
	}
	return n
}

// OK reports that no check failed.
func (r Report) OK() bool { return r.Count(Fail) == 0 }
