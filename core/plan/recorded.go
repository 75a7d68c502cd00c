package plan

import "time"

// Recorded is what the lock file tells. The zero Recorded is a project that has
// not been applied, or whose lock file is lost.
type Recorded struct {
	ProjectID string
	Secrets   map[string]RecordedSecret
	Targets   map[Address]RecordedTarget
	// Begun are the values that an apply which did not finish was making, by secret.
	Begun map[string]Begun
}

// Begun is a value whose making was begun and not finished.
type Begun struct {
	Operation Operation
	// Targets are those that were to be written, each with whether it held nothing
	// before. In a store without marks, what is there now is what was left of that.
	Targets map[Address]bool
}

// RecordedSecret is what is known of a secret.
type RecordedSecret struct {
	Operation  Operation // of the live value
	Created    time.Time
	Rotated    time.Time
	Definition string
	// PreventDestroy holds also after the secret is gone from the Secretfile.
	PreventDestroy bool
	// Inputs are the operations of the secrets that the value was built of, by
	// name, and Text a digest of what it was built with.
	Inputs map[string]string
	Text   string
}

// RecordedTarget is what is known of a write.
type RecordedTarget struct {
	Secret    string
	Operation Operation
	Receipt   Receipt
	Written   time.Time
	// Origin is Adopted when the value was there before us.
	Origin string
	// Retiring are the versions that it replaced and that are not retired yet.
	Retiring []Retirement
}
