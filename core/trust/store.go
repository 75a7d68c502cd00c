package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Store remembers what this user approved, in files of mode 0600 below their own
// state. The zero Store remembers nothing and approves nothing.
type Store struct{ dir string }

// OpenStore is the store below the user's directory of state for sz; empty for none.
func OpenStore(state string) Store {
	if state == "" {
		return Store{}
	}
	return Store{filepath.Join(state, "trust")}
}

// approvals are the lines that are approved for a project, or for all.
type approvals struct {
	Project string   `json:"project,omitempty"`
	Lines   []string `json:"lines"`
}

// Everywhere is the project of approvals that hold for all.
const Everywhere = ""

func projectFile(project string) string {
	if project == Everywhere {
		return "everywhere.json"
	}
	sum := sha256.Sum256([]byte(project))
	return filepath.Join("projects", hex.EncodeToString(sum[:])+".json")
}

// Approved gives the test of whether a line is approved for the project in a
// directory.
func (s Store) Approved(project string) (func(line string) bool, error) {
	var lines []string
	for _, of := range []string{Everywhere, project} {
		var a approvals
		if err := s.read(projectFile(of), &a); err != nil {
			return nil, err
		}
		if a.Project == of {
			lines = append(lines, a.Lines...)
		}
	}
	return func(line string) bool { return slices.Contains(lines, line) }, nil
}

// Approve adds lines to what is approved for a project, or [Everywhere].
func (s Store) Approve(project string, lines []string) error {
	name := projectFile(project)
	var a approvals
	if err := s.read(name, &a); err != nil {
		return err
	}
	if a.Project != project {
		a = approvals{}
	}
	a.Project = project
	a.Lines = slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.Lines, lines))))
	return s.write(name, a)
}

// Revoke takes back what is approved everywhere and begins with a text.
func (s Store) Revoke(keep func(line string) bool) error {
	var a approvals
	if err := s.read(projectFile(Everywhere), &a); err != nil {
		return err
	}
	a.Lines = slices.DeleteFunc(a.Lines, func(line string) bool { return !keep(line) })
	return s.write(projectFile(Everywhere), a)
}

// Known is what is remembered of a plugin that was installed.
type Known struct {
	Signer  string `json:"signer"`  // the key whose releases this user accepted
	Version string `json:"version"` // the highest that was seen of this signer
}

// Known is what is remembered of the plugin of a name; the zero Known for nothing.
func (s Store) Known(name string) (Known, error) {
	var k Known
	err := s.read(filepath.Join("plugins", name+".json"), &k)
	return k, err
}

// Remember replaces what is remembered of a plugin.
func (s Store) Remember(name string, k Known) error {
	return s.write(filepath.Join("plugins", name+".json"), k)
}

// ErrNoStore is a user without a directory for state.
var ErrNoStore = errors.New("there is no directory to remember approvals in; set HOME or XDG_STATE_HOME")

func (s Store) read(name string, into any) error {
	if s.dir == "" {
		return nil
	}
	path := filepath.Join(s.dir, name)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("approvals: %s is no regular file", path)
	}
	if err := Owned(path); err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("approvals: %s is damaged; remove it to be asked again", path)
	}
	return nil
}

func (s Store) write(name string, what any) error {
	if s.dir == "" {
		return ErrNoStore
	}
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	text, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-") // mode 0600
	if err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(append(text, '\n'))
	if err = errors.Join(err, temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	return nil
}
