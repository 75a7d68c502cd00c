package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// BenchmarkApplyOf1000 stores 1,000 new secrets in one vault that answers after 30 ms,
// under each reading of the service's limit, beside the time that the limit itself
// takes: 300 at once and 30 more each second, or 300 in each window of 10 s.
func BenchmarkApplyOf1000(b *testing.B) {
	const secrets, latency = 1000, 30 * time.Millisecond
	for limit, floor := range map[emulator.Limit]time.Duration{
		emulator.LimitBucket: 700 * time.Second / 30, emulator.LimitWindow: 30 * time.Second,
	} {
		b.Run(string(limit), func(b *testing.B) {
			for b.Loop() {
				w := benchWorld(b, emulator.Options{Latency: latency, Limit: limit})
				writeFile(b, w.dir, "Secretfile.yml", manyIn("many-kv", secrets))
				begin := time.Now()
				output, err := benchCommand(b, w, "apply", "--auto-approve").CombinedOutput()
				took := time.Since(begin)
				if err != nil || !strings.Contains(string(output), "1000 created.") || w.versions() != secrets {
					b.Fatalf("%d versions: %v\n%s", w.versions(), err, output)
				}
				b.ReportMetric(took.Seconds()/floor.Seconds(), "×-floor")
				b.ReportMetric(float64(w.server.Count("PUT")-secrets), "refused")
			}
		})
	}
}
