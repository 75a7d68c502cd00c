// Command mutants proves that tests can fail: it breaks the code in one place, as each
// file of testdata/mutants says, and runs the test that must notice. A mutant that
// survives means that its test proves nothing.
//
//	mutants ROOT [NAME…]
//
// A file of testdata/mutants tells in its first lines what is broken, the test (module,
// package and pattern) and the file; then the text that stands there exactly once, and
// what takes its place:
//
//	Two runs at once would both go on.
//	test: plugins/azure-keyvault ./e2e TestTwoAppliesAtOnceInOneCopy
//	file: core/record/runlock_unix.go
//	-- old --
//	-- new --
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say where the repository is")
	}
	if err := os.Unsetenv("GOWORK"); err != nil { // off for this module, and needed in the copies
		return err
	}
	root, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(root, "testdata", "mutants", "*.txt"))
	if err != nil {
		return err
	}
	var found []error
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if len(args) > 1 && !slices.Contains(args[1:], name) {
			continue
		}
		if err := try(root, file); err != nil {
			found = append(found, fmt.Errorf("%s: %w", name, err))
			fmt.Println("SURVIVED", name)
			continue
		}
		fmt.Println("caught  ", name)
	}
	return errors.Join(found...)
}

// mutant is one way to break the code.
type mutant struct{ module, pkg, test, file, before, after string }

func parse(text string) (mutant, error) {
	head, rest, ok := strings.Cut(text, "-- old --\n")
	before, after, too := strings.Cut(rest, "-- new --\n")
	m := mutant{before: before, after: after}
	for line := range strings.Lines(head) {
		if test, is := strings.CutPrefix(line, "test: "); is {
			if _, err := fmt.Sscan(test, &m.module, &m.pkg, &m.test); err != nil {
				return m, err
			}
		}
		if file, is := strings.CutPrefix(line, "file: "); is {
			m.file = strings.TrimSpace(file)
		}
	}
	if !ok || !too || m.file == "" || m.test == "" {
		return m, errors.New("it does not say test, file, old and new")
	}
	return m, nil
}

// try breaks a copy of the repository and wants its test to fail.
func try(root, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	m, err := parse(string(text))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sz-mutant-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := copyTo(root, dir); err != nil {
		return err
	}
	if err := m.apply(dir); err != nil {
		return err
	}
	if output, err := exec.Command(filepath.Join(dir, "scripts", "build"), filepath.Join(dir, "bin")).CombinedOutput(); err != nil {
		return fmt.Errorf("it does not build: %w\n%s", err, output)
	}
	pattern := "^" + strings.ReplaceAll(m.test, "/", "$/^") + "$"
	cmd := exec.Command("go", "test", "-count=1", "-run", pattern, m.pkg)
	cmd.Dir, cmd.Env = filepath.Join(dir, m.module), append(os.Environ(), "SZ_BIN="+filepath.Join(dir, "bin"))
	output, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		return fmt.Errorf("%s passes all the same\n%s", m.test, output)
	case !strings.Contains(string(output), "--- FAIL"):
		return fmt.Errorf("no test failed, but the run did\n%s", output)
	}
	return nil
}

// apply replaces the text in a copy of the repository.
func (m mutant) apply(dir string) error {
	path := filepath.Join(dir, m.file)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := strings.Count(string(text), m.before); n != 1 {
		return fmt.Errorf("the old text stands %d times in %s", n, m.file)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), m.before, m.after, 1)), 0o600)
}

// copyTo copies what git knows of, and what it does not know yet.
func copyTo(root, dir string) error {
	list := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	output, err := list.Output()
	if err != nil {
		return err
	}
	for _, name := range strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00") {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			continue // removed and not committed
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return nil
}
