package pluginhost

import "github.com/secretzero/sz/sdk/wire"

// What plugins say and are told, for the packages above this one, which do not
// import the wire.
type (
	// Description is all that a plugin says of itself.
	Description = wire.Description
	// ProviderDescription is what a plugin says of one kind of provider.
	ProviderDescription = wire.ProviderDescription
	// TargetRef names a place.
	TargetRef = wire.TargetRef
	// Mark is how a store remembers what sz wrote.
	Mark = wire.Mark
	// Receipt is what a plugin remembers of a write.
	Receipt = wire.Receipt
	// CheckItem is one target as the Secretfile states it.
	CheckItem = wire.CheckItem
	// CheckResult says where a target is.
	CheckResult = wire.CheckResult
	// Throttle is a limit that all writers of a scope share.
	Throttle = wire.Throttle
	// InspectItem is one address to look at.
	InspectItem = wire.InspectItem
	// State is what is at an address.
	State = wire.State
	// GeneratorItem is one value to make.
	GeneratorItem = wire.GeneratorItem
	// ProjectFile is a file of the project that a value is made with.
	ProjectFile = wire.ProjectFile
	// GeneratorCheck is what is wrong with a generator's configuration.
	GeneratorCheck = wire.GeneratorCheck
	// Generated is one new value.
	Generated = wire.Generated
	// ReadItem asks for one value.
	ReadItem = wire.ReadItem
	// ReadResult is one value.
	ReadResult = wire.ReadResult
	// WriteItem is one value to store.
	WriteItem = wire.WriteItem
	// WriteResult is what became of a change.
	WriteResult = wire.WriteResult
	// UpdateItem changes what is around a value.
	UpdateItem = wire.UpdateItem
	// ReadReason is why a value is read.
	ReadReason = wire.ReadReason
	// RetireItem disables or deletes a value.
	RetireItem = wire.RetireItem
	// RetireMode is how far that goes.
	RetireMode = wire.RetireMode
	// Expectation is what must be at an address for a write to go ahead.
	Expectation = wire.Expectation
	// Version is one version of a secret without its value.
	Version = wire.Version
	// DiagnoseItem is one place and what has to be done there.
	DiagnoseItem = wire.DiagnoseItem
	// Need is something that a Secretfile has to do at a place.
	Need = wire.Need
	// Finding is one thing that a diagnosis found out.
	Finding = wire.Finding
	// FindingOutcome is what became of one step of a diagnosis.
	FindingOutcome = wire.FindingOutcome
	// ReferenceItem is one place that a consumer reads.
	ReferenceItem = wire.ReferenceItem
	// References is the text with which a consumer reads secrets.
	References = wire.References
	// PluginDiagnostic is something that a plugin wants a person to know.
	PluginDiagnostic = wire.Diagnostic
	// Capability is something that a kind of target can do.
	Capability = wire.Capability
	// Progress is how far a write is.
	Progress = wire.Progress
	// Permission is something that an instance asks to be allowed.
	Permission = wire.Permission
	// Claim is one thing known about an identity.
	Claim = wire.Claim
)

// Constants of the wire that the packages above need.
const (
	Absent         = wire.Absent
	Present        = wire.Present
	Disabled       = wire.Disabled
	Deleted        = wire.Deleted
	Changing       = wire.Changing
	Unknown        = wire.Unknown
	Matches        = wire.Matches
	Differs        = wire.Differs
	Applied        = wire.Applied
	Unchanged      = wire.Unchanged
	NotApplied     = wire.NotApplied
	OutcomeUnknown = wire.OutcomeUnknown

	CanInspect   = wire.CanInspect
	CanRead      = wire.CanRead
	CanChallenge = wire.CanChallenge
	CanMark      = wire.CanMark
	CanUpdate    = wire.CanUpdate
	CanRetire    = wire.CanRetire
	CanVersions  = wire.CanVersions
	CanDiagnose  = wire.CanDiagnose
	CanRefer     = wire.CanRefer

	NeedInspect = wire.NeedInspect
	NeedRead    = wire.NeedRead
	NeedWrite   = wire.NeedWrite
	NeedUpdate  = wire.NeedUpdate
	NeedDelete  = wire.NeedDelete

	Passed        = wire.Passed
	FindingFailed = wire.FindingFailed
	Inferred      = wire.Inferred
	Skipped       = wire.Skipped
	Warned        = wire.Warned

	RetireDelete  = wire.RetireDelete
	RetirePurge   = wire.RetirePurge
	RetireDisable = wire.RetireDisable
	RetireUnmark  = wire.RetireUnmark

	ReadForCopy          = wire.ReadForCopy
	ReadForSource        = wire.ReadForSource
	ReadForAdopt         = wire.ReadForAdopt
	ReadForReplaceFields = wire.ReadForReplaceFields

	Authentication = wire.Authentication
	Permissions    = wire.Permissions
	Unavailable    = wire.Unavailable
	Throttled      = wire.Throttled
	Conflict       = wire.Conflict
	InvalidConfig  = wire.InvalidConfig

	// MaxBatch is how many values one Generate may ask for.
	MaxBatch = wire.MaxBatch
)

// Failed reports whether any of list is an error.
func Failed(list []PluginDiagnostic) bool { return wire.Failed(list) }
