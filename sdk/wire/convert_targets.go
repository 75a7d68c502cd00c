package wire

import (
	"cmp"
	"maps"
	"slices"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
	"github.com/secretzero/sz/sdk/schema"
)

// The small enums of this package carry the wire's own numbers, so a conversion
// is a cast; a number from a newer peer stays itself and matches no constant.

func targetToPB(t TargetRef) *pb.TargetRef {
	return &pb.TargetRef{Kind: t.Kind, Address: t.Address, Config: valueToPB(t.Config), Fields: t.Fields, RotationPeriod: durationToPB(t.RotationPeriod)}
}

func targetFromPB(t *pb.TargetRef) TargetRef {
	return TargetRef{Kind: t.GetKind(), Address: t.GetAddress(), Config: valueFromPB(t.GetConfig()), Fields: t.GetFields(), RotationPeriod: t.GetRotationPeriod().AsDuration()}
}

func markToPB(m Mark) *pb.Mark {
	if m.IsZero() {
		return nil
	}
	return &pb.Mark{Owner: m.Owner, Operation: m.Operation, Previous: m.Previous, Definition: m.Definition, Origin: m.Origin}
}

func markFromPB(m *pb.Mark) Mark {
	return Mark{Owner: m.GetOwner(), Operation: m.GetOperation(), Previous: m.GetPrevious(), Definition: m.GetDefinition(), Origin: m.GetOrigin()}
}

func receiptToPB(r Receipt) *pb.Receipt {
	if r.IsZero() {
		return nil
	}
	return &pb.Receipt{Version: r.Version, Revision: r.Revision, Data: r.Data}
}

func receiptFromPB(r *pb.Receipt) Receipt {
	return Receipt{Version: r.GetVersion(), Revision: r.GetRevision(), Data: r.GetData()}
}

func diagnosticsToPB(list []Diagnostic) []*pb.Diagnostic {
	var out []*pb.Diagnostic
	for _, d := range list {
		severity := pb.Severity_SEVERITY_ERROR
		if d.Warning {
			severity = pb.Severity_SEVERITY_WARNING
		}
		out = append(out, &pb.Diagnostic{
			Severity: severity, Class: pb.Class(d.Class), Code: d.Code, Path: pathToPB(d.Path),
			Summary: d.Summary, Detail: d.Detail, Hint: d.Hint, RetryAfter: durationToPB(d.RetryAfter),
		})
	}
	return out
}

// Bounds of what a plugin may say in one call.
const (
	maxDiagnostics = 100
	maxText        = 4 << 10
	maxPath        = 64 // steps to what a diagnostic is about
)

// diagnosticsFromPB are the first of what a plugin says, its errors before all else:
// what is cut must not turn a failure into a success. Texts are as long as they came; a
// host masks them before it cuts them, for it does not know a piece of a value as one.
func diagnosticsFromPB(list []*pb.Diagnostic) []Diagnostic {
	if len(list) > maxDiagnostics {
		list = slices.SortedStableFunc(slices.Values(list), func(a, b *pb.Diagnostic) int {
			return cmp.Compare(a.GetSeverity(), b.GetSeverity()) // a warning has the highest number
		})[:maxDiagnostics]
	}
	var out []Diagnostic
	for _, d := range list {
		out = append(out, Diagnostic{
			Warning: isWarning(d), Class: Class(d.GetClass()),
			Code: clip(d.GetCode()), Path: pathFromPB(d.GetPath()[:min(len(d.GetPath()), maxPath)]),
			Summary: d.GetSummary(), Detail: d.GetDetail(), Hint: d.GetHint(),
			RetryAfter: d.GetRetryAfter().AsDuration(),
		})
	}
	return out
}

func isWarning(d *pb.Diagnostic) bool { return d.GetSeverity() == pb.Severity_SEVERITY_WARNING }

func clip(text string) string {
	if len(text) > maxText {
		return text[:maxText] + "…"
	}
	return text
}

func checkItemToPB(i CheckItem) *pb.TargetCheckItem {
	return &pb.TargetCheckItem{Kind: i.Kind, Config: valueToPB(i.Config), Secret: i.Secret, Field: i.Field, Fields: i.Fields, RotationPeriod: durationToPB(i.RotationPeriod)}
}

func checkItemFromPB(i *pb.TargetCheckItem) CheckItem {
	return CheckItem{Kind: i.GetKind(), Config: valueFromPB(i.GetConfig()), Secret: i.GetSecret(), Field: i.GetField(), Fields: i.GetFields(), RotationPeriod: i.GetRotationPeriod().AsDuration()}
}

func checkResultToPB(r CheckResult) *pb.TargetCheck {
	return &pb.TargetCheck{
		Address: r.Address, Claims: r.Claims, Diagnostics: diagnosticsToPB(r.Diagnostics), MaxValueBytes: uint64(max(0, r.MaxValue)),
		MaxMarkBytes: uint64(max(0, r.MaxMark)), Unmarked: r.Unmarked,
		Throttle: &pb.Throttle{
			Scope: r.Throttle.Scope, Burst: uint32(max(0, r.Throttle.Burst)),
			PerSecond: r.Throttle.PerSecond, InFlight: uint32(max(0, r.Throttle.InFlight)),
		},
	}
}

func checkResultFromPB(r *pb.TargetCheck) CheckResult {
	t := r.GetThrottle()
	return CheckResult{
		Address: r.GetAddress(), Claims: r.GetClaims(), Diagnostics: diagnosticsFromPB(r.GetDiagnostics()),
		MaxValue: int(min(r.GetMaxValueBytes(), 1<<31-1)), MaxMark: int(min(r.GetMaxMarkBytes(), 1<<31-1)), Unmarked: r.GetUnmarked(),
		Throttle: Throttle{Scope: t.GetScope(), Burst: int(t.GetBurst()), PerSecond: t.GetPerSecond(), InFlight: int(t.GetInFlight())},
	}
}

func inspectItemToPB(i InspectItem) *pb.TargetInspectItem {
	return &pb.TargetInspectItem{Target: targetToPB(i.Target), Receipt: receiptToPB(i.Receipt), CompareValue: i.CompareValue, CompareFields: i.CompareFields}
}

func inspectItemFromPB(i *pb.TargetInspectItem) InspectItem {
	return InspectItem{Target: targetFromPB(i.GetTarget()), Receipt: receiptFromPB(i.GetReceipt()), CompareValue: i.GetCompareValue(), CompareFields: i.GetCompareFields()}
}

func stateToPB(s State) *pb.TargetState {
	out := &pb.TargetState{
		Presence: pb.Presence(s.Presence), Mark: markToPB(s.Mark), ReceiptMatch: pb.ReceiptMatch(s.Match),
		Receipt: receiptToPB(s.Receipt), MetadataDiffers: s.MetadataDiffers,
		Comparison: s.Comparison, FieldComparisons: s.FieldComparisons,
		RetryAt: timeToPB(s.RetryAt), StoreTime: timeToPB(s.StoreTime), Unreadable: s.Unreadable, Diagnostics: diagnosticsToPB(s.Diagnostics),
	}
	if s.Presence == Deleted {
		out.Deletion = &pb.Deletion{Recoverable: s.Deletion.Recoverable, Purgeable: s.Deletion.Purgeable, Until: timeToPB(s.Deletion.Until)}
	}
	return out
}

func stateFromPB(s *pb.TargetState) State {
	d := s.GetDeletion()
	return State{
		Presence: Presence(s.GetPresence()), Mark: markFromPB(s.GetMark()), Match: ReceiptMatch(s.GetReceiptMatch()),
		Receipt: receiptFromPB(s.GetReceipt()), MetadataDiffers: s.GetMetadataDiffers(),
		Comparison: s.GetComparison(), FieldComparisons: s.GetFieldComparisons(),
		Deletion: Deletion{Recoverable: d.GetRecoverable(), Purgeable: d.GetPurgeable(), Until: timeFromPB(d.GetUntil())},
		RetryAt:  timeFromPB(s.GetRetryAt()), StoreTime: timeFromPB(s.GetStoreTime()), Unreadable: s.GetUnreadable(), Diagnostics: diagnosticsFromPB(s.GetDiagnostics()),
	}
}

func writeItemToPB(n uint64, i WriteItem) *pb.TargetsWriteRequest {
	return &pb.TargetsWriteRequest{
		Item: n, Target: targetToPB(i.Target), Mark: markToPB(i.Mark), Payload: payloadToPB(i.Payload), Expect: expectToPB(i.Expect),
	}
}

func writeItemFromPB(r *pb.TargetsWriteRequest) WriteItem {
	return WriteItem{
		Target: targetFromPB(r.GetTarget()), Mark: markFromPB(r.GetMark()), Payload: payloadFromPB(r.GetPayload()), Expect: expectFromPB(r.GetExpect()),
	}
}

func expectToPB(e Expectation) *pb.Expectation {
	out := &pb.Expectation{Recheck: e.Recheck}
	switch {
	case e.Absent:
		out.Before = &pb.Expectation_Absent{Absent: true}
	case e.Deleted:
		out.Before = &pb.Expectation_Deleted{Deleted: true}
	default:
		out.Before = &pb.Expectation_Receipt{Receipt: receiptToPB(e.Receipt)}
	}
	return out
}

func expectFromPB(e *pb.Expectation) Expectation {
	return Expectation{Absent: e.GetAbsent(), Deleted: e.GetDeleted(), Receipt: receiptFromPB(e.GetReceipt()), Recheck: e.GetRecheck()}
}

func writeResultToPB(n uint64, r WriteResult) *pb.TargetsWriteResponse {
	return &pb.TargetsWriteResponse{
		Item: n, Outcome: pb.WriteOutcome(r.Outcome), Receipt: receiptToPB(r.Receipt), Diagnostics: diagnosticsToPB(r.Diagnostics), RetryAt: timeToPB(r.RetryAt),
	}
}

func writeResultFromPB(r *pb.TargetsWriteResponse) WriteResult {
	return WriteResult{
		Outcome: Outcome(r.GetOutcome()), Receipt: receiptFromPB(r.GetReceipt()), Diagnostics: diagnosticsFromPB(r.GetDiagnostics()), RetryAt: timeFromPB(r.GetRetryAt()),
	}
}

func versionToPB(v Version) *pb.SecretVersion {
	return &pb.SecretVersion{Revision: v.Revision, Mark: markToPB(v.Mark), Enabled: v.Enabled, Created: timeToPB(v.Created), Expires: timeToPB(v.Expires)}
}

func versionFromPB(v *pb.SecretVersion) Version {
	return Version{Revision: v.GetRevision(), Mark: markFromPB(v.GetMark()), Enabled: v.GetEnabled(), Created: timeFromPB(v.GetCreated()), Expires: timeFromPB(v.GetExpires())}
}

func openToPB(r OpenRequest) *pb.OpenRequest {
	config, secrets := splitSensitive(schema.Path{}, r.Config)
	out := &pb.OpenRequest{Kind: r.Kind, Alias: r.Alias, Config: valueToPB(config), Secrets: secrets, ProjectRoot: r.ProjectRoot}
	for _, name := range slices.Sorted(maps.Keys(r.Allowances)) {
		out.Allowances = append(out.Allowances, &pb.Allowance{Name: name, Values: r.Allowances[name]})
	}
	return out
}

func openFromPB(r *pb.OpenRequest) OpenRequest {
	out := OpenRequest{
		Kind: r.GetKind(), Alias: r.GetAlias(), ProjectRoot: r.GetProjectRoot(),
		Config: joinSensitive(valueFromPB(r.GetConfig()), r.GetSecrets()), Allowances: map[string][]string{},
	}
	for _, a := range r.GetAllowances() {
		out.Allowances[a.GetName()] = append(out.Allowances[a.GetName()], a.GetValues()...)
	}
	return out
}
