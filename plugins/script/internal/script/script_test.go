//go:build unix

package script

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

const canary = "c4n4ry-of-the-test"

// line is a configuration that runs a line of the shell.
func line(text string, change ...func(*Config)) Config {
	c := Config{Command: sdk.ProjectFile{Name: text}, Shell: true, Timeout: "30s", Trim: "newline"}
	for _, f := range change {
		f(&c)
	}
	return c
}

// file is a file of the project.
func file(name, text string) sdk.ProjectFile {
	return sdk.ProjectFile{Name: name, Exists: true, Data: []byte(text)}
}

func word(text string) sdk.ProjectFile { return sdk.ProjectFile{Name: text} }

func kind() sdk.GeneratorOf[Config] { return Kind().(sdk.GeneratorOf[Config]) }

// made is what a configuration makes, or the code of why it makes nothing. What went
// wrong never tells what was printed, and nothing is left of the place where it ran.
func made(t *testing.T, c Config) (string, string) {
	t.Helper()
	places := t.TempDir()
	t.Setenv("TMPDIR", places)
	payload, err := kind().Generate(t.Context(), c)
	if left, _ := os.ReadDir(places); len(left) > 0 {
		t.Errorf("%d things are left behind", len(left))
	}
	if err == nil {
		return string(payload.Scalar().Expose()), ""
	}
	d, ok := errors.AsType[*sdk.Error](err)
	if !ok {
		t.Fatal(err)
	}
	if said := d.Summary + d.Detail + d.Hint; strings.Contains(said, canary) || said == "" {
		t.Errorf("the error says %q", said)
	}
	return "", d.Code
}

func TestWhatIsPrintedIsTheValue(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"one newline goes":   {line(`printf 'a b \n\n'`), "a b \n"},
		"a foreign one too":  {line(`printf 'a\r\n'`), "a"},
		"no more":            {line(`printf 'a\r'`), "a\r"},
		"nothing goes":       {line(`printf ' a\n'`, func(c *Config) { c.Trim = "none" }), " a\n"},
		"all around":         {line(`printf '\n a \n\n'`, func(c *Config) { c.Trim = "space" }), "a"},
		"errors do not":      {line(`echo said >&2; echo value`), "value"},
		"arguments":          {line(`printf '%s|' "$@"`, func(c *Config) { c.Args = []sdk.ProjectFile{word("a b"), word("$HOME"), word(`"'`)} }), `a b|$HOME|"'|`},
		"variables":          {line(`printf %s "$SZ_ARG_region"`, func(c *Config) { c.Variables = map[string]string{"region": "a $(b)"} }), "a $(b)"},
		"standard input":     {line(`cat`, func(c *Config) { c.Stdin = secret.FromString("in\nput") }), "in\nput"},
		"no input":           {line(`cat; echo end`), "end"},
		"unicode":            {line(`printf 'é→😀'`), "é→😀"},
		"a program":          {Config{Command: word("printf"), Args: []sdk.ProjectFile{word("%s"), word("x;y")}, Timeout: "30s"}, "x;y"},
		"a path":             {Config{Command: word("/bin/sh"), Args: []sdk.ProjectFile{word("-c"), word("echo x")}, Timeout: "30s", Trim: "newline"}, "x"},
		"much":               {line(`head -c 1000000 /dev/zero | tr '\0' x`), strings.Repeat("x", 1000000)},
		"a file":             {Config{Command: file("./make.sh", "#!/bin/sh\nprintf %s \"$0 $1\" | sed 's|.*/||'\n"), Args: []sdk.ProjectFile{word("one")}, Timeout: "30s", Trim: "newline"}, "make.sh one"},
		"with an argument":   {Config{Command: file("a/make", "#!/bin/sh -e\nfalse\necho x\n"), Timeout: "30s"}, ""},
		"without first line": {Config{Command: file("a/make", "echo x"), Timeout: "30s", Trim: "newline"}, "x"},
		"a file as argument": {Config{Command: word("cat"), Args: []sdk.ProjectFile{file("a/x", "1"), file("b/x", "2")}, Timeout: "30s"}, "12"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, code := made(t, c.config); got != c.want || (code != "") != (c.want == "") {
				t.Errorf("%.40q %s, want %.40q", got, code, c.want)
			}
		})
	}
}

func TestFailuresTellNothingOfWhatWasPrinted(t *testing.T) {
	for name, c := range map[string]struct{ line, code string }{
		"exit code":     {`echo c4n4ry-of-the-test; exit 3`, "script-failed"},
		"killed":        {`echo c4n4ry-of-the-test; kill -9 $$`, "script-failed"},
		"on errors":     {`echo c4n4ry-of-the-test >&2; exit 1`, "script-failed"},
		"nothing":       {`:`, "script-output"},
		"blank":         {`echo`, "script-output"},
		"too much":      {`echo c4n4ry-of-the-test; head -c 2000000 /dev/zero`, "script-output"},
		"endless":       {`yes c4n4ry-of-the-test`, "script-output"},
		"no text":       {`printf 'c4n4ry-of-the-test\377'`, "script-output"},
		"bad line":      {`echo 'c4n4ry-of-the-test`, "script-failed"},
		"not a program": {`c4n4ry-of-the-test`, "script-failed"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, code := made(t, line(c.line)); got != "" || code != c.code {
				t.Errorf("%q %s, want %s", got, code, c.code)
			}
		})
	}
}

// TestTheEnvironmentIsMadeFromNothing also looks at where the command runs.
func TestTheEnvironmentIsMadeFromNothing(t *testing.T) {
	t.Setenv("AZURE_CLIENT_SECRET", canary)
	got, code := made(t, line(`env | sed 's/=.*//' | sort | tr '\n' ' '; test "$PWD" = "$HOME" && test "$TMPDIR" = "$HOME" && ls -A | wc -l | tr -d ' '`, func(c *Config) {
		c.Variables = map[string]string{"x": "1"}
	}))
	if want := "HOME LANG PATH PWD SZ_ARG_x TMPDIR 0"; strings.Join(strings.Fields(strings.ReplaceAll(strings.ReplaceAll(got, "SHLVL ", ""), "_ ", "")), " ") != want {
		t.Errorf("%q %s, want %q", got, code, want)
	}
}

// TestCopiesCannotBeChanged has a script try to write over itself.
func TestCopiesCannotBeChanged(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write what nobody may")
	}
	if _, code := made(t, Config{Command: file("./x", "echo changed >\"$0\" && echo done"), Timeout: "30s"}); code != "script-failed" {
		t.Errorf("code %q", code)
	}
}

// TestTimeIsUp starts something that outlives the command, and finds it gone.
func TestTimeIsUp(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pid")
	for name, text := range map[string]string{
		"waiting":         `echo $$ >` + pids + `; sleep 600`,
		"with a child":    `sleep 600 & echo $! >` + pids + `; wait`,
		"deaf to signals": `trap '' TERM INT HUP; echo $$ >` + pids + `; while :; do sleep 600; done`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, code := made(t, line(text, func(c *Config) { c.Timeout = "300ms" })); code != "script-timeout" {
				t.Errorf("code %q", code)
			}
			gone(t, pids)
		})
	}
	t.Run("left running", func(t *testing.T) {
		if got, code := made(t, line(`sleep 600 >/dev/null 2>&1 & echo $! >`+pids+`; echo value`)); got != "value" {
			t.Errorf("%q %s", got, code)
		}
		gone(t, pids)
	})
}

// gone waits for a process to end: a killed one that init has not buried yet is dead.
func gone(t *testing.T, pids string) {
	t.Helper()
	text, err := os.ReadFile(pids)
	if err != nil {
		return // its time was up before it could say who it is
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") || syscall.Kill(pid, 0) != nil {
			return
		}
	}
	t.Errorf("process %d is still there", pid)
}

func TestTheCallersEndIsTheCommandsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kind().Generate(ctx, line(`sleep 600`)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestFaultsAreFoundBeforeAnythingRuns(t *testing.T) {
	if _, err := exec.LookPath("no-such-program"); err == nil {
		t.Skip("there is a program called no-such-program")
	}
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"nothing":          {line(`echo x`), ""},
		"no file":          {Config{Command: word("./make.sh"), Timeout: "1s"}, "no-file command"},
		"no program":       {Config{Command: word("no-such-program"), Timeout: "1s"}, "no-program command"},
		"no such path":     {Config{Command: word("/no/such/program"), Timeout: "1s"}, "no-program command"},
		"a directory":      {Config{Command: word("/usr"), Timeout: "1s"}, "no-program command"},
		"empty":            {Config{Command: word(""), Timeout: "1s"}, "no-program command"},
		"no interpreter":   {Config{Command: file("./x", "#!/no/such/interpreter -x\n"), Timeout: "1s"}, "no-program command"},
		"a binary":         {Config{Command: file("./x", "\x7fELF\x00\x00"), Timeout: "1s"}, "no-script command"},
		"no duration":      {line(`x`, func(c *Config) { c.Timeout = "soon" }), "bad-timeout timeout"},
		"no time":          {line(`x`, func(c *Config) { c.Timeout = "0s" }), "bad-timeout timeout"},
		"too long":         {line(`x`, func(c *Config) { c.Timeout = "61m" }), "bad-timeout timeout"},
		"a bad variable":   {line(`x`, func(c *Config) { c.Variables = map[string]string{"a=b": "x"} }), "bad-name variables.a=b"},
		"two at once":      {Config{Command: word("./x"), Timeout: "x"}, "bad-timeout timeout; no-file command"},
		"nothing is known": {Config{Command: file("./x", ""), Timeout: "1s"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kind().Check(c.config)
			if got := strings.Join(faults(err), "; "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func faults(err error) []string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []string
		for _, e := range joined.Unwrap() {
			list = append(list, faults(e)...)
		}
		return list
	}
	if d, ok := errors.AsType[*sdk.Error](err); ok {
		return []string{d.Code + " " + d.Path.String()}
	}
	return nil
}
