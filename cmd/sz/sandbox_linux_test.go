package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/internal/testbin"
)

// stillOpen are the attacks that a tier does not stop, as docs/sandbox.md says. A row
// that is missing here and open fails, and so does one that is here and was stopped:
// then the documentation is behind, or the attack has gone blind.
var stillOpen = map[sandbox.Tier][]string{
	sandbox.T3: nil,
	sandbox.T2: {"stat-file", "write-version-control", "proxy-port", "listen", "unix-path"},
	sandbox.T1: {"read-file", "list-directory", "stat-file", "read-system", "write-version-control", "tcp", "proxy-port", "bind", "listen", "unix-path", "unix-abstract", "proc-memory", "proc-environ"},
}

// depends reports rows of which a kernel or a user decides: a later landlock closes
// sockets, and root's processes are closed to one without root's capabilities.
func depends(key string) bool {
	return key == "unix-path" && sandbox.ClosesSockets() || key == "proc-memory" || key == "proc-environ"
}

// escape is what `sz plugin doctor --json` prints.
type escape struct {
	Tier    string   `json:"tier"`
	Refused []string `json:"refused"`
	Results []struct{ Key, Title, Verdict, Detail string }
}

// TestEscapeMatrix has a plugin try to get out, in every tier, as this user and as
// one without privileges. Rows that this kernel cannot show are skipped with its
// reason, unless SZ_REQUIRE_TIER says that the machine can.
func TestEscapeMatrix(t *testing.T) {
	users := map[string]*syscall.Credential{"this user": nil}
	if os.Getuid() == 0 {
		users["an unprivileged user"] = &syscall.Credential{Uid: 65534, Gid: 65534, NoSetGroups: false}
	} else {
		t.Run("root", func(t *testing.T) { t.Skip("the tests do not run as root") })
	}
	for name, user := range users {
		for tier := sandbox.T3; tier >= sandbox.T1; tier-- {
			t.Run(fmt.Sprintf("%s as %s", tier, name), func(t *testing.T) { escapes(t, tier, user) })
		}
	}
}

func escapes(t *testing.T, tier sandbox.Tier, user *syscall.Credential) {
	report, code := doctor(t, tier, user)
	required, err := sandbox.ParseTier(os.Getenv("SZ_REQUIRE_TIER"))
	require := err == nil && tier <= required
	if report.Tier != tier.String() {
		if require {
			t.Fatalf("%s was not reached: %v", tier, report.Refused)
		}
		t.Skipf("%s cannot be reached here: %v", tier, report.Refused)
	}
	open := 0
	for _, row := range report.Results {
		t.Run(row.Title, func(t *testing.T) {
			expected := slices.Contains(stillOpen[tier], row.Key)
			switch row.Verdict {
			case "proved":
				if expected && !depends(row.Key) {
					t.Errorf("it is said to be open in %s, and was stopped: %s", tier, row.Detail)
				}
			case "open":
				open++
				if !expected {
					t.Errorf("it is open in %s: %s", tier, row.Detail)
				}
			default:
				if require && row.Key != "x32-call" && row.Key != "foreign-call" && user == nil && os.Getuid() == 0 {
					t.Errorf("it could not be tested: %s", row.Detail)
				}
				t.Skip(row.Detail)
			}
		})
	}
	if want := min(open, 1); code != want {
		t.Errorf("exit code %d with %d rows open, want %d", code, open, want)
	}
	if len(report.Results) < 50 {
		t.Errorf("%d rows", len(report.Results))
	}
}

// doctor runs a copy of sz that every user can execute.
func doctor(t *testing.T, tier sandbox.Tier, user *syscall.Credential) (report escape, code int) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sz-escape-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	binary := filepath.Join(dir, "sz")
	copyFile(t, filepath.Join(testbin.Dir(t), "sz"), binary)
	if user != nil {
		if err := os.Chown(dir, int(user.Uid), int(user.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(binary, "plugin", "doctor", "--json", "--tier", tier.String())
	cmd.Dir, cmd.Env, cmd.Stderr = "/", []string{"HOME=" + dir, "TMPDIR=" + os.TempDir()}, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user}
	output, err := cmd.Output()
	if json.Unmarshal(output, &report) != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return report, cmd.ProcessState.ExitCode()
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	source, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(target, source); err != nil {
		t.Fatal(err)
	}
	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
}
