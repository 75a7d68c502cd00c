package vault

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// ofService reports what the service accepts (azure-rest-api-specs, routes.tsp).
func ofService(name string) bool { return len(name) <= 127 && serviceCharacters.MatchString(name) }

var serviceCharacters = regex.Of(`^[0-9a-zA-Z-]+$`)

// DefaultName is the name in a vault of a secret that names none: underscores and
// dots, which the service refuses, become hyphens.
func DefaultName(secret, field string) string {
	name := secret
	if field != "" {
		name += "-" + field
	}
	return strings.NewReplacer("_", "-", ".", "-").Replace(name)
}

// CheckName says what is wrong with a name. The strict rules keep names readable;
// the service's own allow any order of letters, digits and hyphens.
func CheckName(name string, strict bool) error {
	var wrong string
	switch {
	case name == "" || len(name) > 127:
		wrong = fmt.Sprintf("it has %d characters, and 1 to 127 are allowed", len(name))
	case !ofService(name):
		wrong = "only letters, digits and hyphens are allowed"
	case !strict:
		return nil
	case strings.HasPrefix(name, "-"):
		wrong = "it begins with a hyphen"
	case strings.HasSuffix(name, "-"):
		wrong = "it ends with a hyphen"
	case strings.Contains(name, "--"):
		wrong = "it has two hyphens in a row"
	default:
		return nil
	}
	e := &Error{Summary: fmt.Sprintf("secret_name %q cannot be used: %s", clip(name), wrong)}
	if fixed := fix(name); fixed != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", fixed)
	}
	if strict && ofService(name) {
		e.Hint += "; name_rules: service allows all that the service does"
	}
	return e
}

var otherCharacters = regex.Of(`[^0-9a-zA-Z]+`)

func fix(name string) string {
	fixed := strings.Trim(otherCharacters.ReplaceAllString(name, "-"), "-")
	if len(fixed) > 127 {
		fixed = strings.Trim(fixed[:127], "-")
	}
	return fixed
}

func clip(text string) string {
	if len(text) > 140 {
		return text[:140] + "…"
	}
	return text
}
