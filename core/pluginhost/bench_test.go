package pluginhost

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/sdk/schema"
)

// BenchmarkStartToFirstAnswer starts a real plugin, gets one answer and ends it;
// the median of start to answer is its own metric, next to the time of the whole.
func BenchmarkStartToFirstAnswer(b *testing.B) {
	runtimeDir, err := os.MkdirTemp("", "szb-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(runtimeDir)
	h := New(Options{
		Dirs: []string{testbin.Dir(b)}, CacheDir: b.TempDir(), RuntimeDir: runtimeDir,
		LookupEnv: func(string) (string, bool) { return "", false },
	})
	defer h.Close()
	plugin, _, ok := catalog(b, h).Generator("random_string")
	if !ok {
		b.Fatal("no plugin makes random_string")
	}
	items := []GeneratorItem{{Kind: "random_string", Config: schema.NewMap(nil)}}
	var times []time.Duration
	for b.Loop() {
		begin := time.Now()
		i, err := h.OpenGenerators(b.Context(), plugin)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := i.CheckGenerators(b.Context(), items); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(begin))
		h.release(i)
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(times[len(times)*9/10].Microseconds())/1000, "p90-ms")
}
