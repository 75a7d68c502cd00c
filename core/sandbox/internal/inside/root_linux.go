package inside

import (
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

// directories is enough room for the directories of a root, in bytes.
const directories = 1 << 20

// shell is where the stub is, because that is where programs look for a shell.
const shell = "/bin/sh"

// tree is a file or a directory of the host on its way into the new root.
type tree struct {
	at      string // absolute
	from    string // where it is in the host
	flags   uint64 // MOUNT_ATTR_…
	link    string // it is a symbolic link to this
	isDir   bool
	empty   bool // it covers what is there with nothing
	mounted arg
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
			p = path.Clean(p)
			list = append(list, tree{at: p, from: p, flags: flags})
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
func (p *Policy) enterRoot(s *script) {
	// Nothing of what follows is seen outside.
	s.about = "propagation"
	s.do(unix.SYS_MOUNT, s.text(""), s.text("/"), s.text(""), number(unix.MS_REC|unix.MS_SLAVE))
	trees := cloneTrees(s, p.trees())
	root := newRoot(s, p.SocketDir, directories+p.textSize(s))
	p.copyText(s, root)
	for _, t := range trees {
		s.about = t.at
		t.attach(s, root, trees)
	}
	for _, dir := range p.List {
		s.about = dir
		makeDirs(s, root, dir, trees)
	}
	s.about = "read only"
	s.setattr(root, 0, readOnly)
	pivot(s, root)
}

// cloneTrees takes hold of every tree before the new root covers any of them. What
// does not exist is left out.
func cloneTrees(s *script, wanted []tree) (held []tree) {
	for _, t := range wanted {
		s.about = t.from
		switch {
		case t.empty:
			t.isDir, t.mounted = true, emptyTree(s, readOnly, directories)
		case t.flags == runnable && t.from == t.at && isLink(&t):
		default:
			info, err := os.Stat(t.from)
			if os.IsNotExist(err) {
				continue
			}
			if err != nil {
				s.fail(err)
				continue
			}
			t.isDir = info.IsDir()
			t.mounted = s.open(unix.SYS_OPEN_TREE, here, s.text(t.from), number(unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE))
			s.setattr(t.mounted, unix.AT_RECURSIVE, t.flags)
		}
		held = append(held, t)
	}
	return held
}

// isLink reports that a tree is a symbolic link, and where to.
func isLink(t *tree) bool {
	target, err := os.Readlink(t.at)
	t.link = target
	return err == nil
}

func (s *script) setattr(mount arg, how int, flags uint64) {
	attr, size := attribute(&unix.MountAttr{Attr_set: flags})
	s.do(unix.SYS_MOUNT_SETATTR, mount, s.text(""), number(unix.AT_EMPTY_PATH|how), attr, size)
}

// emptyTree is an empty file system in memory, of at most size bytes.
func emptyTree(s *script, flags int, size int64) arg {
	s.about = "tmpfs"
	fs := s.open(unix.SYS_FSOPEN, s.text("tmpfs"), number(unix.FSOPEN_CLOEXEC))
	for _, option := range [][2]string{{"mode", "755"}, {"size", fmt.Sprint(size)}} {
		s.do(unix.SYS_FSCONFIG, fs, number(unix.FSCONFIG_SET_STRING), s.text(option[0]), s.text(option[1]), number(0))
	}
	s.do(unix.SYS_FSCONFIG, fs, number(unix.FSCONFIG_CMD_CREATE), arg{}, arg{}, number(0))
	return s.open(unix.SYS_FSMOUNT, fs, number(unix.FSMOUNT_CLOEXEC), number(flags))
}

// newRoot is an empty tree, mounted over a directory that is sure to exist.
func newRoot(s *script, over string, size int64) arg {
	root := emptyTree(s, 0, size)
	s.do(unix.SYS_MOVE_MOUNT, root, s.text(""), here, s.text(over), number(unix.MOVE_MOUNT_F_EMPTY_PATH))
	return root
}

// attach puts a tree where it belongs below root.
func (t tree) attach(s *script, root arg, trees []tree) {
	makeDirs(s, root, path.Dir(t.at), trees)
	name := s.text(strings.TrimPrefix(t.at, "/"))
	switch {
	case within(t.at, trees):
		// It is there already, in a tree that holds it.
	case t.link != "":
		s.do(unix.SYS_SYMLINKAT, s.text(t.link), root, name)
	case t.isDir:
		s.do(unix.SYS_MKDIRAT, root, name, number(0o755)).despite = unix.EEXIST
	default:
		s.do(unix.SYS_OPENAT, root, name, number(unix.O_CREAT|unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW), number(0o644))
	}
	if t.link == "" {
		s.do(unix.SYS_MOVE_MOUNT, t.mounted, s.text(""), root, name, number(unix.MOVE_MOUNT_F_EMPTY_PATH))
	}
}

// makeDirs makes a directory and those above it, but none in a tree of the host.
func makeDirs(s *script, root arg, dir string, trees []tree) {
	made := ""
	for _, part := range strings.Split(strings.Trim(path.Clean(dir), "/"), "/") {
		if part == "" {
			return
		}
		made += "/" + part
		if slices.ContainsFunc(trees, func(t tree) bool { return t.at == made }) || within(made, trees) {
			return
		}
		s.do(unix.SYS_MKDIRAT, root, s.text(made[1:]), number(0o755)).despite = unix.EEXIST
	}
}

// within reports that a path lies in one of the trees, and not at its top.
func within(path string, trees []tree) bool {
	return slices.ContainsFunc(trees, func(t tree) bool { return t.isDir && strings.HasPrefix(path, t.at+"/") })
}

// pivot makes root the root directory and lets go of the old one.
func pivot(s *script, root arg) {
	s.about = "pivot"
	s.do(unix.SYS_FCHDIR, root)
	s.do(unix.SYS_PIVOT_ROOT, s.text("."), s.text("."))
	s.about = "old root"
	s.do(unix.SYS_UMOUNT2, s.text("."), number(unix.MNT_DETACH))
	s.do(unix.SYS_CHDIR, s.text("/"))
}
