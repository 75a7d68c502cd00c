package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// ownLogin is the authority of a private cloud, which Microsoft Entra does not know.
const ownLogin = "login.own.example"

const (
	allowHost      = "authority_hosts = [\"" + ownLogin + "\"]\n"
	allowDiscovery = "disable_instance_discovery = true\n"
	allowTenants   = "tenants = [\"*\"]\n"
	ownAuthority   = customSetting + ", authority_host: \"https://" + ownLogin + "/\", disable_instance_discovery: true"
	withSecret     = "    auth: {kind: client_secret, " + asApplication + ", client_secret_file: secret.txt}\n"
)

// newOwn is a project in a private cloud that has an authority of its own.
func newOwn(t *testing.T, settings, auth string) *signIn {
	t.Helper()
	options := directory()
	options.Authority = ownLogin
	s := newPrivate(t, options)
	s.write("Secretfile.yml", strings.Replace(inPrivate(settings, endpoint), "    kind: azure\n", "    kind: azure\n"+auth, 1))
	return s
}

// userAllows writes the user's own configuration, with what they allow to this provider.
func (s *signIn) userAllows(texts ...string) {
	s.t.Helper()
	s.userConfig("allow \"azure\" {\n" + strings.Join(texts, "") + "}\n")
}

func (s *signIn) userConfig(text string) {
	s.t.Helper()
	path := filepath.Join(s.home, ".config", "sz", "config.hcl")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// logins are the hosts that were asked for a token, or about one.
func (s *signIn) logins() string {
	asked := map[string]bool{}
	for _, r := range s.server.Requests() {
		if strings.HasPrefix(r.Host, "login.") {
			asked[r.Host] = true
		}
	}
	var hosts []string
	for host := range asked {
		hosts = append(hosts, host)
	}
	return strings.Join(hosts, " ")
}

// TestAuthorityThatTheUserAllows signs in at an authority of one's own, which is refused
// until the user's own configuration allows it, whatever is approved.
func TestAuthorityThatTheUserAllows(t *testing.T) {
	s := newOwn(t, ownAuthority, withSecret)
	o := s.approved("apply", "--auto-approve")
	if o.code != 4 || len(s.server.Requests()) != 0 {
		t.Fatalf("exit code %d after %d requests, want 4 after none\n%s", o.code, len(s.server.Requests()), o)
	}
	contains(t, o.stdout+o.stderr, "[unknown-authority]", `your own ~/.config/sz/config.hcl: allow "azure" { authority_hosts = ["login.own.example"] }`,
		"[instance-discovery]", `allow "azure" { disable_instance_discovery = true }`, "Secretfile.yml:6:")

	s = newOwn(t, ownAuthority, withSecret)
	s.userAllows(allowHost, allowDiscovery)
	o = s.sz("apply", "--auto-approve")
	for _, line := range strings.Split(o.stderr, "\n") {
		if strings.Contains(line, "asks for: ") && (strings.Contains(line, "authority_host") || strings.Contains(line, "disable_instance_discovery") || strings.Contains(line, ownLogin)) {
			t.Errorf("what the user allows is asked for again: %s", line)
		}
	}
	if o = s.approved("apply", "--auto-approve"); o.code != 0 || s.versions() != 1 {
		t.Fatalf("exit code %d, %d versions\n%s", o.code, s.versions(), o)
	}
	if got := s.logins(); got != ownLogin {
		t.Errorf("asked %q, want %s alone", got, ownLogin)
	}
	if o := s.sz("plan", "--detailed-exitcode"); o.code != 0 {
		t.Errorf("plan: exit code %d\n%s", o.code, o)
	}
	if o := s.sz("doctor"); o.code != 0 {
		t.Errorf("doctor: exit code %d\n%s", o.code, o)
	}
}

// TestAuthorityOfTheEnvironment is one that AZURE_AUTHORITY_HOST names.
func TestAuthorityOfTheEnvironment(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		s := newOwn(t, customSetting+", disable_instance_discovery: true", "    auth: {kind: env}\n")
		s.env = append(s.env, "AZURE_TENANT_ID="+emulator.DefaultTenant, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+appSecret, "AZURE_AUTHORITY_HOST=https://"+ownLogin)
		want, logins := 4, ""
		s.userAllows(allowDiscovery)
		if allowed {
			s.userAllows(allowHost, allowDiscovery)
			want, logins = 0, ownLogin
		}
		o := s.approved("apply", "--auto-approve")
		if o.code != want || s.logins() != logins {
			t.Errorf("allowed %t: exit code %d after asking %q\n%s", allowed, o.code, s.logins(), o)
		}
	}
}

// TestAuthorityThatMicrosoftDoesNotKnow is allowed, and Microsoft is asked about it.
func TestAuthorityThatMicrosoftDoesNotKnow(t *testing.T) {
	s := newOwn(t, customSetting+", authority_host: "+ownLogin, withSecret)
	s.userAllows(allowHost)
	o := s.approved("plan")
	if o.code != 4 {
		t.Errorf("exit code %d, want 4\n%s", o.code, o)
	}
	contains(t, o.stdout+o.stderr, "Microsoft Entra does not know this authority", "disable_instance_discovery = true")
}

// TestVaultThatIsItsOwnAuthority would be given the credential itself.
func TestVaultThatIsItsOwnAuthority(t *testing.T) {
	const both = "login." + private
	s := newOwn(t, strings.ReplaceAll(ownAuthority, ownLogin, both), withSecret)
	s.write("Secretfile.yml", strings.ReplaceAll(s.read("Secretfile.yml"), endpoint, "https://"+both))
	s.userAllows(strings.ReplaceAll(allowHost, ownLogin, both), allowDiscovery)
	o := s.approved("plan")
	if o.code != 4 {
		t.Errorf("exit code %d, want 4\n%s", o.code, o)
	}
	contains(t, o.stdout+o.stderr, both+" is also the authority")
	for _, r := range s.server.Requests() {
		if r.Method == "POST" {
			t.Errorf("%s%s was posted to", r.Host, r.Path)
		}
	}
}

// TestEveryTenantThatTheUserAllows opens a vault of a tenant that nobody listed.
func TestEveryTenantThatTheUserAllows(t *testing.T) {
	auth := "{kind: client_secret, tenant_id: " + abroad + ", client_id: " + app + ", client_secret_file: secret.txt, additionally_allowed_tenants: [\"*\"]}"
	for _, c := range []struct {
		tenants string
		code    int
	}{{"tenants = []\n", 4}, {"tenants = [\"" + emulator.DefaultTenant + "\"]\n", 4}, {allowTenants, 0}} {
		s := newSignIn(t, emulator.AppService, auth, emulator.Options{})
		s.userAllows(c.tenants)
		o := s.approved("apply", "--auto-approve")
		if o.code != c.code || c.code == 0 && s.versions() != 1 || c.code != 0 && len(s.server.Requests()) != 0 {
			t.Errorf("%s: exit code %d, %d versions, %d requests\n%s", c.tenants, o.code, s.versions(), len(s.server.Requests()), o)
		}
	}
}

// TestNobodyButTheUserAllows has a project say, in every place that it has, what only the
// user's own configuration may. The attacker's authority hears of nothing.
func TestNobodyButTheUserAllows(t *testing.T) {
	const block = "allow \"azure\" {\n" + allowHost + allowDiscovery + "}\n"
	const list = "{authority_hosts: [" + ownLogin + "], disable_instance_discovery: true}"
	for _, c := range []struct {
		name string
		try  func(*signIn) outcome
		code int
		says string
	}{
		{"a key of the Secretfile", func(s *signIn) outcome {
			s.write("Secretfile.yml", "allow: {azure: "+list+"}\n"+s.read("Secretfile.yml"))
			return s.approved("apply", "--auto-approve")
		}, 3, "allow"},
		{"a key of the provider", func(s *signIn) outcome {
			s.write("Secretfile.yml", strings.Replace(s.read("Secretfile.yml"), "    kind: azure\n", "    kind: azure\n    allow: "+list+"\n", 1))
			return s.approved("apply", "--auto-approve")
		}, 3, "allow"},
		{"a setting of the provider", func(s *signIn) outcome {
			s.write("Secretfile.yml", strings.Replace(s.read("Secretfile.yml"), "config: {", "config: {allowances: "+list+", ", 1))
			return s.approved("apply", "--auto-approve")
		}, 3, "allowances"},
		{"a block of a Secretfile in HCL", func(s *signIn) outcome {
			file := s.mustConvert("Secretfile.yml")
			s.write(file, s.read(file)+block)
			return s.approved("apply", "--auto-approve")
		}, 3, "allow"},
		{"a block of sz.lock.hcl", func(s *signIn) outcome {
			s.write("sz.lock.hcl", block)
			return s.approved("apply", "--auto-approve")
		}, 5, "allow"},
		{"a grant of sz.lock.hcl", func(s *signIn) outcome {
			s.write("sz.lock.hcl", "plugin \"azure-keyvault\" {\n  version = \"0.1.0\"\n  protocol = 1\n  grants {\n    network = [\""+ownLogin+":443\"]\n    allow = [\"authority_hosts\"]\n  }\n}\n")
			return s.approved("apply", "--auto-approve")
		}, 5, "allow"},
		{"config.hcl in the project", func(s *signIn) outcome {
			s.write("config.hcl", block)
			return s.approved("apply", "--auto-approve")
		}, 4, "[unknown-authority]"},
		{"config.hcl in the project that the environment leads to", func(s *signIn) outcome {
			if err := os.Mkdir(filepath.Join(s.dir, "sz"), 0o700); err != nil {
				s.t.Fatal(err)
			}
			s.write("sz/config.hcl", block)
			s.env = append(s.env, "XDG_CONFIG_HOME="+s.dir)
			return s.approved("apply", "--auto-approve")
		}, 5, "which could approve itself there"},
		{"the environment", func(s *signIn) outcome {
			s.env = append(s.env, "OWN=https://"+ownLogin, "AZURE_AUTHORITY_HOST=https://"+ownLogin)
			s.write("Secretfile.yml", strings.ReplaceAll(s.read("Secretfile.yml"), "\"https://"+ownLogin+"/\"", "\"${OWN}\""))
			return s.approved("apply", "--auto-approve")
		}, 4, "[unknown-authority]"},
		{"a variable", func(s *signIn) outcome {
			s.write("Secretfile.yml", "variables: {own: {default: x}}\n"+strings.ReplaceAll(s.read("Secretfile.yml"), "\"https://"+ownLogin+"/\"", "\"{{var.own}}\""))
			return s.approved("apply", "--auto-approve", "--var", "own="+ownLogin)
		}, 4, "[unknown-authority]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newOwn(t, ownAuthority, withSecret)
			o := c.try(s)
			if o.code != c.code {
				t.Errorf("exit code %d, want %d\n%s", o.code, c.code, o)
			}
			contains(t, o.stdout+o.stderr, c.says)
			if n := len(s.server.Requests()); n != 0 || s.versions() != 0 {
				t.Errorf("%d requests, %d versions: %q", n, s.versions(), s.logins())
			}
		})
	}
}

// TestPlanThatWasMadeWhileItWasAllowed allows nothing by itself: who applies it decides.
func TestPlanThatWasMadeWhileItWasAllowed(t *testing.T) {
	s := newOwn(t, ownAuthority, withSecret)
	s.userAllows(allowHost, allowDiscovery)
	if o := s.approved("plan", "--out", "saved.plan"); o.code != 0 {
		t.Fatalf("exit code %d\n%s", o.code, o)
	}
	before := len(s.server.Requests())
	for _, allowed := range []bool{false, true} {
		s.userAllows()
		want := 4
		if allowed {
			s.userAllows(allowHost, allowDiscovery)
			want = 0
		}
		o := s.sz("apply", "--auto-approve", "saved.plan")
		if reach := trustFlag.FindStringSubmatch(o.stderr); o.code == 5 && reach != nil { // the authority is asked for again
			o = s.sz("apply", "--auto-approve", "--trust", reach[1], "saved.plan")
		}
		if o.code != want || !allowed && len(s.server.Requests()) != before {
			t.Errorf("allowed %t: exit code %d after %d requests\n%s", allowed, o.code, len(s.server.Requests())-before, o)
		}
	}
}

// TestExampleOfAnAuthority signs in as docs/key-vault.md says.
func TestExampleOfAnAuthority(t *testing.T) {
	text := document(t, "docs/key-vault.md")
	config := regexp.MustCompile("(?s)```hcl\n(# config.hcl\n.*?)```").FindStringSubmatch(text)
	for _, block := range yamlBlock.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(block[1], "authority_host: ") || config == nil {
			continue
		}
		s := newSignIn(t, emulator.AppService, "{}", emulator.Options{Authority: ownLogin})
		s.env = append(s.env, "AZURE_CLIENT_SECRET="+appSecret)
		s.userConfig(config[1])
		_, secrets, _ := strings.Cut(s.read("Secretfile.yml"), "secrets:")
		s.write("Secretfile.yml", block[1]+"secrets:"+secrets)
		if o := s.approved("apply", "--auto-approve"); o.code != 0 || s.versions() != 1 || s.logins() != ownLogin {
			t.Errorf("exit code %d, %d versions, asked %q\n%s", o.code, s.versions(), s.logins(), o)
		}
		return
	}
	t.Error("there is no example")
}

// TestWhatNoPluginKnowsIsSaid is a mistake in the user's own configuration.
func TestWhatNoPluginKnowsIsSaid(t *testing.T) {
	s := newSignIn(t, emulator.AppService, "{}", emulator.Options{})
	s.userAllows("authority_host = \"" + ownLogin + "\"\n")
	o := s.sz("apply", "--auto-approve")
	if o.code != 0 {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, o.stderr, "warning: config.hcl allows authority_host to providers of kind azure, which know nothing of that name")
}
