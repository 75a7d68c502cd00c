package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// described is what a vault holds beside the current value of a secret.
func (w *world) described(vault, name string) *azsecrets.SecretProperties {
	w.t.Helper()
	pager := w.vault(vault).NewListSecretPropertiesPager(nil)
	for pager.More() {
		page, err := pager.NextPage(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, p := range page.Value {
			if p.ID.Name() == name {
				return p
			}
		}
	}
	w.t.Fatalf("no secret %s in %s", name, vault)
	return nil
}

// TestEverythingAroundAValue sets each key of a target, then changes each: the version
// stays, a new version carries all of it again, and what others put there is kept.
func TestEverythingAroundAValue(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	file := func(config string) string {
		return strings.Replace(owned("mine", config), "kind: random_string", "kind: random_string\n    rotation_period: 90d", 1)
	}
	const first = "          content_type: text/plain\n          tags: {team: core}\n          expires: rotation_period\n          not_before: 2020-01-01T00:00:00Z\n"
	const second = "          content_type: text/csv\n          tags: {team: web}\n          expires: 2999-01-31\n          not_before: 2021-01-01\n"
	w.write("Secretfile.yml", file(first))
	w.mustApply("Secretfile.yml")
	check := func(when, kind, team string, expires, notBefore time.Time) {
		t.Helper()
		p := w.described("own-kv", "a")
		if *p.ContentType != kind || *p.Tags["team"] != team || !p.Attributes.Expires.Equal(expires) || !p.Attributes.NotBefore.Equal(notBefore) || p.Tags["sz-op"] == nil {
			t.Errorf("%s: %s, %v, expires %s, not before %s", when, *p.ContentType, p.Tags, p.Attributes.Expires, p.Attributes.NotBefore)
		}
		contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	}
	made, err := time.Parse("20060102T150405Z", strings.Split(*w.described("own-kv", "a").Tags["sz-op"], ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	check("first", "text/plain", "core", made.Add(90*day), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	if _, err := w.vault("own-kv").UpdateSecretProperties(t.Context(), "a", "", azsecrets.UpdateSecretPropertiesParameters{
		Tags: with(w.described("own-kv", "a").Tags, "cost-centre", "42"),
	}, nil); err != nil {
		t.Fatal(err)
	}

	w.write("Secretfile.yml", file(second))
	contains(t, w.mustApply("Secretfile.yml").stdout, "1 changed in metadata")
	check("changed", "text/csv", "web", time.Date(2999, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC))
	if got := w.count("own-kv", "a"); got != 1 || w.server.Count("PUT") != 1 {
		t.Errorf("%d versions after changes of metadata alone, want 1", got)
	}

	if o := w.sz("rotate", "--auto-approve", "a"); o.code != 0 {
		t.Fatal(o)
	}
	check("rotated", "text/csv", "web", time.Date(2999, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC))
	if tag := w.described("own-kv", "a").Tags["cost-centre"]; tag == nil || *tag != "42" {
		t.Error("a tag of somebody else's was lost")
	}
	if got := w.count("own-kv", "a"); got != 2 {
		t.Errorf("%d versions after a rotation, want 2", got)
	}
}

func with(tags map[string]*string, name, value string) map[string]*string {
	tags[name] = to.Ptr(value)
	return tags
}

// TestStoredDisabled keeps a value that nobody may read yet.
func TestStoredDisabled(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", "          enabled: false\n"))
	w.mustApply("Secretfile.yml")
	if *w.described("own-kv", "a").Attributes.Enabled {
		t.Error("it is enabled")
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	w.write("Secretfile.yml", owned("mine", "          enabled: true\n"))
	w.mustApply("Secretfile.yml")
	if w.value("own-kv", "a") == "" || w.count("own-kv", "a") != 1 {
		t.Errorf("%d versions, want the one, enabled", w.count("own-kv", "a"))
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
}

// TestWithoutOurTags leaves the tags of a secret to its owner: the lock file alone
// tells whose it is, and a lost answer makes no second version all the same.
func TestWithoutOurTags(t *testing.T) {
	w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Method: "PUT", N: 1, Kind: emulator.CommitThenDrop}, {Method: "PUT", N: 2, Kind: emulator.CommitThenDrop}}})
	w.write("Secretfile.yml", owned("mine", "          ownership: ignore\n          tags: {team: core}\n"))
	w.mustApply("Secretfile.yml")
	if tags := w.described("own-kv", "a").Tags; len(tags) != 1 || w.count("own-kv", "a") != 1 {
		t.Errorf("%d versions with tags %v, want 1 with that of the team", w.count("own-kv", "a"), tags)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	if o := w.sz("rotate", "--auto-approve", "a"); o.code != 0 || w.count("own-kv", "a") != 2 {
		t.Errorf("%d versions after a rotation, want 2\n%s", w.count("own-kv", "a"), o)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	w.set("own-kv", "a", "somebody else's", nil)
	if o := w.sz("apply", "--auto-approve"); o.code != 7 {
		t.Errorf("exit code %d, want 7: it was changed outside\n%s", o.code, o)
	}
	if err := os.Remove(filepath.Join(w.dir, "Secretfile.lock")); err != nil {
		t.Fatal(err)
	}
	if o := w.sz("apply", "--auto-approve"); o.code == 0 || w.value("own-kv", "a") != "somebody else's" {
		t.Errorf("exit code %d: nothing proves that it is ours\n%s", o.code, o)
	}
}

// TestTooMuchIsSaidAtPlanTime has a stated value, and a name, that the service would
// refuse: nothing is made, and no vault is asked.
func TestTooMuchIsSaidAtPlanTime(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	long := strings.Repeat("n", 200)
	w.write("Secretfile.yml", fmt.Sprintf(`metadata: {project: %s}
secrets:
  - name: generated
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://big-kv.vault.azure.net"}}]
  - name: large
    kind: static
    config: {value: "%s"}
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://big-kv.vault.azure.net"}}]
  - name: just-right
    kind: static
    config: {value: "%s"}
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://big-kv.vault.azure.net"}}]
  - name: %s
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://big-kv.vault.azure.net", secret_name: short}}]
`, strings.Repeat("p", 60), strings.Repeat("ü", 12801), strings.Repeat("ü", 12800), long))
	o := w.sz("apply", "--auto-approve")
	if o.code != 3 {
		t.Errorf("exit code %d, want 3\n%s", o.code, o)
	}
	contains(t, o.stderr, "the value of large has 25602 bytes, and a target key_vault keeps 25600 at most [value-too-large]", "[name-too-long]", "our mark there has room for 256")
	if strings.Contains(o.stderr, "just-right has") || len(w.server.Requests()) != 0 {
		t.Errorf("%d requests\n%s", len(w.server.Requests()), o.stderr)
	}
	if n := w.answered(http.MethodPut, http.StatusOK); n != 0 {
		t.Errorf("%d writes", n)
	}
}
