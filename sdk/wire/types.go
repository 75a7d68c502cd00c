package wire

import (
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// OpenRequest configures the one provider instance of a process. Sealed parts of
// Config travel apart from the rest.
type OpenRequest struct {
	Kind        string
	Alias       string
	Config      schema.Value
	ProjectRoot string // where relative paths start; empty for no files
	// Allowances are the texts that the user's own configuration allows, by the name of
	// an [AllowanceDescription].
	Allowances map[string][]string
}

// Claim is one thing known about the identity that an instance acts as.
type Claim struct{ Name, Value string }

// GeneratorItem is one value to make. Sealed parts of Config travel apart from the
// rest.
type GeneratorItem struct {
	Kind   string
	Config schema.Value
	Files  []ProjectFile // that the configuration names
}

// ProjectFile is a file of the project, as it was when the plan was made.
type ProjectFile struct {
	Path string // as the configuration has it
	Data []byte
}

// GeneratorCheck is what is wrong with a [GeneratorItem], and how strong a value
// made so would be; 0 bits means not known.
type GeneratorCheck struct {
	Diagnostics []Diagnostic
	EntropyBits float64
}

// Generated is one new value, or why there is none.
type Generated struct {
	Payload     secret.Payload
	Diagnostics []Diagnostic
}

// MaxBatch is how many values one call may ask for.
const MaxBatch = 256
