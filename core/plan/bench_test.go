package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/schema"
)

// served are kinds with a few settings each.
type served struct{}

func attributes(names ...string) schema.Object {
	var o schema.Object
	for _, name := range names {
		kind := schema.String
		if name == "length" {
			kind = schema.Number
		}
		o.Attributes = append(o.Attributes, schema.Attribute{Name: name, Type: schema.Type{Kind: kind}})
	}
	return o
}

func (served) Generator(kind string) (schema.Object, bool) {
	return attributes("length", "charset"), kind == "random_password"
}
func (served) GeneratorFields(string) []string { return nil }
func (served) GeneratorFiles(string) []string  { return nil }
func (served) Provider(kind string) (schema.Object, bool) {
	return attributes("ca_file"), kind == "azure"
}
func (served) Target(_, kind string) (schema.Object, plan.Capabilities, bool) {
	return attributes("vault_url", "secret_name"), plan.Capabilities{Inspect: true}, kind == "key_vault"
}
func (served) GeneratorKinds() []string    { return []string{"random_password"} }
func (served) ProviderKinds() []string     { return []string{"azure"} }
func (served) TargetKinds(string) []string { return []string{"key_vault"} }

func manyYAML(n int) string {
	var b strings.Builder
	b.WriteString("variables: {app: shop}\nsecrets:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - name: secret_%d\n    kind: random_password\n    config:\n      length: 32\n    targets:\n      - provider: azure\n        kind: key_vault\n        config:\n          vault_url: https://{{var.app}}-kv.vault.azure.net\n          secret_name: s-%d\n", i, i)
	}
	return b.String()
}

func manyHCL(n int) string {
	var b strings.Builder
	b.WriteString("variables = {\n  app = \"shop\"\n}\n")
	for i := range n {
		fmt.Fprintf(&b, "secret \"secret_%d\" {\n  kind = \"random_password\"\n  config {\n    length = 32\n  }\n  target \"azure\" \"key_vault\" {\n    vault_url   = \"https://${var.app}-kv.vault.azure.net\"\n    secret_name = \"s-%d\"\n  }\n}\n", i, i)
	}
	return b.String()
}

// BenchmarkLoadAndCheck loads and checks files of 100 and of 10,000 secrets. The
// ratio is of the time of ten times as many to this many; 10 is linear.
func BenchmarkLoadAndCheck(b *testing.B) {
	for _, language := range []struct {
		name string
		many func(int) string
	}{{"Secretfile.yml", manyYAML}, {"Secretfile.hcl", manyHCL}} {
		for _, n := range []int{100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", language.name[len("Secretfile."):], n), func(b *testing.B) {
				text := []byte(language.many(n))
				b.ReportAllocs()
				for b.Loop() {
					loadAndCheck(b, language.name, text)
				}
				if n < 10_000 {
					more := []byte(language.many(10 * n))
					begin := time.Now()
					loadAndCheck(b, language.name, more)
					b.ReportMetric(float64(time.Since(begin))/(float64(b.Elapsed())/float64(b.N)), "×-for-10×")
				}
			})
		}
	}
}

func loadAndCheck(b *testing.B, name string, text []byte) {
	f, found := secretfile.Load(name, text, secretfile.Options{})
	if found.HasErrors() {
		b.Fatal(found)
	}
	if _, found := plan.Build(f, served{}, value.Outside{}); found.HasErrors() {
		b.Fatal(found)
	}
}
