package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// The tests of this file and of the next are a repository that means harm, or
// somebody who has got hold of a piece of it. Each attack must end with an error that
// names it, with no packet to the attacker, no byte written outside of the project,
// and no version more in any vault.

// attack is a world with an attacker who listens, and with something beside the
// project that must stay as it is.
type attack struct {
	*world
	listener string // host:port of the attacker
	port     string
	packets  atomic.Int32
	outside  string // a directory beside the project
	before   map[string]string
	versions int
}

func newAttack(t *testing.T, options emulator.Options) *attack {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &attack{world: newWorld(t, options), listener: listener.Addr().String()}
	_, a.port, _ = net.SplitHostPort(a.listener)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			a.packets.Add(1)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	a.outside = t.TempDir()
	a.dir = filepath.Join(a.outside, "project")
	if err := errors.Join(os.Mkdir(a.dir, 0o755), os.WriteFile(filepath.Join(a.outside, "precious"), []byte("before"), 0o600)); err != nil {
		t.Fatal(err)
	}
	return a
}

// armed remembers how everything is before the attack.
func (a *attack) armed() {
	a.t.Helper()
	a.before, a.versions = a.files(), a.world.versions()
}

// files are the files beside the project with what is in them, and those of the home
// but for what sz keeps of its own.
func (a *attack) files() map[string]string {
	files := map[string]string{}
	for _, root := range []string{a.outside, a.home} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case path == a.dir, entry.IsDir() && entry.Name() == "sz":
				return fs.SkipDir
			case entry.Type().IsRegular():
				text, err := os.ReadFile(path)
				files[path] = string(text)
				return err
			}
			return nil
		})
		if err != nil {
			a.t.Fatal(err)
		}
	}
	return files
}

// fails runs sz, which must end with a code and with words, having done no harm. The
// hosts that the vaults may have been spoken to under are those of this project.
func (a *attack) fails(code int, words string, args ...string) outcome {
	a.t.Helper()
	o := a.sz(args...)
	if o.code != code {
		a.t.Errorf("sz %s: exit code %d, want %d\n%s", strings.Join(args, " "), o.code, code, o)
	}
	contains(a.t, o.stdout+o.stderr, words)
	a.unharmed()
	return o
}

func (a *attack) unharmed() {
	a.t.Helper()
	if n := a.packets.Load(); n > 0 {
		a.t.Errorf("the attacker got %d connections", n)
	}
	if n := a.world.versions(); n != a.versions {
		a.t.Errorf("%d versions in the vaults, and there were %d", n, a.versions)
	}
	after := a.files()
	for path, text := range a.before {
		if after[path] != text {
			a.t.Errorf("%s was changed", path)
		}
	}
	for path := range after {
		if _, known := a.before[path]; !known {
			a.t.Errorf("%s was made", path)
		}
	}
	for _, r := range a.server.Requests() {
		if !strings.HasSuffix(r.Host, ".vault.azure.net") && !strings.HasPrefix(r.Host, "login.") && !regexp.MustCompile(`identity|169\.254`).MatchString(r.Host) {
			a.t.Errorf("%s was spoken to", r.Host)
		}
		if strings.Contains(r.Host, "evil") {
			a.t.Errorf("%s was spoken to", r.Host)
		}
	}
}

func at(vaultURL string) string {
	return "metadata: {project: shop}\nsecrets:\n  - name: a\n    kind: random_string\n    targets: [{provider: azure, kind: key_vault, config: {vault_url: \"" + vaultURL + "\"}}]\n"
}

const honest = "https://shop-kv.vault.azure.net"

// acmeDir is where the stranger's plugins were built; empty when none was.
var acmeDir string

var acme = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sz-acme-")
	if err != nil {
		return "", err
	}
	acmeDir = dir
	return dir, errors.Join(testbin.Acme(filepath.Join(dir, "plain", "sz-plugin-acme"), "1.2.3", "", ""), testbin.Acme(filepath.Join(dir, "azure", "sz-plugin-acme"), "1.2.3", "", "azure"))
})

// stranger is a directory with the plugin of a stranger: plain, or one that says that
// it serves azure.
func stranger(t *testing.T, which string) string {
	t.Helper()
	dir, err := acme()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, which)
}

func TestHostileVaultURLs(t *testing.T) {
	a := newAttack(t, emulator.Options{})
	for _, url := range []string{
		"https://" + a.listener, "https://shop-kv.vault.azure.net@" + a.listener, "https://shop-kv.vault.azure.net#@" + a.listener,
		"https://shop-kv.vault.azure.net:" + a.port, "https://shop-kv.vault.azure.net.", "https://shop-kv.vault.azure.net.evil.example",
		"https://shop-kv.vault.azure.net%2f@" + a.listener, "https://shop-kv.vаult.azure.net", "https://evil.example/.vault.azure.net", "https://a.b.vault.azure.net",
	} {
		a.write("Secretfile.yml", at(url))
		a.armed()
		a.fails(3, "Secretfile.yml:5:", "apply", "--auto-approve")
	}
}

func TestHostileAudience(t *testing.T) {
	a := newAttack(t, emulator.Options{Hostile: emulator.Hostile{Resource: "00000002-0000-0000-c000-000000000000"}})
	a.write("Secretfile.yml", at(honest))
	a.armed()
	a.fails(4, "shop-kv", "apply", "--auto-approve")
	if n := a.server.Count("*"); n != 0 {
		t.Errorf("a token went to a vault that asked for that of another service, %d times", n)
	}
}

func TestHostileNextLink(t *testing.T) {
	a := newAttack(t, emulator.Options{PageSize: 3, Hostile: emulator.Hostile{LinkHost: "evil-kv.vault.azure.net"}})
	var text strings.Builder
	text.WriteString("metadata: {project: shop}\nsecrets:\n")
	for i := range 12 { // as many as are worth a listing
		fmt.Fprintf(&text, "  - {name: s%d, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"%s\"}}]}\n", i, honest)
		a.set("shop-kv", fmt.Sprintf("s%d", i), "theirs", nil)
	}
	a.write("Secretfile.yml", text.String())
	a.armed()
	// The link is not followed, and who gave it is asked for nothing more.
	for _, command := range []string{"plan", "apply"} {
		o := a.fails(4, "whatever answers at shop-kv.vault.azure.net tried to send this elsewhere", command)
		contains(t, o.stdout+o.stderr, "a request for shop-kv.vault.azure.net was about to go to https://evil-kv.vault.azure.net")
	}
}

func TestHostileIdentities(t *testing.T) {
	for setting, want := range map[string]struct {
		code  int
		words string
	}{
		"authority_host: https://evil-kv.vault.azure.net":            {3, "authority_host"},
		`kind: cli, tenant_id: 99999999-0000-0000-0000-000000000000`: {5, `provider azure: auth.tenant_id = "99999999-0000-0000-0000-000000000000"`},
		`additionally_allowed_tenants: ["*"]`:                        {5, `provider azure: auth.additionally_allowed_tenants[0] = "*"`},
	} {
		t.Run(setting, func(t *testing.T) {
			a := newAttack(t, emulator.Options{})
			a.write("Secretfile.yml", "providers:\n  azure:\n    kind: azure\n    auth: {"+setting+"}\n"+at(honest))
			a.armed()
			a.fails(want.code, want.words, "apply", "--auto-approve")
			if n := len(a.server.Requests()); n != 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

func TestHostileVariableFiles(t *testing.T) {
	a := newAttack(t, emulator.Options{})
	if err := errors.Join(os.Mkdir(filepath.Join(a.dir, ".git"), 0o755), os.Mkdir(filepath.Join(a.dir, ".GIT"), 0o755),
		os.WriteFile(filepath.Join(a.dir, ".git", "config"), []byte("token: t0ken\n"), 0o644), os.Symlink("../precious", filepath.Join(a.dir, "link.szvar"))); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	files := []string{".git/config", ".GIT/config", ".git./config", "~/.ssh/id", "../precious", "link.szvar", "/etc/passwd", "a/../../precious"}
	if err := syscall.Mkfifo(filepath.Join(a.dir, "pipe.szvar"), 0o644); err == nil {
		files = append(files, "pipe.szvar")
	}
	for _, file := range files {
		a.write("Secretfile.yml", "environments: {default: x, profiles: {x: {var_files: [\""+file+"\"]}}}\n"+at(honest))
		a.armed()
		o := a.fails(3, "Secretfile.yml:1:", "plan")
		if strings.Contains(o.stdout+o.stderr, "t0ken") || strings.Contains(o.stderr, "root:") {
			t.Errorf("%s: its content is shown", file)
		}
	}
}

func TestHostileLockFilePaths(t *testing.T) {
	for _, path := range []string{"../precious", "../x.lock", "/tmp/x.lock", ".git/x.lock", "a/../../x.lock", "~/x.lock"} {
		a := newAttack(t, emulator.Options{})
		a.write("Secretfile.yml", "environments: {default: x, profiles: {x: {lockfile: \""+path+"\"}}}\n"+at(honest))
		a.armed()
		a.fails(3, "Secretfile.yml:1:", "apply", "--auto-approve")
	}
}

func TestHostileLinks(t *testing.T) {
	local := func(path string) string {
		return "secrets:\n  - {name: A, kind: random_string, targets: [{provider: local, kind: file, config: {path: \"" + path + "\"}}]}\n"
	}
	for name, c := range map[string]struct{ path, link, to string }{
		"a file":             {".env", ".env", "../precious"},
		"a file of the home": {".env", ".env", "HOME"},
		"a parent":           {"conf/.env", "conf", ".."},
		"a hanging link":     {".env", ".env", "../made"},
		"a lock file":        {"x.env", "Secretfile.lock", "../precious"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t, emulator.Options{})
			if c.to == "HOME" {
				c.to = filepath.Join(a.home, ".profile")
				if err := os.WriteFile(c.to, []byte("before"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(c.to, filepath.Join(a.dir, c.link)); err != nil {
				t.Fatal(err)
			}
			a.write("Secretfile.yml", local(c.path))
			a.armed()
			if o := a.sz("apply", "--auto-approve"); o.code == 0 {
				t.Errorf("it was applied\n%s", o)
			}
			a.unharmed()
		})
	}
}

// A lock file grants what it likes: it is a request, and approves nothing.
func TestHostileSelfGrantingLock(t *testing.T) {
	a := newAttack(t, emulator.Options{})
	a.env = []string{"HOME=" + a.home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()} // no proxy that hides anything
	a.write("Secretfile.yml", "providers:\n  acme: {kind: acme, config: {url: \"http://"+a.listener+"\"}}\nsecrets:\n  - {name: a, kind: random_string, targets: [{provider: acme, kind: box, config: {name: a}}]}\n")
	plugins := stranger(t, "plain")
	if o := a.sz("init", "--plugin-dir", plugins); o.code != 0 {
		t.Fatal(o)
	}
	lock := strings.Replace(a.read("sz.lock.hcl"), "  grants {\n", "  grants {\n    exec = [\"sh -c *\"]\n    read = [\"/\"]\n", 1)
	a.write("sz.lock.hcl", lock)
	for _, dir := range []string{".config/sz", ".local/state/sz/trust"} {
		if err := os.MkdirAll(filepath.Join(a.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	a.write(".config/sz/config.hcl", "hosts = [\"127.0.0.1\"]\ntenants = [\"*\"]\n")
	a.armed()
	a.fails(5, "plugin acme: network "+a.listener, "apply", "--auto-approve", "--plugin-dir", plugins)
	// Not even when the settings of the job point into the project.
	for _, variable := range []string{"XDG_CONFIG_HOME=" + a.dir + "/.config", "XDG_STATE_HOME=" + a.dir + "/.local/state", "XDG_DATA_HOME=" + a.dir, "XDG_CACHE_HOME=" + a.dir} {
		env := a.env
		a.env = append(slices.Clone(env), variable)
		a.fails(5, "lies in the project", "apply", "--auto-approve", "--plugin-dir", plugins)
		a.env = env
	}
}

func TestHostileKinds(t *testing.T) {
	a := newAttack(t, emulator.Options{})
	a.write("Secretfile.yml", at(honest))
	if o := a.sz("apply", "--auto-approve"); o.code != 0 {
		t.Fatal(o)
	}
	a.armed()
	o := a.sz("plan", "--plugin-dir", stranger(t, "azure"))
	contains(t, o.stderr, "serves providers of kind azure, which only the plugins of sz itself may serve")
	contains(t, o.stdout, "plugin azure-keyvault")
	a.unharmed()
}

// A name that leads to the metadata service, or to this machine, is not spoken to,
// whatever was approved: only the address itself could be.
func TestHostileNames(t *testing.T) {
	a := newAttack(t, emulator.Options{})
	a.env = []string{"HOME=" + a.home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
	plugins := stranger(t, "plain")
	hosts := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, []byte("127.0.0.1 localhost\n169.254.169.254 metadata.example\n127.0.0.1 evil.example\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"metadata.example:80", "evil.example:" + a.port} {
		t.Run(host, func(t *testing.T) {
			a.write("Secretfile.yml", "providers:\n  acme: {kind: acme, config: {url: \"http://"+host+"\"}}\nsecrets:\n  - {name: a, kind: random_string, targets: [{provider: acme, kind: box, config: {name: a}}]}\n")
			a.armed()
			o := a.fails(5, "--trust sha256:", "plan", "--plugin-dir", plugins)
			digest := regexp.MustCompile(`sha256:[0-9a-f]{64}`).FindAllString(o.stderr, -1)
			// With names of our own making, in a mount namespace of their own.
			cmd := exec.Command("unshare", "-rm", "sh", "-c", `mount --bind "$1" /etc/hosts && shift && exec "$@"`, "sh", hosts,
				filepath.Join(testbin.Dir(t), "sz"), "apply", "--auto-approve", "--plugin-dir", plugins, "--trust", digest[len(digest)-1])
			cmd.Dir, cmd.Env = a.dir, a.env
			o = finish(t, cmd)
			if strings.Contains(o.stderr, "unshare") || strings.Contains(o.stderr, "mount:") {
				t.Skip("no mount namespace here: " + o.stderr)
			}
			if o.code == 0 {
				t.Errorf("it was applied\n%s", o)
			}
			contains(t, o.stdout+o.stderr, "leads to")
			a.unharmed()
		})
	}
}

// What a vault says is shown, and is no command to the runner that reads the log.
func TestHostileMessages(t *testing.T) {
	a := newAttack(t, emulator.Options{Hostile: emulator.Hostile{Message: "no\r\n##vso[task.setvariable variable=PATH]/evil\n::set-output name=x::y\x1b[2J\u202e"}})
	a.write("Secretfile.yml", at(honest))
	a.armed()
	for _, flags := range [][]string{{"apply", "--auto-approve"}, {"apply", "--auto-approve", "--json"}} {
		o := a.sz(flags...)
		if o.code == 0 {
			t.Errorf("it was applied\n%s", o)
		}
		for _, text := range []string{o.stdout, o.stderr} {
			if regexp.MustCompile(`##(vso)?\[|(?m)^\s*::|\x1b|\x{202e}`).MatchString(text) {
				t.Errorf("%q", text)
			}
		}
		contains(t, o.stdout+o.stderr, "set-output")
		a.unharmed()
	}
}
