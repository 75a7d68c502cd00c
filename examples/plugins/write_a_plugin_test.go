package plugins

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/internal/testbin"
)

var (
	walkBlock = regexp.MustCompile("(?ms)^```(console|go|yaml)(?: ([A-Za-z.]+))?\n(.*?)^```$")
	trustLine = regexp.MustCompile(`--trust (sha256:[0-9a-f]{64})`)
)

// walk is somebody who does what docs/write-a-plugin.md says.
type walk struct {
	t      *testing.T
	dir    string // where they are
	env    []string
	output strings.Builder
}

// TestWriteAPlugin does every step of docs/write-a-plugin.md in its order. Some are done
// as they are where no terminal and no network is: the SDK is this working copy, and what
// a person approves is named by its digest. The second binary of the release, for another
// system, is a copy of the first: to build all of grpc again takes a minute.
func TestWriteAPlugin(t *testing.T) {
	t.Parallel()
	if platform := runtime.GOOS + "_" + runtime.GOARCH; platform != "linux_amd64" {
		t.Skipf("the page releases for linux_amd64, and this is %s", platform)
	}
	page, err := os.ReadFile(filepath.Join(testbin.Root(), "docs", "write-a-plugin.md"))
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	w := &walk{t: t, dir: t.TempDir()}
	w.env = append(os.Environ(), "HOME="+home, "GOWORK=off", "GOFLAGS=-mod=mod -trimpath", "CGO_ENABLED=0", "TMPDIR="+os.TempDir(),
		"GOCACHE="+goEnv(t, "GOCACHE"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"),
		"PATH="+testbin.Dir(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
	w.file("password", "correct horse\n")
	steps := 0
	for _, block := range walkBlock.FindAllStringSubmatch(string(page), -1) {
		switch {
		case block[2] != "":
			w.file(block[2], block[3])
		case block[1] == "console":
			for line := range strings.Lines(block[3]) {
				w.step(strings.TrimPrefix(strings.TrimSpace(line), "$ "))
				steps++
			}
		}
	}
	if steps < 25 {
		t.Errorf("only %d steps were found", steps)
	}
	for _, made := range []string{"try/db_password.txt", "shop/db_password.txt", "shop/sz.lock.hcl", "sz-plugin-notes/dist/notes_0.1.0.json.minisig"} {
		if _, err := os.Stat(filepath.Join(w.dir, "..", made)); err != nil {
			t.Error(err)
		}
	}
	for _, said := range []string{"pin 0.1.0, confined at", "notes 0.1.0, confined at", "# notes 0.1.0", "installed plugin notes 0.1.0", "plugin notes is attached to", "Nothing to do"} {
		if !strings.Contains(w.output.String(), said) {
			t.Errorf("nothing said %q", said)
		}
	}
	w.file("wrong", "wrong horse\n")
	output, err := w.run("sz plugin release --key ../release.key --password-file wrong --out elsewhere linux_amd64=../sz-plugin-notes/build/linux_amd64/sz-plugin-notes")
	if _, made := os.Stat(filepath.Join(w.dir, "elsewhere")); err == nil || !os.IsNotExist(made) || !strings.Contains(output, "the password is not that of ../release.key") || strings.Contains(output, "horse") {
		t.Errorf("with a wrong password of the key: %v, %v: %s", err, made, output)
	}
	if n := codeLines(t, filepath.Join(w.dir, "..", "sz-plugin-pin", "main.go")); n >= 30 {
		t.Errorf("the smallest plugin has %d lines", n)
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func (w *walk) file(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// step types one line, and goes where it leads.
func (w *walk) step(line string) {
	w.t.Helper()
	if command, behind := strings.CutSuffix(line, " &"); behind {
		w.start(command)
		return
	}
	switch {
	case strings.HasPrefix(line, "go get github.com/secretzero/sz@latest"):
		line = "go mod edit -require github.com/secretzero/sz@v0.1.0 -replace github.com/secretzero/sz=" + testbin.Root() + " && go mod tidy -e"
	case strings.Contains(line, "GOOS=linux"):
		line = strings.Replace(line, "GOOS=linux GOARCH=amd64 ", "", 1)
	case strings.Contains(line, "GOOS=darwin"):
		line = "mkdir build/darwin_arm64 && cp build/linux_amd64/sz-plugin-notes build/darwin_arm64/"
	case strings.HasPrefix(line, "sz plugin new "):
		line = strings.Replace(line, "sz plugin new ", "sz plugin new --sdk "+testbin.Root()+" ", 1)
	case strings.HasPrefix(line, "sz apply"):
		line = w.approved(line + " --auto-approve")
	case strings.HasPrefix(line, "sz plan"), strings.HasPrefix(line, "sz init"):
		line = w.approved(line)
	}
	output, err := w.run(line + "\nstatus=$?; pwd >&3; exit $status")
	w.output.WriteString(output)
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", line, err, output)
	}
}

// start types a line with & behind it, and waits until the program has made the file that
// it was told of last.
func (w *walk) start(line string) {
	w.t.Helper()
	words := strings.Fields(line)
	cmd := exec.Command(filepath.Join(w.dir, words[0]), words[1:]...)
	cmd.Dir, cmd.Env = w.dir, w.env
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			w.t.Errorf("%s: %v", line, err)
		}
	})
	made := filepath.Join(w.dir, words[len(words)-1])
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(made); err == nil {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s did not make %s", line, made)
		}
	}
}

// approved is a command with the digest of what it asks to be approved, if it asks.
func (w *walk) approved(line string) string {
	output, err := w.run(line)
	digest := trustLine.FindStringSubmatch(output)
	if err == nil || digest == nil {
		return line
	}
	return line + " --trust " + digest[1]
}

func (w *walk) run(script string) (string, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer read.Close()
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir, cmd.Env, cmd.ExtraFiles = w.dir, w.env, []*os.File{write}
	output, err := cmd.CombinedOutput()
	_ = write.Close()
	where := make([]byte, 4096)
	if n, _ := read.Read(where); n > 0 {
		w.dir = strings.TrimSpace(string(where[:n]))
	}
	return string(output), err
}
