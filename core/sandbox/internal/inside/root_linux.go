package inside

import (
	"errors"
	"fmt"
	"os"
	"path" // not path/filepath, which is initialised late: see init
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// devices are the ones that every program may expect.
var devices = []string{"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"}

// libraries are what a program that is not linked statically needs to start.
var libraries = []string{"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"}

// programs are where the programs of a system are, with what they need to start.
var programs = []string{
	"/bin", "/sbin", "/usr", "/opt", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", "/etc/alternatives", "/etc/ld.so.cache",
}

// versionControl are directories whose files are run by others. A plugin that may make
// files beside one does not see it.
var versionControl = []string{".git", ".hg", ".svn", ".jj"}

// shell is where the stub is, because that is where programs look for a shell.
const shell = "/bin/sh"

// tree is a file or a directory of the host on its way into the new root.
type tree struct {
	at      string // absolute
	from    string // where it is in the host; empty is at
	flags   uint64 // MOUNT_ATTR_…
	link    string // it is a symbolic link to this
	isDir   bool
	empty   bool // it covers what is there with nothing
	mounted int
}

const (
	readOnly = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC
	writable = unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC
	device   = unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NOEXEC
	runnable = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV
)

// trees are all that will be in the new root, a directory before what is in it.
func (p *Policy) trees() []tree {
	var list []tree
	add := func(flags uint64, paths ...string) {
		for _, p := range paths {
			list = append(list, tree{at: path.Clean(p), flags: flags})
		}
	}
	add(device, devices...)
	add(writable, p.SocketDir)
	add(readOnly, p.Read...)
	add(writable, p.Write...)
	if p.Programs {
		add(writable&^unix.MOUNT_ATTR_NOEXEC, p.Keep...)
		add(runnable, programs...)
	} else {
		add(writable, p.Keep...)
	}
	if p.Libraries {
		add(runnable, libraries...)
	}
	if p.Commands {
		list = append(list, tree{at: shell, from: p.Stub, flags: runnable})
	}
	for _, dir := range p.Write {
		for _, name := range versionControl {
			if info, err := os.Lstat(path.Join(dir, name)); err == nil && info.IsDir() {
				list = append(list, tree{at: path.Join(dir, name), empty: true})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b tree) int { return strings.Compare(a.at, b.at) })
	return slices.CompactFunc(list, func(a, b tree) bool { return a.at == b.at })
}

// enterRoot makes a root directory that holds what was granted and nothing else,
// moves into it and drops the old one.
func (p *Policy) enterRoot() error {
	// Nothing of what follows is seen outside.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("propagation: %w", err)
	}
	trees, err := cloneTrees(p.trees())
	if err != nil {
		return err
	}
	root, err := newRoot(p.SocketDir)
	if err != nil {
		return err
	}
	for _, t := range trees {
		if err := t.attach(root, trees); err != nil {
			return fmt.Errorf("%s: %w", t.at, err)
		}
	}
	for _, dir := range p.List {
		if err := makeDirs(root, dir, trees); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	if err := unix.MountSetattr(root, "", unix.AT_EMPTY_PATH, &unix.MountAttr{Attr_set: readOnly}); err != nil {
		return fmt.Errorf("read only: %w", err)
	}
	return pivot(root)
}

// cloneTrees takes hold of every tree before the new root covers any of them. What
// does not exist is left out.
func cloneTrees(wanted []tree) (held []tree, err error) {
	for _, t := range wanted {
		if t.empty {
			if t.mounted, err = emptyTree(readOnly); err != nil {
				return nil, err
			}
			t.isDir = true
			held = append(held, t)
			continue
		}
		from := t.from
		if from == "" {
			from = t.at
			if t.flags == runnable {
				if target, err := os.Readlink(t.at); err == nil {
					t.link = target
					held = append(held, t)
					continue
				}
			}
		}
		var info unix.Stat_t
		err := unix.Stat(from, &info)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err == nil {
			t.isDir = info.Mode&unix.S_IFMT == unix.S_IFDIR
			t.mounted, err = unix.OpenTree(unix.AT_FDCWD, from, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
		}
		if err == nil {
			err = unix.MountSetattr(t.mounted, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: t.flags})
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		held = append(held, t)
	}
	return held, nil
}

// emptyTree is an empty file system in memory.
func emptyTree(flags int) (int, error) {
	fs, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, fmt.Errorf("tmpfs: %w", err)
	}
	defer unix.Close(fs)
	err = errors.Join(unix.FsconfigSetString(fs, "mode", "755"), unix.FsconfigSetString(fs, "size", "1m"), unix.FsconfigCreate(fs))
	if err != nil {
		return -1, fmt.Errorf("tmpfs: %w", err)
	}
	root, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, flags)
	if err != nil {
		return -1, fmt.Errorf("tmpfs: %w", err)
	}
	return root, nil
}

// newRoot is an empty tree, mounted over a directory that is sure to exist.
func newRoot(over string) (int, error) {
	root, err := emptyTree(0)
	if err != nil {
		return -1, err
	}
	if err := unix.MoveMount(root, "", unix.AT_FDCWD, over, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return -1, fmt.Errorf("tmpfs: %w", err)
	}
	return root, nil
}

// attach puts a tree where it belongs below root.
func (t tree) attach(root int, trees []tree) error {
	if err := makeDirs(root, path.Dir(t.at), trees); err != nil {
		return err
	}
	name := strings.TrimPrefix(t.at, "/")
	switch {
	case t.link != "" && within(t.at, trees):
		return nil
	case t.link != "":
		return unix.Symlinkat(t.link, root, name)
	case within(t.at, trees):
		// It is there already, in a tree that holds it.
	case t.isDir:
		if err := unix.Mkdirat(root, name, 0o755); err != nil && !errors.Is(err, unix.EEXIST) {
			return err
		}
	default:
		fd, err := unix.Openat(root, name, unix.O_CREAT|unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0o644)
		if err != nil {
			return err
		}
		_ = unix.Close(fd)
	}
	return unix.MoveMount(t.mounted, "", root, name, unix.MOVE_MOUNT_F_EMPTY_PATH)
}

// makeDirs makes a directory and those above it, but none in a tree of the host.
func makeDirs(root int, dir string, trees []tree) error {
	made := ""
	for _, part := range strings.Split(strings.Trim(path.Clean(dir), "/"), "/") {
		if part == "" {
			return nil
		}
		made += "/" + part
		if slices.ContainsFunc(trees, func(t tree) bool { return t.at == made }) || within(made, trees) {
			return nil
		}
		if err := unix.Mkdirat(root, made[1:], 0o755); err != nil && !errors.Is(err, unix.EEXIST) {
			return err
		}
	}
	return nil
}

// within reports that a path lies in one of the trees, and not at its top.
func within(path string, trees []tree) bool {
	return slices.ContainsFunc(trees, func(t tree) bool { return t.isDir && strings.HasPrefix(path, t.at+"/") })
}

// pivot makes root the root directory and lets go of the old one.
func pivot(root int) error {
	if err := unix.Fchdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("old root: %w", err)
	}
	return unix.Chdir("/")
}
