package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// private is the domain of a private cloud, whose certificates nobody knows.
const private = "vault.own.example"

// inPrivate is a project whose provider has settings and whose one secret is at an
// address.
func inPrivate(settings, address string) string {
	return "metadata: {project: shop}\nproviders:\n  azure:\n    kind: azure\n    config: {" + settings + "}\n" +
		strings.TrimPrefix(at(address), "metadata: {project: shop}\n")
}

const (
	endpoint      = "https://kv." + private
	customSetting = "custom_endpoint: true, resource: \"https://" + private + "\", ca_file: ca.pem"
)

// newPrivate is a project with the certificate authority of a private cloud in ca.pem.
func newPrivate(t *testing.T, options emulator.Options) *signIn {
	t.Helper()
	options.Private = private
	s := newSignIn(t, emulator.AppService, "{}", options)
	s.write("ca.pem", string(s.server.PrivateCertificatePEM()))
	return s
}

// TestCustomEndpoint stores, rotates and reads again in a private cloud. Everything
// that it takes is approved before anything is asked, and is asked of no other host.
func TestCustomEndpoint(t *testing.T) {
	s := newPrivate(t, emulator.Options{})
	s.write("Secretfile.yml", inPrivate(customSetting, endpoint))
	o := s.sz("apply", "--auto-approve")
	if o.code != 5 || len(s.server.Requests()) != 0 {
		t.Fatalf("exit code %d after %d requests, want 5 after none\n%s", o.code, len(s.server.Requests()), o)
	}
	contains(t, o.stderr, "network kv."+private+":443", `provider azure: custom_endpoint = "true"`,
		`provider azure: resource = "https://`+private+`"`, `provider azure: ca_file = "ca.pem"`, "Secretfile.yml:5:", "asks for 4 things")

	if o := s.approved("apply", "--auto-approve"); o.code != 0 {
		t.Fatalf("exit code %d\n%s", o.code, o)
	}
	if o := s.sz("rotate", "--auto-approve", "a"); o.code != 0 {
		t.Errorf("rotate: exit code %d\n%s", o.code, o)
	}
	if o := s.sz("plan"); o.code != 0 {
		t.Errorf("plan: exit code %d, want nothing to do\n%s", o.code, o)
	}
	if o := s.sz("doctor"); o.code != 0 {
		t.Errorf("doctor: exit code %d\n%s", o.code, o)
	}
	if s.versions() != 2 {
		t.Errorf("%d versions, want 2", s.versions())
	}
	for _, r := range s.server.Requests() {
		if strings.HasSuffix(r.Host, ".vault.azure.net") {
			t.Errorf("%s was asked", r.Host)
		}
	}
	// Another endpoint is another question.
	s.write("Secretfile.yml", inPrivate(customSetting, "https://other."+private))
	if o := s.sz("plan"); o.code != 5 {
		t.Errorf("exit code %d, want 5\n%s", o.code, o)
	}
}

// TestExampleOfACustomEndpoint applies the example of docs/key-vault.md.
func TestExampleOfACustomEndpoint(t *testing.T) {
	for _, block := range yamlBlock.FindAllStringSubmatch(document(t, "docs/key-vault.md"), -1) {
		if !strings.Contains(block[1], "custom_endpoint: true") {
			continue
		}
		s := newPrivate(t, emulator.Options{})
		s.write("Secretfile.yml", block[1])
		if o := s.approved("apply", "--auto-approve"); o.code != 0 || s.versions() != 1 {
			t.Errorf("exit code %d, %d versions\n%s", o.code, s.versions(), o)
		}
		return
	}
	t.Error("there is no example")
}

// TestCustomEndpointSettings are settings that could send a token elsewhere, or have
// somebody else believed: nothing is asked of anybody.
func TestCustomEndpointSettings(t *testing.T) {
	const custom = "custom_endpoint: true, resource: \"https://" + private + "\""
	for name, c := range map[string]struct {
		settings, address string
		code              int
		says              string
	}{
		"no resource":               {"custom_endpoint: true", endpoint, 4, "resource is not https:// and the domain"},
		"a GUID":                    {"custom_endpoint: true, resource: 11111111-2222-3333-4444-555555555555", endpoint, 4, "resource is not https:// and the domain"},
		"plain HTTP":                {"custom_endpoint: true, resource: \"http://" + private + "\"", endpoint, 4, "resource is not https:// and the domain"},
		"the resource of Azure":     {"custom_endpoint: true, resource: \"https://vault.azure.net\"", endpoint, 3, "vault_url is neither a vault of Azure nor a custom endpoint"},
		"an endpoint elsewhere":     {custom, "https://kv.evil.example", 3, "vault_url is neither a vault of Azure nor a custom endpoint"},
		"a port":                    {custom, endpoint + ":8443", 3, "vault_url holds more than a host"},
		"a trailing dot":            {custom, endpoint + ".", 3, "vault_url is not a host"},
		"no custom endpoint":        {"", endpoint, 3, "vault_url is not the host of a vault"},
		"a resource alone":          {"resource: \"https://" + private + "\"", honest, 4, "resource is for custom endpoints only"},
		"ca_file alone":             {"ca_file: ca.pem", honest, 4, "ca_file is for custom endpoints only"},
		"ca_file outside":           {custom + ", ca_file: ../ca.pem", endpoint, 4, "it leads out of the project directory"},
		"ca_file by its whole path": {custom + ", ca_file: /etc/ssl/certs/ca-certificates.crt", endpoint, 4, "it leads out of the project directory"},
		"ca_file through a link":    {custom + ", ca_file: link.pem", endpoint, 4, "ca_file cannot be used"},
		"ca_file that is not there": {custom + ", ca_file: gone.pem", endpoint, 4, "ca_file cannot be used: no such file"},
		"ca_file with something":    {custom + ", ca_file: secret.txt", endpoint, 4, "it holds no certificate in PEM form"},
		"ca_file that is no file":   {custom + ", ca_file: .", endpoint, 4, "ca_file cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newPrivate(t, emulator.Options{})
			outside := filepath.Join(t.TempDir(), "ca.pem")
			if err := errors.Join(os.WriteFile(outside, s.server.PrivateCertificatePEM(), 0o644), os.Symlink(outside, filepath.Join(s.dir, "link.pem"))); err != nil {
				t.Fatal(err)
			}
			s.write("Secretfile.yml", inPrivate(c.settings, c.address))
			o := s.approved("apply", "--auto-approve")
			if o.code != c.code {
				t.Errorf("exit code %d, want %d\n%s", o.code, c.code, o)
			}
			contains(t, o.stdout+o.stderr, c.says, "Secretfile.yml:")
			if n := len(s.server.Requests()); n != 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestHostileCustomEndpoint has somebody lie at an approved custom endpoint: the token
// is for the resource that was approved, and for this host.
func TestHostileCustomEndpoint(t *testing.T) {
	for name, c := range map[string]struct {
		hostile emulator.Hostile
		says    string
	}{
		"a resource that is a GUID":    {emulator.Hostile{Resource: "11111111-2222-3333-4444-555555555555"}, "kv.vault.own.example asks for a token that is not for it"},
		"the resource of Azure":        {emulator.Hostile{Resource: "https://vault.azure.net"}, "kv.vault.own.example asks for a token that is not for it"},
		"the domain above its own one": {emulator.Hostile{Resource: "https://own.example"}, "it asks for a token for"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newPrivate(t, emulator.Options{Hostile: c.hostile})
			s.write("Secretfile.yml", inPrivate(customSetting, endpoint))
			o := s.approved("apply", "--auto-approve")
			if o.code != 4 {
				t.Errorf("exit code %d, want 4\n%s", o.code, o)
			}
			contains(t, o.stdout+o.stderr, c.says)
			if n := s.server.Count("*"); n != 0 {
				t.Errorf("a token went out %d times", n)
			}
		})
	}
}

// TestCAFileIsForCustomEndpointsOnly trusts an authority that vouches for a vault of
// Azure, which is not believed for it, and not for the private cloud either, for which
// it does not vouch.
func TestCAFileIsForCustomEndpointsOnly(t *testing.T) {
	for _, address := range []string{honest, endpoint} {
		s := newPrivate(t, emulator.Options{})
		s.write("ca.pem", string(s.server.CertificatePEM()))
		s.env = append(s.env, "SSL_CERT_FILE="+filepath.Join(s.dir, "other.pem"))
		s.write("Secretfile.yml", inPrivate(customSetting, address))
		o := s.approved("apply", "--auto-approve")
		if o.code != 4 {
			t.Errorf("%s: exit code %d, want 4\n%s", address, o.code, o)
		}
		contains(t, o.stdout+o.stderr, "has no certificate for it that is trusted here")
		if s.server.Count("*") != 0 || s.versions() != 0 {
			t.Errorf("%s: %d requests with a token, %d versions", address, s.server.Count("*"), s.versions())
		}
	}
}
