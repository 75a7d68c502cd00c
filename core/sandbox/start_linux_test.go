package sandbox

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/sandbox/internal/inside"
)

// TestMain makes this test binary what the tests start.
func TestMain(m *testing.M) {
	if os.Args[0] == "says-hello" {
		hello, _ := io.ReadAll(os.NewFile(3, "extra"))
		_, _ = os.Stdout.Write(hello)
		os.Exit(7)
	}
	os.Exit(m.Run())
}

// TestStart starts a process in every tier, after one that could not be executed: that
// says nothing of the tier.
func TestStart(t *testing.T) {
	for tier := T0; tier <= T3; tier++ {
		t.Run(tier.String(), func(t *testing.T) {
			text := filepath.Join(t.TempDir(), "text")
			if err := os.WriteFile(text, []byte("no program"), 0o755); err != nil {
				t.Fatal(err)
			}
			_, _, err := start(t, text, tier)
			if tooLow, ok := errors.AsType[*TooLowError](err); tier > T0 && (!ok || len(tooLow.Refused) != 1) {
				t.Fatalf("a text was started, or for another reason not: %v", err)
			} else if ok && tooLow.Refused[0].Step != inside.StepExec {
				t.Skip("not here: ", err)
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			p, said, err := start(t, self, tier)
			if err != nil {
				t.Fatal(err)
			}
			if p.Tier() != tier || said != "hello" {
				t.Errorf("in %s it said %q", p.Tier(), said)
			}
			if end := p.Wait(); end != "exit status 7" {
				t.Errorf("it ended with %s", end)
			}
		})
	}
}

// start starts a file in a tier, and is told what it said until its end.
func start(t *testing.T, path string, tier Tier) (*Process, string, error) {
	binary, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	extra, extraEnd := pipe(t)
	out, outEnd := pipe(t)
	_, _ = io.WriteString(extraEnd, "hello")
	_ = extraEnd.Close()
	p, err := Start(Spec{
		Binary: binary, Name: "says-hello", Stdout: outEnd, Stderr: os.Stderr, Extra: []*os.File{extra},
		Env: func(Place) []string { return nil }, SocketDir: t.TempDir(), Network: true, Min: tier, Max: tier,
	})
	_ = outEnd.Close()
	if err != nil {
		return nil, "", err
	}
	if p.Egress() == nil {
		t.Error("it has no way out")
	} else {
		defer p.Egress().Close()
	}
	said, err := io.ReadAll(out)
	if err != nil {
		t.Error(err)
	}
	return p, string(said), nil
}

func pipe(t *testing.T) (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	return r, w
}

// TestNoText has names with a zero in them refused, which the kernel would cut.
func TestNoText(t *testing.T) {
	_, err := inside.Prepare(&inside.Policy{Tier: int(T1), SocketDir: "/tmp\x00/x", Stdout: os.Stdout, Stderr: os.Stderr, Binary: os.Stdin})
	if err == nil || !strings.Contains(err.Error(), "invalid argument") {
		t.Errorf("a directory with a zero in its name: %v", err)
	}
}
