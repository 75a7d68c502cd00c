package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// promise is what a Secretfile promises of a stored value.
type promise struct {
	vault, name string
	form        string   // of the whole value
	fields      []string // of a JSON object, as NAME=FORM in order
}

const (
	password     = `[A-Za-z0-9!@#$%^&*()\-_=+\[\]{}<>:?]`
	alphanumeric = `[A-Za-z0-9]`
	base64Form   = `[A-Za-z0-9+/]`
	hexForm      = `[0-9a-f]`
)

// environment is what the reference files ask for.
var environment = []string{
	"SENDGRID_API_KEY=SG.reference-sendgrid-key", "STRIPE_SECRET_KEY=sk_reference_stripe_key",
	"AZURE_TENANT_ID=tenant-of-the-reference", "AZURE_MONITORING_CLIENT_ID=client-of-the-reference", "AZURE_SUBSCRIPTION_ID=subscription-of-the-reference",
}

// promises are those of the reference files, by name.
var promises = map[string][]promise{
	"01-basic.yml": {{vault: "myapp-secrets", name: "database-password", form: `[A-Za-z0-9!#$%^&*()\-_=+\[\]{}<>:?]{32}`}},
	"02-multi-environment.yml": {
		{vault: "myapp-prod-kv", name: "api-key", form: alphanumeric + `{32}`}, {vault: "myapp-staging-kv", name: "api-key", form: alphanumeric + `{32}`},
		{vault: "myapp-prod-kv", name: "shared-encryption-key", form: hexForm + `{64}`}, {vault: "myapp-staging-kv", name: "shared-encryption-key", form: hexForm + `{64}`},
	},
	"03-managed-identity.yml": {
		{vault: "webapp-secrets", name: "app-secret-key", form: base64Form + `{64}`},
		{vault: "webapp-secrets", name: "storage-connection-string", form: `DefaultEndpointsProtocol=https;AccountName=myaccount;AccountKey=\.\.\.`},
	},
	"04-templates.yml": {
		{vault: "myapp-prod-kv", name: "database-credentials", fields: []string{
			`host=myserver\.database\.azure\.com`, `port=5432`, `database=production_db`, `username=dbadmin`, `password=` + password + `{32}`, `ssl_mode=require`}},
		{vault: "myapp-prod-kv", name: "service-principal-credentials", fields: []string{
			`tenant_id=0{8}-0{4}-0{4}-0{4}-0{12}`, `client_id=1{8}-1{4}-1{4}-1{4}-1{12}`, `client_secret=` + password + `{40}`, `subscription_id=2{8}-2{4}-2{4}-2{4}-2{12}`}},
	},
	"05-multi-region.yml": {
		{vault: "globalapp-eastus-kv", name: "api-key", form: alphanumeric + `{32}`}, {vault: "globalapp-westus-kv", name: "api-key", form: alphanumeric + `{32}`},
		{vault: "globalapp-westeurope-kv", name: "api-key", form: alphanumeric + `{32}`},
	},
	"06-microservices.yml": {
		{vault: "microservices-kv", name: "auth-service-jwt-secret", form: base64Form + `{64}`}, {vault: "microservices-kv", name: "auth-service-db-password", form: password + `{32}`},
		{vault: "microservices-kv", name: "payment-service-api-key", form: alphanumeric + `{32}`}, {vault: "microservices-kv", name: "payment-service-webhook-secret", form: hexForm + `{48}`},
		{vault: "microservices-kv", name: "notification-service-sendgrid-key", form: `SG\.reference-sendgrid-key`},
	},
	"07-rotation.yml": {{vault: "myapp-kv", name: "database-password", form: password + `{32}`}},
	"08-production.yml": {
		{vault: "enterprise-app-production-kv", name: "postgres-master-credentials", fields: []string{
			`host=enterprise-app-production-pg\.postgres\.database\.azure\.com`, `port=5432`, `database=production_db`, `username=pgadmin`,
			`password=[A-Za-z0-9!#$%^&*()\-_=+\[\]{}<>:?]{32}`, `ssl_mode=require`}},
		{vault: "enterprise-app-production-kv", name: "jwt-signing-key", form: base64Form + `{64}`}, {vault: "enterprise-app-production-kv", name: "session-encryption-key", form: hexForm + `{32}`},
		{vault: "enterprise-app-production-kv", name: "sendgrid-api-key", form: `SG\.reference-sendgrid-key`}, {vault: "enterprise-app-production-kv", name: "stripe-secret-key", form: `sk_reference_stripe_key`},
		{vault: "enterprise-app-production-kv", name: "monitoring-service-principal", fields: []string{
			`tenant_id=tenant-of-the-reference`, `client_id=client-of-the-reference`, `client_secret=` + password + `{40}`, `subscription_id=subscription-of-the-reference`}},
	},
}

// TestReferenceFiles applies every file unmodified, reads the values back with a
// client of its own, and applies again: that must write nothing.
func TestReferenceFiles(t *testing.T) {
	root := os.Getenv("SZ_REFERENCE_EXAMPLES")
	if root == "" {
		t.Skip("SZ_REFERENCE_EXAMPLES names no directory with the reference files; TestExamples applies files of the same shapes")
	}
	files, err := filepath.Glob(filepath.Join(root, "reference", "*.yml"))
	if err != nil || len(files) < len(promises) {
		t.Fatalf("%d reference files, want %d at least: %v", len(files), len(promises), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			wanted := promises[filepath.Base(file)]
			if wanted == nil {
				t.Fatal("nothing is known of what this file promises")
			}
			keeps(t, file, wanted)
		})
	}
}

// keeps applies a file and checks what it promises.
func keeps(t *testing.T, file string, wanted []promise) {
	w := newWorld(t, emulator.Options{})
	w.env = append(w.env, environment...)
	name := w.copyFile(file)
	w.mustApply(name)
	for _, p := range wanted {
		p.check(t, w.value(p.vault, p.name))
	}
	if got := len(w.server.List()); got != len(wanted) {
		t.Errorf("%d secrets in the vaults, want %d", got, len(wanted))
	}
	puts, versions := w.server.Count("PUT"), w.versions()
	again := w.mustApply(name)
	contains(t, again.stdout, "Nothing to do")
	if w.server.Count("PUT") != puts || w.server.Count("PATCH") != 0 || w.versions() != versions {
		t.Errorf("a second apply wrote: %d PUTs before, %d after, %d PATCHes, %d versions before, %d after", puts, w.server.Count("PUT"), w.server.Count("PATCH"), versions, w.versions())
	}
	if plan := w.sz("plan", "--detailed-exitcode", "-f", name); plan.code != 0 {
		t.Errorf("a plan afterwards has changes: exit code %d\n%s", plan.code, plan)
	}
}

func (p promise) check(t *testing.T, value string) {
	t.Helper()
	if p.fields == nil {
		if !regexp.MustCompile(`\A(?:` + p.form + `)\z`).MatchString(value) {
			t.Errorf("%s/%s: a value of %d characters that is not %s", p.vault, p.name, len(value), p.form)
		}
		return
	}
	names, values := objectOf(t, value)
	for i, field := range p.fields {
		name, form, _ := strings.Cut(field, "=")
		if i >= len(names) || names[i] != name {
			t.Errorf("%s/%s: fields %v, want %s at place %d", p.vault, p.name, names, name, i)
			return
		}
		if !regexp.MustCompile(`\A(?:` + form + `)\z`).MatchString(values[name]) {
			t.Errorf("%s/%s: field %s is not %s", p.vault, p.name, name, form)
		}
	}
	if len(names) != len(p.fields) {
		t.Errorf("%s/%s: fields %v, want %d of them", p.vault, p.name, names, len(p.fields))
	}
}

// objectOf is a JSON object of texts with its keys in order.
func objectOf(t *testing.T, text string) (names []string, values map[string]string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		t.Fatalf("a value that is no JSON object of texts: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(text))
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := token.(string); ok && !slices.Contains(names, name) {
			if _, isKey := values[name]; isKey && len(names) < len(values) {
				names = append(names, name)
				_, _ = dec.Token() // its value
			}
		}
	}
	return names, values
}

// TestExamples applies the repository's own examples for a vault: files of the
// shapes of the reference.
func TestExamples(t *testing.T) {
	shop := []promise{
		{vault: "shop-production", name: "session-key", form: base64Form + `{64}`},
		{vault: "shop-production", name: "admin-password", form: password + `{24}`},
		{vault: "shop-production", name: "stripe-key", form: `sk_reference_stripe_key`},
		{vault: "shop-production", name: "mail", fields: []string{`username=shop@example\.com`, `password=smtp-of-the-reference`}},
	}
	w := newWorld(t, emulator.Options{})
	w.env = append(w.env, "SHOP_STRIPE_KEY=sk_reference_stripe_key", "SHOP_SMTP_PASSWORD=smtp-of-the-reference")
	name := w.copyFile(filepath.Join(testbin.Root(), "examples", "shop", "Secretfile.yml"))
	w.mustApply(name)
	for _, p := range shop {
		p.check(t, w.value(p.vault, p.name))
	}
	// Numbers stay numbers in a JSON object.
	contains(t, w.value("shop-production", "database"), `"port":5432,`)
	puts := w.server.Count("PUT")
	w.mustApply(name)
	if w.server.Count("PUT") != puts {
		t.Error("a second apply wrote")
	}
}
