package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// BenchmarkPlanOf1000 plans 1,000 generated secrets in one vault that answers after
// 30 ms, with nothing to do. Beside the time stands what the vault was asked.
func BenchmarkPlanOf1000(b *testing.B) {
	const secrets, latency = 1000, 30 * time.Millisecond
	w := benchWorld(b, emulator.Options{Latency: latency})
	server := w.server
	run := func(args ...string) string {
		cmd := benchCommand(b, w, args...)
		output, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, output)
		}
		return string(output)
	}
	writeFile(b, w.dir, "Secretfile.yml", manyIn("many-kv", secrets))
	begin := time.Now()
	run("apply", "--auto-approve")
	applied := time.Since(begin)
	asked := server.Count("GET")
	for b.Loop() {
		if out := run("plan"); !strings.Contains(out, "Nothing to do") {
			b.Fatal(out)
		}
	}
	b.ReportMetric(float64(server.Count("GET")-asked)/float64(b.N), "GETs/op")
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(latency), "×-latency")
	b.ReportMetric(applied.Seconds(), "apply-s")
}

// benchWorld is a world for a benchmark, which has no test to fail.
func benchWorld(b *testing.B, options emulator.Options) *world {
	b.Helper()
	server, err := emulator.Start(options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Close() })
	w := &world{server: server, dir: b.TempDir(), home: b.TempDir()}
	w.env = append(server.Env(), "HOME="+w.home, "TMPDIR=/tmp")
	return w
}
