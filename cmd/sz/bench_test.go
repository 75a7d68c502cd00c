package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// BenchmarkValidate runs the program over files of many secrets: from its start to
// its end, with the most memory that it had.
func BenchmarkValidate(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		for _, language := range []string{"yml", "hcl"} {
			b.Run(fmt.Sprintf("%s/%d", language, n), func(b *testing.B) {
				path := filepath.Join(b.TempDir(), "Secretfile."+language)
				if err := os.WriteFile(path, []byte(manySecrets(language, n)), 0o600); err != nil {
					b.Fatal(err)
				}
				peak := int64(0)
				for b.Loop() {
					cmd := exec.Command(filepath.Join(testbin.Dir(b), "sz"), "validate", "-f", path)
					if output, err := cmd.CombinedOutput(); err != nil {
						b.Fatalf("%v\n%s", err, output)
					}
					if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
						peak = max(peak, usage.Maxrss)
					}
				}
				b.ReportMetric(float64(peak)/1024, "peak-MiB")
			})
		}
	}
}

func manySecrets(language string, n int) string {
	var b strings.Builder
	form := "  - name: secret_%d\n    kind: random_password\n    config:\n      length: 32\n    targets:\n      - provider: azure\n        kind: key_vault\n        config:\n          vault_url: https://shop-kv.vault.azure.net\n          secret_name: s-%d\n"
	if language == "hcl" {
		form = "secret \"secret_%d\" {\n  kind = \"random_password\"\n  config {\n    length = 32\n  }\n  target \"azure\" \"key_vault\" {\n    vault_url   = \"https://shop-kv.vault.azure.net\"\n    secret_name = \"s-%d\"\n  }\n}\n"
	} else {
		b.WriteString("secrets:\n")
	}
	for i := range n {
		fmt.Fprintf(&b, form, i, i)
	}
	return b.String()
}
