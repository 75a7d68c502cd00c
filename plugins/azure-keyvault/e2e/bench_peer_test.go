package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// inFlight is how many writes the Key Vault target has under way at once.
const inFlight = 8

// BenchmarkBesidePeer stores new secrets in a vault that answers after 30 ms, and plans
// with nothing to do, each beside a process that does only what must be asked of the
// vault, at the same concurrency.
func BenchmarkBesidePeer(b *testing.B) {
	peer := filepath.Join(b.TempDir(), "peer")
	if output, err := exec.Command("go", "build", "-o", peer, "./peer").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	for _, secrets := range []int{100, 300, 1000} {
		b.Run(fmt.Sprintf("apply/%d", secrets), func(b *testing.B) {
			compare(b, secrets, func(w *world) *exec.Cmd { return benchCommand(b, w, "apply", "--auto-approve") },
				[]string{peer, "write", "https://peer-kv.vault.azure.net", fmt.Sprint(secrets), fmt.Sprint(inFlight)}, false)
		})
		b.Run(fmt.Sprintf("plan/%d", secrets), func(b *testing.B) {
			compare(b, secrets, func(w *world) *exec.Cmd { return benchCommand(b, w, "plan") },
				[]string{peer, "read", "https://many-kv.vault.azure.net", fmt.Sprint(secrets)}, true)
		})
	}
}

// compare times sz and the peer in turn, in worlds of their own, after an apply when the
// secrets are to be there already.
func compare(b *testing.B, secrets int, ours func(*world) *exec.Cmd, peer []string, there bool) {
	var ourTime, peerTime time.Duration
	for b.Loop() {
		w := benchWorld(b, emulator.Options{Latency: 30 * time.Millisecond})
		writeFile(b, w.dir, "Secretfile.yml", manyIn("many-kv", secrets))
		took(b, benchCommand(b, w, "validate")) // the plugins are described from here on
		if there {
			took(b, benchCommand(b, w, "apply", "--auto-approve"))
		}
		t, output := took(b, ours(w))
		if there && !strings.Contains(output, "Nothing to do") {
			b.Fatal(output)
		}
		ourTime += t
		cmd := exec.Command(peer[0], peer[1:]...)
		cmd.Dir, cmd.Env = w.dir, w.env
		t, _ = took(b, cmd)
		peerTime += t
	}
	b.ReportMetric(ourTime.Seconds()/float64(b.N), "sz-s")
	b.ReportMetric(peerTime.Seconds()/float64(b.N), "peer-s")
	b.ReportMetric(ourTime.Seconds()/peerTime.Seconds(), "×-peer")
}

func took(b *testing.B, cmd *exec.Cmd) (time.Duration, string) {
	b.Helper()
	begin := time.Now()
	output, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	return time.Since(begin), string(output)
}
