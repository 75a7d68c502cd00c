package references

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
)

var update = flag.Bool("update", false, "write what the consumers' texts are now to testdata")

// some are secrets in two vaults of two clouds, with a name that YAML takes for a
// boolean.
func some() []Secret {
	public, china := vault.Vault{Name: "shop-kv", Host: "shop-kv.vault.azure.net"}, vault.Vault{Name: "cn-kv", Host: "cn-kv.vault.azure.cn"}
	return []Secret{
		{public, "database-password", Setting("database_password", "")},
		{china, "stripe", Setting("stripe.api", "key")},
		{public, "on", Setting("on", "")},
	}
}

// TestConsumers compares the text for each consumer with the one that was read and
// tried: `go test -update` writes them anew.
func TestConsumers(t *testing.T) {
	for _, name := range Consumers() {
		got, err := For(name, "web shop", some())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got.Text != string(want) {
			t.Errorf("%s: %v\n%s", name, err, got.Text)
		}
		if got.Usage == "" {
			t.Errorf("%s: nothing says what to do with it", name)
		}
		for _, p := range got.Placeholders {
			if !strings.Contains(got.Text, p) {
				t.Errorf("%s: %s is not in the text", name, p)
			}
		}
	}
	if want := []string{"aks-csi", "appservice", "containerapp", "env", "functions", "pipelines"}; !slices.Equal(Consumers(), want) {
		t.Errorf("consumers %v", Consumers())
	}
}

func TestConsumersThatCannotBeWrittenFor(t *testing.T) {
	if _, err := For("heroku", "p", some()); err == nil || !strings.Contains(err.Error(), "heroku") || !strings.Contains(err.Error(), "containerapp, env") {
		t.Errorf("unknown: %v", err)
	}
	if _, err := For("env", "p", append(some(), some()[0])); err == nil || !strings.Contains(err.Error(), "would both be DATABASE_PASSWORD") {
		t.Errorf("twice: %v", err)
	}
	twins := some()[:2]
	twins[1].Name = twins[0].Name
	for name, fails := range map[string]bool{"pipelines": true, "env": false} {
		if _, err := For(name, "p", twins); (err != nil) != fails {
			t.Errorf("%s, one name in two vaults: %v", name, err)
		}
	}
}

func TestSettings(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"database_password", ""}: "DATABASE_PASSWORD", {"a.b", "c-d"}: "A_B_C_D", {"2fa", ""}: "_2FA", {"a--b", ""}: "A_B",
	} {
		if got := Setting(in[0], in[1]); got != want {
			t.Errorf("%v: %s, want %s", in, got, want)
		}
	}
}
