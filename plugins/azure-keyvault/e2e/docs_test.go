package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

var (
	yamlBlock    = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")
)

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testbin.Root(), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeWorksAsWritten types what the README says, in an empty directory.
func TestReadmeWorksAsWritten(t *testing.T) {
	text, dir, home := document(t, "README.md"), t.TempDir(), t.TempDir()
	secretfile := yamlBlock.FindStringSubmatch(text)[1]
	if err := os.WriteFile(filepath.Join(dir, "Secretfile.yml"), []byte(secretfile), 0o644); err != nil {
		t.Fatal(err)
	}
	commands := strings.Split(strings.TrimSpace(consoleBlock.FindStringSubmatch(text)[1]), "\n")
	for _, line := range commands {
		cmd := exec.Command("sh", "-c", strings.TrimPrefix(line, "$ "))
		cmd.Dir = dir
		cmd.Env = []string{"HOME=" + home, "PATH=" + testbin.Dir(t) + ":" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
		if o := finish(t, cmd); o.code != 0 {
			t.Errorf("%s: exit code %d\n%s", line, o.code, o)
		}
	}
	env, err := os.ReadFile(filepath.Join(dir, ".env"))
	if err != nil || !regexp.MustCompile(`^API_KEY=[0-9a-f]{40}\n$`).Match(env) {
		t.Errorf("the .env file is not as promised: %v", err)
	}
}

var (
	languageBlock = regexp.MustCompile("(?s)```(yaml|hcl)\n(.*?)```")
	named         = regexp.MustCompile(`^# ([a-z]+\.szvar)\n`)
)

// TestExamplesOfTheLanguage applies every Secretfile of docs/secretfile.md, in each
// of its environments. Examples that begin with the name of a file of variables are
// that file.
func TestExamplesOfTheLanguage(t *testing.T) {
	text := document(t, "docs/secretfile.md")
	files, examples := map[string]string{}, 0
	blocks := languageBlock.FindAllStringSubmatch(text, -1)
	for _, block := range blocks {
		if name := named.FindStringSubmatch(block[2]); name != nil {
			files[name[1]] = block[2]
		}
	}
	for _, block := range blocks {
		if named.MatchString(block[2]) {
			continue
		}
		examples++
		name := map[string]string{"yaml": "Secretfile.yml", "hcl": "Secretfile.hcl"}[block[1]]
		environments := []string{""}
		if strings.Contains(block[2], "prod:") {
			environments = []string{"dev", "prod"}
		}
		for _, environment := range environments {
			w := newWorld(t, emulator.Options{})
			w.env = append(w.env, "SMTP_PASSWORD=of-the-documentation")
			w.set("platform-kv", "db-admin", `{"user": "root", "password": "of another team"}`, nil)
			for file, content := range files {
				w.write(file, content)
			}
			w.write(name, block[2])
			w.allow(name)
			var flags []string
			if environment != "" {
				flags = []string{"--env", environment}
			}
			w.mustApply(name, flags...)
			contains(t, w.mustApply(name, flags...).stdout, "Nothing to do")
			contains(t, w.mustApply(w.mustConvert(name), flags...).stdout, "Nothing to do")
		}
	}
	if examples < 7 || len(files) != 2 {
		t.Errorf("%d examples and %d files were found", examples, len(files))
	}
}

var toTrust = regexp.MustCompile(`--trust (sha256:[0-9a-f]{64})`)

// allow does what somebody does who has read what a Secretfile asks for, such as to run
// commands, and allows exactly that.
func (w *world) allow(name string) {
	w.t.Helper()
	if digest := toTrust.FindStringSubmatch(w.sz("plan", "-f", name).stderr); digest != nil {
		w.env = append(w.env, "SZ_TRUST="+digest[1])
	}
}

// TestFilesWorkAsWritten writes the files of docs/files.md, each called as its first
// line says, and types the commands.
func TestFilesWorkAsWritten(t *testing.T) {
	text := document(t, "docs/files.md")
	w := newWorld(t, emulator.Options{})
	before := map[string]string{}
	for _, block := range regexp.MustCompile("(?s)```[a-z]+\n# (\\S+)\n(.*?)```").FindAllStringSubmatch(text, -1) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(w.dir, block[1])), 0o755); err != nil {
			t.Fatal(err)
		}
		w.write(block[1], block[2])
		before[block[1]] = block[2]
	}
	if len(before) != 4 {
		t.Fatalf("%d files", len(before))
	}
	for line := range strings.Lines(consoleBlock.FindStringSubmatch(text)[1]) {
		if o := w.sz(strings.Fields(strings.TrimPrefix(line, "$ sz "))...); o.code != 0 {
			t.Errorf("%s: exit code %d\n%s", line, o.code, o)
		}
	}
	password := regexp.MustCompile(`(?m)^DB_PASSWORD=([A-Za-z0-9]{24})$`).FindStringSubmatch(w.read(".env"))
	if password == nil {
		t.Fatalf("no password in .env: %q", w.read(".env"))
	}
	for name, want := range map[string]string{
		"config/app.toml": strings.Replace(before["config/app.toml"], "proxy\n", "proxy\ndb_password = \""+password[1]+"\"\n", 1),
		"db.yaml":         before["db.yaml"] + "host: \"db.internal\"\nport: 5432\n",
		"prod.tfvars":     "database = {\n  host = \"db.internal\"\n  port = 5432\n}\n",
		"nginx.conf": strings.NewReplacer("{{secret.db_password}}", password[1], "{{secret.db_password | url}}", password[1], "{{secret.database.host}}", "db.internal").
			Replace(before["nginx.conf.tmpl"]),
	} {
		if got := w.read(name); got != want {
			t.Errorf("%s holds\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestCommandsOfTheLanguage types the commands of docs/secretfile.md.
func TestCommandsOfTheLanguage(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	for _, block := range consoleBlock.FindAllStringSubmatch(document(t, "docs/secretfile.md"), -1) {
		for line := range strings.Lines(block[1]) {
			args := strings.Fields(strings.TrimPrefix(line, "$ sz "))
			if o := w.sz(args...); o.code != 0 {
				t.Errorf("%s: exit code %d\n%s", line, o.code, o)
			}
		}
	}
}

// TestCommandsOfALife types the commands of docs/life.md over its Secretfile.
func TestCommandsOfALife(t *testing.T) {
	text := document(t, "docs/life.md")
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", yamlBlock.FindStringSubmatch(text)[1])
	commands := strings.Split(strings.TrimSpace(consoleBlock.FindStringSubmatch(text)[1]), "\n")
	for _, line := range commands {
		if o := w.sz(strings.Fields(strings.TrimPrefix(line, "$ sz "))...); o.code != 0 {
			t.Errorf("%s: exit code %d\n%s", line, o.code, o)
		}
	}
	if len(commands) < 10 {
		t.Errorf("%d commands", len(commands))
	}
}

var kindOfAuth = regexp.MustCompile(`auth:\n +kind: ([a-z_]+)\n`)

// TestExamplesOfSigningIn signs in as each example of docs/key-vault.md says, where it
// says.
func TestExamplesOfSigningIn(t *testing.T) {
	text, seen := document(t, "docs/key-vault.md"), 0
	for _, block := range yamlBlock.FindAllStringSubmatch(text, -1) {
		kind := kindOfAuth.FindStringSubmatch(block[1])
		if kind == nil || strings.Contains(block[1], "authority_host: ") { // see TestExampleOfAnAuthority
			continue
		}
		seen++
		t.Run(kind[1], func(t *testing.T) {
			on := map[string]emulator.Place{"github": emulator.GitHub, "pipelines": emulator.Pipelines, "chain": emulator.Kubernetes}[kind[1]]
			if on == "" {
				on = emulator.AppService
			}
			s := newSignIn(t, on, "ID_TOKEN", emulator.Options{})
			s.env = append(s.env, "AZURE_CLIENT_SECRET="+appSecret, "AZURE_ID_TOKEN="+s.read("token.jwt"))
			_, secrets, _ := strings.Cut(s.read("Secretfile.yml"), "secrets:")
			s.write("Secretfile.yml", block[1]+"\nsecrets:"+secrets)
			if o := s.approved("apply", "--auto-approve"); o.code != 0 || s.versions() != 1 {
				t.Errorf("exit code %d, %d versions\n%s", o.code, s.versions(), o)
			}
		})
	}
	if seen < 6 {
		t.Errorf("%d examples", seen)
	}
	commands := 0
	for _, block := range consoleBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			if !strings.HasPrefix(line, "$ keyvault-emulator exec ") {
				continue
			}
			commands++
			w := newWorld(t, emulator.Options{})
			w.write("Secretfile.yml", yamlBlock.FindStringSubmatch(document(t, "README.md"))[1])
			cmd := exec.Command("sh", "-c", strings.TrimPrefix(line, "$ "))
			cmd.Dir = w.dir
			cmd.Env = []string{"HOME=" + w.home, "PATH=" + testbin.Dir(t) + ":" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
			if o := finish(t, cmd); o.code != 0 {
				t.Errorf("%s: exit code %d\n%s", line, o.code, o)
			}
		}
	}
	if commands == 0 {
		t.Error("no command")
	}
}

// The troubleshooting chapter quotes what the errors say.
func TestTroubleshootingQuotesTheErrors(t *testing.T) {
	_, chapter, ok := strings.Cut(document(t, "docs/key-vault.md"), "\n## When it does not work\n")
	if !ok {
		t.Fatal("there is no such chapter")
	}
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	var sources strings.Builder
	for _, dir := range []string{"plugins/azure-keyvault/internal/keyvault", "plugins/azure-keyvault/internal/identity", "plugins/azure-keyvault/internal/vault", "core/plan"} {
		files, err := filepath.Glob(filepath.Join(testbin.Root(), dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(text)
		}
	}
	rows := 0
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(chapter, -1) {
		rows++
		quote, _, _ := strings.Cut(row[1], " NAME")
		quote, _, _ = strings.Cut(quote, " \"…\"")
		quote = strings.TrimSuffix(quote, " set") // the permission
		if !strings.Contains(sources.String(), quote) {
			t.Errorf("nothing says %q", quote)
		}
	}
	if rows < 10 {
		t.Errorf("%d rows", rows)
	}
}
