package pluginhost

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// BenchmarkStartToFirstAnswer starts the real plugin for Key Vault, confined as in a
// run and with the network to one vault, and gets one answer. Beside it, turn by
// turn, the same plugin is started by go-plugin as it comes, with its AutoMTLS and
// without a sandbox. The medians and their ratio are the metrics; the budgets are
// 25 ms for one, 45 ms for two at once, and 0.6 of the peer's time.
func BenchmarkStartToFirstAnswer(b *testing.B) {
	path := filepath.Join(testbin.Dir(b), namePrefix+"azure-keyvault")
	runtimeDir, err := os.MkdirTemp("", "szb-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(runtimeDir)
	h := New(Options{
		Dev: []Candidate{{Name: "azure-keyvault", Path: path, Dev: true}}, CacheDir: b.TempDir(), RuntimeDir: runtimeDir,
		LookupEnv: func(string) (string, bool) { return "", false },
	})
	defer h.Close()
	served, _, ok := catalog(b, h).Provider("azure")
	if !ok {
		b.Fatal("no plugin serves azure")
	}
	var one, two, stock, stockTwo []time.Duration
	for b.Loop() {
		one = append(one, timed(func() { confinedStart(b, h, served) }))
		stock = append(stock, timed(func() { stockStart(b, path) }))
		two = append(two, timed(func() { twice(func() { confinedStart(b, h, served) }) }))
		stockTwo = append(stockTwo, timed(func() { twice(func() { stockStart(b, path) }) }))
		h.endAll()
	}
	b.ReportMetric(median(one), "median-ms")
	b.ReportMetric(median(two), "two-median-ms")
	b.ReportMetric(median(stock), "stock-median-ms")
	b.ReportMetric(median(stockTwo), "stock-two-median-ms")
	b.ReportMetric(median(one)/median(stock), "of-stock")
	b.ReportMetric(median(two)/median(stockTwo), "two-of-stock")
}

func timed(run func()) time.Duration {
	begin := time.Now()
	run()
	return time.Since(begin)
}

func twice(run func()) {
	var both sync.WaitGroup
	both.Go(run)
	both.Go(run)
	both.Wait()
}

func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2].Microseconds()) / 1000
}

var vaultTarget = schema.NewMap([]schema.Field{{Name: "vault_url", Value: schema.NewString("https://bench-kv.vault.azure.net")}})

func confinedStart(b *testing.B, h *Host, served Served) {
	spec := ProviderSpec{Plugin: served, Alias: "a", Kind: "azure", Config: schema.NewMap(nil), Granted: grant.Set{Network: []string{"bench-kv.vault.azure.net:443"}}}
	i, found, err := h.OpenProvider(b.Context(), spec)
	if err != nil || Failed(found) {
		b.Error(err, found)
		return
	}
	if _, err := i.CheckTargets(b.Context(), []CheckItem{{Kind: "key_vault", Config: vaultTarget, Secret: "a"}}); err != nil {
		b.Error(err)
	}
}

// endAll ends the instances, outside of what is measured.
func (h *Host) endAll() {
	for _, i := range slices.Clone(h.instances) {
		h.release(i)
	}
}

func stockStart(b *testing.B, path string) {
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: wire.Handshake(), VersionedPlugins: wire.HostPlugins(), AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Cmd: exec.Command(path), AutoMTLS: true, SkipHostEnv: true, Logger: hclog.NewNullLogger(), SyncStdout: io.Discard, SyncStderr: io.Discard,
	})
	b.Cleanup(client.Kill)
	protocol, err := client.Client()
	if err != nil {
		b.Error(err)
		return
	}
	guest, err := wire.Dispense(protocol)
	if err != nil {
		b.Error(err)
		return
	}
	if _, _, err := guest.Open(context.Background(), wire.OpenRequest{Kind: "azure", Alias: "a", Config: schema.NewMap(nil)}); err != nil {
		b.Error(err)
	}
	if _, err := guest.CheckTargets(context.Background(), []wire.CheckItem{{Kind: "key_vault", Config: vaultTarget, Secret: "a"}}); err != nil {
		b.Error(err)
	}
}
