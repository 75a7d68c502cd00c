package e2e

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestVersions lists what a vault keeps of a secret: two values of ours, the first of
// them disabled, and one that somebody else set over them.
func TestVersions(t *testing.T) {
	w := newWorld(t, emulator.Options{ShortPages: true})
	w.write("Secretfile.yml", owned("mine", "          disable_previous_versions: true\n          expires: 2999-01-31\n")+"      - {provider: local, kind: file, config: {path: .env, format: dotenv}}\n")
	nothing := w.sz("versions", "a")
	contains(t, nothing.stdout, "nothing is there", "it keeps one value, and no versions")
	w.mustApply("Secretfile.yml")
	if o := w.sz("rotate", "--auto-approve", "a"); o.code != 0 {
		t.Fatal(o)
	}
	w.set("own-kv", "a", "somebody else's", nil)
	before := len(w.server.Requests())

	o := w.sz("versions", "a@own-kv.vault.azure.net/a")
	if o.code != 0 {
		t.Fatal(o)
	}
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines, want 5\n%s", len(lines), o.stdout)
	}
	for i, want := range []string{
		`^a  key_vault:own-kv\.vault\.azure\.net/a$`,
		`^  VERSION +CREATED +ENABLED +EXPIRES +WHOSE$`,
	} {
		if !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("line %d is %q, want %s", i, lines[i], want)
		}
	}
	// Versions that were made in one second have no order that the service tells of.
	contains(t, o.stdout, "foreign", "recorded", "no ", "yes", "2999-01-31T00:00:00Z")
	if n := strings.Count(o.stdout, "ours"); n != 2 {
		t.Errorf("%d versions are ours, want 2\n%s", n, o.stdout)
	}
	for _, r := range w.server.Requests()[before:] {
		if r.Status == 200 && strings.HasSuffix(r.Host, "vault.azure.net") && !strings.HasSuffix(r.Path, "/versions") {
			t.Errorf("%s %s was asked for a listing of versions", r.Method, r.Path)
		}
	}

	var document struct {
		Format  string
		Targets []struct {
			Secret, Address string
			Keeps_versions  bool
			Versions        []struct{ ID, Whose, Operation string }
		}
	}
	if err := json.Unmarshal([]byte(w.sz("versions", "--json", "*").stdout), &document); err != nil {
		t.Fatal(err)
	}
	if document.Format != "sz/versions/1" || len(document.Targets) != 2 || len(document.Targets[0].Versions) != 3 || document.Targets[1].Keeps_versions {
		t.Errorf("document %+v", document)
	}
	if o := w.sz("versions", "b"); o.code != 1 || !strings.Contains(o.stderr, "b names no secret") {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	if o := w.sz("versions"); o.code != 1 || !strings.Contains(o.stderr, "name a secret") {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
}

// TestVersionsThatMayNotBeListed says so, and what to do.
func TestVersionsThatMayNotBeListed(t *testing.T) {
	w := newWorld(t, emulator.Options{Deny: []emulator.Denial{{Permission: emulator.PermissionList}}})
	w.write("Secretfile.yml", owned("mine", ""))
	o := w.sz("versions", "a")
	if o.code != 4 {
		t.Errorf("exit code %d, want 4\n%s", o.code, o)
	}
	contains(t, o.stdout, "listing the versions of a in vault own-kv failed", "az role assignment create")
}
