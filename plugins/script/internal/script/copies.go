package script

import (
	"os"
	"path"
	"path/filepath"
	"strconv"

	"github.com/secretzero/sz/sdk"
)

// workplace is a directory that nobody else can look into, for one run of a command.
type workplace struct{ dir string }

func newWorkplace() (workplace, error) {
	dir, err := os.MkdirTemp("", "script")
	return workplace{dir}, err
}

// remove removes it with all that the command left there.
func (w workplace) remove() { _ = os.RemoveAll(w.dir) }

// copy writes a file of the project as it was when the plan was made, under its own
// name, so that nobody can change it any more. n keeps files of one name apart.
func (w workplace) copy(n int, f sdk.ProjectFile) (string, error) {
	dir := filepath.Join(w.dir, strconv.Itoa(n))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	name := filepath.Join(dir, path.Base(filepath.ToSlash(f.Name)))
	return name, os.WriteFile(name, f.Data, 0o400)
}
