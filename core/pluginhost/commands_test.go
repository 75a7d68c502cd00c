package pluginhost

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const azPattern = "az account get-access-token -o json --resource https://vault.azure.net [--tenant TENANT] [--subscription TEXT]"

func TestCommandPatterns(t *testing.T) {
	const begin = "az account get-access-token -o json --resource https://vault.azure.net"
	for line, want := range map[string]bool{
		begin: true, begin + " --tenant 00000000-0000-0000-0000-000000000000": true, begin + ` --subscription "My subscription (dev)"`: true,
		begin + ` --tenant contoso.com --subscription "x"`: true,
		"az": false, "az account show": false, begin + " --debug": false, begin + " --tenant": false, begin + " --tenant --debug": false,
		begin + " --subscription x --tenant contoso.com": false, begin + " --tenant a --tenant b": false,
		strings.Replace(begin, "vault", "management", 1): false, strings.Replace(begin, "az ", "./az ", 1): false,
	} {
		args, err := splitLine(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := parseCommandPattern(azPattern).matches(args); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}

// Whatever a shell would make more of than words is no command.
func TestLinesForAShellAreRefused(t *testing.T) {
	for _, line := range []string{
		"az; rm -rf /", "az && id", "az | tee x", "az > x", "az < x", "az $(id)", "az `id`", "az $HOME", `az "$HOME"`, "az \"`id`\"", "az \\x", "az *", "az ~",
		"az 'open", "az\nid", "A=b az", "az # x", "az {a,b}", "az !x", "(az)",
	} {
		if args, err := splitLine(line); err == nil {
			t.Errorf("%q is taken for %q", line, args)
		}
	}
	if args, err := splitLine(` az  "a b" c'd e'f '' `); err != nil || !slices.Equal(args, []string{"az", "a b", "cd ef", ""}) {
		t.Errorf("%q, %v", args, err)
	}
	if _, err := commandOf([]string{"/bin/sh", "script"}); err == nil {
		t.Error("a script was taken for a command")
	}
}

// TestCommandsAreTheUsersOwn puts an az into the project, which is not run, and one
// where the user has it, which is.
func TestCommandsAreTheUsersOwn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands of this test are scripts of a Unix shell")
	}
	project, tools := t.TempDir(), t.TempDir()
	write := func(dir, text string) {
		if err := os.WriteFile(filepath.Join(dir, "az"), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(project, "echo of the project")
	env := map[string]string{"PATH": project + ":.:" + tools, "HOME": "/home/user", "SHOP_STRIPE_KEY": "sk-secret"}
	h := New(Options{Project: project, LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	r := h.newRunner([]string{azPattern})
	defer r.close()
	ask := func(line string) (string, string, int) {
		answer := r.run([]string{"/bin/sh", "-c", line})
		return string(answer.Stdout), string(answer.Stderr), answer.Code
	}
	const line = "az account get-access-token -o json --resource https://vault.azure.net"
	if out, _, code := ask(line); out != "" || code != notFound {
		t.Errorf("%q, exit code %d; want %d: the only az is the project's", out, code, notFound)
	}
	write(tools, `echo "$HOME $SHOP_STRIPE_KEY $PWD $*"; read x || echo no input; echo "please run az login" >&2; exit 3`)
	out, failed, code := ask(line)
	if out != "/home/user  / account get-access-token -o json --resource https://vault.azure.net\nno input\n" || code != 3 || !strings.Contains(failed, "az login") {
		t.Errorf("%q, %q, exit code %d", out, failed, code)
	}
	if _, failed, code := ask("az account show"); code != cannotRun || !strings.Contains(failed, "no approved pattern") {
		t.Errorf("%q, exit code %d", failed, code)
	}
}
