package wire

import (
	"context"
	"time"

	"github.com/secretzero/sz/sdk/schema"
)

// Handler is what a plugin does, in Go types. Package sdk builds one of an
// author's functions. Reading methods may be called concurrently.
type Handler interface {
	Describe() Description
	Open(ctx context.Context, request OpenRequest) ([]Claim, []Diagnostic)
	Drain(ctx context.Context, grace time.Duration)

	CheckGenerator(ctx context.Context, item GeneratorItem) GeneratorCheck
	Generate(ctx context.Context, item GeneratorItem) Generated

	CheckTarget(ctx context.Context, item CheckItem) CheckResult
	Inspect(ctx context.Context, items []InspectItem, challengeKey []byte, answer func(int, State)) []Diagnostic
	Read(ctx context.Context, item ReadItem) (ReadResult, []Diagnostic)
	Write(ctx context.Context, item WriteItem) WriteResult
	Update(ctx context.Context, item UpdateItem) WriteResult
	Retire(ctx context.Context, item RetireItem) WriteResult
	Versions(ctx context.Context, target TargetRef) ([]Version, []Diagnostic)
	Diagnose(ctx context.Context, items []DiagnoseItem, probe bool, report func(Finding)) []Diagnostic
	References(ctx context.Context, items []ReferenceItem, consumer, project string) (References, []Diagnostic)
}

// InvalidItem is the diagnostic for a configuration that its schema refuses. The
// host checks first; a plugin that is asked all the same answers with this.
func InvalidItem(fault schema.Fault) Diagnostic {
	return Diagnostic{
		Warning: fault.Warning, Class: InvalidConfig, Code: fault.Code, Path: fault.Path, Summary: fault.Summary, Hint: fault.Hint,
	}
}
