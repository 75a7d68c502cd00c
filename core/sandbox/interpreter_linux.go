package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// program finds out what is executed. The caller closes it.
func (s Spec) program() (program, error) {
	says, err := readShebang(s.Binary)
	if err != nil || says.interpreter == "" {
		return program{file: s.Binary}, err
	}
	interpreter, err := openInterpreter(says.interpreter)
	return program{interpreter, s.Binary, says}, err
}

func (p program) close() {
	if p.text != nil {
		_ = p.file.Close() // it was only executed
	}
}

// systemDirs are where the interpreters are whose own files a sandbox has: see
// libraries in internal/inside.
var systemDirs = []string{"/usr/", "/bin/"}

// maxLinks is how many symbolic links are followed, as many as the kernel does.
const maxLinks = 40

// openInterpreter opens a program of the machine. No step of the way to it may be
// another's than root's: whoever can change one of them decides what runs the plugin.
func openInterpreter(name string) (*os.File, error) {
	at := name
	for range maxLinks {
		next, err := step(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("it is run by %s, which is not on this machine; install it", name)
		}
		if err != nil {
			return nil, fmt.Errorf("it is run by %s: %w", name, err)
		}
		if next == at {
			return openProgram(name, at)
		}
		at = next
	}
	return nil, fmt.Errorf("it is run by %s, which is behind too many symbolic links", name)
}

// step makes sure of every directory on the way to a path and of what is there. It
// returns the path, or where it leads to by its first symbolic link.
func step(at string) (string, error) {
	parts := strings.Split(at, "/")
	for n := 1; n <= len(parts); n++ {
		here := "/" + strings.Join(parts[1:n], "/")
		info, err := os.Lstat(here)
		if err != nil {
			return "", err
		}
		link := info.Mode()&os.ModeSymlink != 0
		if err := ofRoot(info, link); err != nil {
			return "", fmt.Errorf("%s %w", here, err)
		}
		if !link {
			continue
		}
		target, err := os.Readlink(here)
		if err != nil {
			return "", err
		}
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(here), target)
		}
		return path.Join(append([]string{target}, parts[n:]...)...), nil
	}
	return at, nil
}

// ofRoot reports a file that somebody else than root may change. The mode of a
// symbolic link means nothing.
func ofRoot(info fs.FileInfo, link bool) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid != 0 || !link && info.Mode().Perm()&0o022 != 0 {
		return errors.New("can be changed by others than root, who would decide what runs the plugin; use an interpreter of the system")
	}
	return nil
}

func openProgram(name, at string) (*os.File, error) {
	inSystem := false
	for _, dir := range systemDirs {
		inSystem = inSystem || strings.HasPrefix(at, dir)
	}
	if !inSystem {
		return nil, fmt.Errorf("it is run by %s, which is at %s; an interpreter has to be below %s, where its libraries are too", name, at, strings.Join(systemDirs, " or "))
	}
	file, err := os.OpenFile(at, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, fmt.Errorf("it is run by %s: %w", name, err)
	}
	info, err := file.Stat()
	if err == nil {
		err = ofRoot(info, false)
	}
	if err == nil && (!info.Mode().IsRegular() || info.Mode()&0o111 == 0) {
		err = errors.New("no file that can be run")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("it is run by %s, which is %s: %w", name, at, err), file.Close())
	}
	return file, nil
}
