package secretfile

import (
	"time"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
)

// File is a Secretfile as it is meant. What a later version of the language gives
// a meaning is carried as a [Value].
type File struct {
	Path        string
	Dir         string // of the file, which paths in it are relative to
	Language    syntax.Language
	Environment string   // the selected one, or NoEnvironment
	Profile     *Profile // of the selected environment; nil for none
	Version     string   // as written; empty when not given
	Metadata    Metadata
	Providers   []Provider // in source order, then those that are not declared
	Secrets     []Secret
	Templates   []Template

	Policies []Policy // in source order
	// TargetProfiles are all of the file; TargetProfile is the name of the one whose
	// overrides are in the configuration of the targets.
	TargetProfiles []TargetProfile
	TargetProfile  string

	// Carried, in the shape that the language gives them.
	Plugins, Labels, Annotations, Agent, Config Value

	// Sources hold the text for messages, with what is secret in it masked.
	Sources *diag.Sources
}

// Metadata says what the file is about.
type Metadata struct {
	Project      string // "default" when none is given
	ProjectGiven bool
	ProjectRange diag.Range
	All          Value
}

// Provider is one instance of a kind of provider.
type Provider struct {
	Alias     string
	Kind      string
	Range     diag.Range // of the alias
	KindRange diag.Range
	// Config is config{…} and, as the field auth, the authentication: its kind
	// and the settings beside it.
	Config Value
	// Implicit means that the file does not declare it: a target names a kind of
	// provider, which means that provider with default settings.
	Implicit bool
}

// Secret is one secret: of a generator, or of the fields of a template.
type Secret struct {
	Name      string
	NameRange diag.Range
	Range     diag.Range // all of it
	Template  string     // of kind templates.NAME
	Generator *Generator // nil for a template
	Fields    []Field    // of a template, in order
	Targets   []Target   // the secret's own, then those of its template

	Description    string
	RotationPeriod time.Duration // zero: never due
	Overlap        time.Duration // how long a rotated value stays valid beside the new one
	OneTime        bool
	Local          bool
	Adopt          bool
	PreventDestroy bool
	ProcessTags    Value
	Source         *Source // nil: none
	// Definition is a digest of the definition as it is written, without any
	// value: it changes when a person changes the definition.
	Definition string
}

// Generator says how a value comes to be.
type Generator struct {
	Kind      string
	KindRange diag.Range
	Range     diag.Range // of the configuration, else of the kind
	Config    Value
}

// Template is a structured secret that secrets are made after.
type Template struct {
	Name        string
	NameRange   diag.Range
	Description string
	Fields      []Field // in source order
	Targets     []Target
}

// Field is one part of a structured secret.
type Field struct {
	Name        string
	NameRange   diag.Range
	Description string
	Generator   Generator
	Targets     []Target // receive this field alone
}

// Target is one place where a secret is stored.
type Target struct {
	Provider      string // the alias
	Kind          string
	Range         diag.Range // of the provider's name, where messages point
	ProviderRange diag.Range
	KindRange     diag.Range
	Config        Value
}

// Template finds a template by name.
func (f *File) Template(name string) (Template, bool) {
	for _, t := range f.Templates {
		if t.Name == name {
			return t, true
		}
	}
	return Template{}, false
}
