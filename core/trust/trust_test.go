package trust

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ConfigName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestConfigurationsComeTogether(t *testing.T) {
	system := writeConfig(t, "audit_dir = \"/var/log/sz\"\npolicies = [\"/etc/sz/p.yml\"]\nauthorities = [\"/etc/ca.pem\"]\nsandbox_min = \"T3\"\nhosts = [\"kv.system.example\"]\nplugin_dirs = [\"/system\"]\nsigners = { acme = [\"RW1\"] }\n")
	user := writeConfig(t, "audit_dir = \"/tmp\"\npolicies = [\"/home/p.yml\"]\nauthorities = [\"/home/ca.pem\"]\nsandbox_min = \"T2\"\nhosts = [\"*.user.example:8443\"]\nplugin_dirs = [\"/user\"]\nsigners = { acme = [\"RW2\"], other = [\"RW3\"] }\ntenants = [\"*\"]\n")
	c, err := LoadConfig(system, user, filepath.Join(t.TempDir(), "missing"))
	if err != nil {
		t.Fatal(err)
	}
	if c.SandboxMin != "T3" || len(c.Hosts) != 2 || c.PluginDirs[0] != "/user" || len(c.Signers["acme"]) != 2 || len(c.Signers["other"]) != 1 || c.Tenants[0] != "*" {
		t.Errorf("%+v", c)
	}
	if c.AuditDir != "/var/log/sz" || !slices.Equal(c.Policies, []string{"/etc/sz/p.yml", "/home/p.yml"}) || !slices.Equal(c.Authorities, []string{"/etc/ca.pem", "/home/ca.pem"}) {
		t.Errorf("%+v", c)
	}
}

func TestAllowancesComeTogether(t *testing.T) {
	system := writeConfig(t, "allow \"azure\" {\n  tenants = [\"*\"]\n}\n")
	user := writeConfig(t, "allow \"azure\" {\n  host = \"login.example\"\n  hosts = [\"a\", \"b\"]\n  on = true\n  off = false\n}\nallow \"other\" {}\n")
	c, err := LoadConfig(system, user)
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string][]string{{"tenants": {"*"}}, {"host": {"login.example"}, "hosts": {"a", "b"}, "on": {"true"}, "off": nil}, {}}
	var got []map[string][]string
	for _, one := range c.Allow {
		got = append(got, one.Texts)
	}
	if !reflect.DeepEqual(got, want) || c.Allow[0].Kind != "azure" || c.Allow[2].Kind != "other" {
		t.Errorf("%+v", c.Allow)
	}
}

func TestWrongConfigurationsAreErrors(t *testing.T) {
	for text, want := range map[string]string{
		"sandbox_mn = \"T3\"\n":                           "sandbox_mn",
		"sandbox_min = \"T9\"\n":                          "T9",
		"hosts = [\"https://x\"]\n":                       "https://x",
		"plugin_dirs = [\"rel\"]\n":                       "rel",
		"audit_dir = \"rel\"\n":                           "rel",
		"policies = [\"rel\"]\n":                          "rel",
		"authorities = [\"rel\"]\n":                       "rel",
		"tenants = [\"contoso\"]\n":                       "contoso",
		"trust = [\"sha256:1\"]\n":                        "sha256:1",
		"allow \"azure\" { x = 1 }\n":                     "config.hcl:1:17: x is no text",
		"allow \"azure\" { x = [\"a\", 1] }\n":            "x is no text",
		"allow \"azure\" { x = [\"a\"]\n x = [\"b\"] }\n": "config.hcl",
		"allow \"azure\" {\n  deep {}\n}\n":               "config.hcl:2",
		"allow {}\n":                                      "config.hcl:1",
		"allow \"a\" \"b\" {}\n":                          "config.hcl:1",
		"dev_plugins = { acme = \"rel\" }\n":              "rel",
	} {
		if _, err := LoadConfig(writeConfig(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	dir := writeConfig(t, "")
	if err := os.Chmod(filepath.Join(dir, ConfigName), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadConfig(dir); err == nil || !strings.Contains(err.Error(), "chmod o-w") {
		t.Errorf("a configuration that everybody can change: %v", err)
	}
}

func TestApprovalsAreOfAProjectOrOfAll(t *testing.T) {
	state := t.TempDir()
	s := OpenStore(state)
	for project, lines := range map[string][]string{"/p": {"a", "b"}, "/q": {"c"}, Everywhere: {"e"}} {
		if err := s.Approve(project, lines); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Approve("/p", []string{"d"}); err != nil {
		t.Fatal(err)
	}
	approved, err := OpenStore(state).Approved("/p")
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]bool{"a": true, "b": true, "d": true, "e": true, "c": false, "": false} {
		if approved(line) != want {
			t.Errorf("%q: approved %t", line, !want)
		}
	}
	err = filepath.WalkDir(state, func(path string, entry os.DirEntry, err error) error {
		if info, _ := entry.Info(); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 && path != state {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := s.Revoke(func(line string) bool { return line != "e" }); err != nil {
		t.Fatal(err)
	}
	if approved, _ = s.Approved("/q"); approved("e") || !approved("c") {
		t.Error("what was taken back is approved, or more was taken back")
	}
}

// What cannot be read is no approval, and is told of.
func TestDamagedApprovalsApproveNothing(t *testing.T) {
	state := t.TempDir()
	s := OpenStore(state)
	if err := s.Approve("/p", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(state, "trust", projectFile("/p"))
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if approved, err := s.Approved("/p"); err == nil || approved != nil {
		t.Errorf("damaged approvals: %v", err)
	}
	// A file that is another project's approves nothing here.
	other := filepath.Join(state, "trust", projectFile("/q"))
	if err := s.Approve("/q", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	if approved, err := s.Approved("/p"); err != nil || approved("a") {
		t.Errorf("another project's approvals count: %v", err)
	}
}

func TestPluginsAreRemembered(t *testing.T) {
	s := OpenStore(t.TempDir())
	if k, err := s.Known("acme"); err != nil || k != (Known{}) {
		t.Errorf("%+v, %v", k, err)
	}
	if err := s.Remember("acme", Known{"RW1", "1.2.3"}); err != nil {
		t.Fatal(err)
	}
	if k, err := s.Known("acme"); err != nil || k.Signer != "RW1" || k.Version != "1.2.3" {
		t.Errorf("%+v, %v", k, err)
	}
	if err := (Store{}).Approve("/p", nil); err == nil {
		t.Error("approvals without a place were taken")
	}
}
