package wire

import (
	"testing"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// TestAnErrorIsNotLostAmongWarnings has more of them than a call may have.
func TestAnErrorIsNotLostAmongWarnings(t *testing.T) {
	var list []*pb.Diagnostic
	for range 2 * maxDiagnostics {
		list = append(list, &pb.Diagnostic{Severity: pb.Severity_SEVERITY_WARNING, Summary: "a warning"})
	}
	list = append(list, &pb.Diagnostic{Severity: pb.Severity_SEVERITY_ERROR, Summary: "first"}, &pb.Diagnostic{Summary: "second"})
	list[len(list)-1].Path = make([]*pb.PathStep, 1000)
	got := diagnosticsFromPB(list)
	if len(got) != maxDiagnostics || !Failed(got) {
		t.Errorf("%d diagnostics, failed: %t", len(got), Failed(got))
	}
	if len(got[0].Path) != maxPath || got[0].Summary != "second" || got[1].Summary != "first" || !got[2].Warning {
		t.Errorf("they begin with %q, %q, %q", got[0].Summary, got[1].Summary, got[2].Summary)
	}
}
