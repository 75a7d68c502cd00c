package plan

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/internal/regex"
)

// Owner is what our mark says of whose a value is: PROJECT.ID/ENVIRONMENT/SECRET.
// The random id tells two projects of one name apart.
type Owner struct{ Project, ID, Environment, Secret string }

// ownerForm allows a dot in a project's name: the id is what follows the last.
var ownerForm = regex.Of(`^(.+)\.([0-9a-f]{16})/([^/]+)/([^/]+)$`)

// String is the owner as a mark holds it.
func (o Owner) String() string {
	return fmt.Sprintf("%s.%s/%s/%s", o.Project, o.ID, o.Environment, o.Secret)
}

// ParseOwner reads a mark's owner; ok is false for any other text.
func ParseOwner(text string) (o Owner, ok bool) {
	m := ownerForm.FindStringSubmatch(text)
	if m == nil {
		return Owner{}, false
	}
	return Owner{m[1], m[2], m[3], m[4]}, true
}

// projectID is the id of this project: the recorded one, or without a lock file
// the one that all marks of a named project agree on.
func projectID(desired Desired, recorded Recorded, observed Observed) (string, diag.List) {
	if recorded.ProjectID != "" || !desired.Named {
		return recorded.ProjectID, nil
	}
	var ids []string
	for _, s := range desired.Secrets {
		for _, t := range s.Targets {
			o, ok := ParseOwner(observed[t.Address].Mark.Owner)
			same := ok && o.Project == desired.Project && o.Environment == desired.Environment && o.Secret == s.Name
			if same && (len(ids) == 0 || ids[len(ids)-1] != o.ID) {
				ids = append(ids, o.ID)
			}
		}
	}
	switch len(ids) {
	case 0:
		return "", nil
	case 1:
		return ids[0], nil
	}
	return "", diag.List{{
		Severity: diag.Warning, Code: "project-id-unclear",
		Summary: fmt.Sprintf("the lock file is missing and the stores hold marks of %d projects named %s", len(ids), desired.Project),
		Detail:  "without the lock file it cannot be told which of them is this one: " + strings.Join(ids, ", "),
		Hint:    "restore the lock file from version control",
	}}
}
