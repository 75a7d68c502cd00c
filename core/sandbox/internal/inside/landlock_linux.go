package inside

import (
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// The rights of landlock that a rule may give (landlock(7)).
const (
	mayReadFile = unix.LANDLOCK_ACCESS_FS_READ_FILE
	mayList     = unix.LANDLOCK_ACCESS_FS_READ_DIR
	mayRead     = mayReadFile | mayList
	mayExecute  = unix.LANDLOCK_ACCESS_FS_EXECUTE | mayReadFile
	mayLoad     = mayRead | unix.LANDLOCK_ACCESS_FS_EXECUTE
	mayChange   = mayReadFile | unix.LANDLOCK_ACCESS_FS_WRITE_FILE
	mayReplace  = mayRead | mayChange | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_REFER |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE
	mayMakeSockets = mayRead | mayChange | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE
	// ofFiles are the rights that a rule for something else than a directory may have.
	ofFiles = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | mayReadFile | unix.LANDLOCK_ACCESS_FS_TRUNCATE
)

// LandlockVersion is the version of the kernel's interface; 0 when there is none.
func LandlockVersion() (int, error) {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0, errno
	}
	return int(version), nil
}

// handled are the rights that each version of the interface can take away.
func handled(version int) (attr unix.LandlockRulesetAttr) {
	attr.Handled_access_fs = 1<<13 - 1
	for since, right := range map[int]uint64{2: unix.LANDLOCK_ACCESS_FS_REFER, 3: unix.LANDLOCK_ACCESS_FS_TRUNCATE, 5: unix.LANDLOCK_ACCESS_FS_IOCTL_DEV, 9: unix.LANDLOCK_ACCESS_FS_RESOLVE_UNIX} {
		if version >= since {
			attr.Handled_access_fs |= right
		}
	}
	if version >= 4 {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if version >= 6 {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return attr
}

// ruleset is a landlock domain in the making.
type ruleset struct {
	*script
	fd   arg
	attr unix.LandlockRulesetAttr
}

// restrictFiles takes away every file and TCP port that the policy does not name.
func (p *Policy) restrictFiles(s *script) {
	version, err := LandlockVersion()
	if err == nil && p.Network && version < 4 {
		err = fmt.Errorf("version %d of it knows no network, 4 does", version)
	}
	s.fail(err)
	r := ruleset{script: s, attr: handled(version)}
	attr, size := attribute(&r.attr)
	r.fd = s.open(unix.SYS_LANDLOCK_CREATE_RULESET, attr, size, number(0))
	p.allow(&r)
	// It may not be applied by a process that could gain rights.
	s.about = ""
	s.do(unix.SYS_PRCTL, number(unix.PR_SET_NO_NEW_PRIVS), number(1))
	s.do(unix.SYS_LANDLOCK_RESTRICT_SELF, r.fd, number(0))
}

func (p *Policy) allow(r *ruleset) {
	binary, _ := r.addFD(mayExecute & ofFiles)
	binary.Parent_fd = ExecFD
	p.allowText(r)
	for _, g := range []struct {
		rights uint64
		paths  []string
	}{
		{mayChange, devices}, {mayMakeSockets, []string{p.SocketDir}},
		{mayRead, p.Read}, {mayReplace, slices.Concat(p.Write, p.Keep)}, {mayLoad, p.loaded()},
	} {
		for _, path := range g.paths {
			r.addPath(path, g.rights)
		}
	}
	for _, dir := range p.List {
		r.addDir(dir, mayList)
	}
	if p.Commands {
		r.addFile(shell, mayExecute)
	}
	for _, port := range p.Ports {
		r.addPort(port)
	}
}

// loaded is what it may execute besides itself.
func (p *Policy) loaded() []string {
	var paths []string
	if p.Libraries {
		paths = append(paths, libraries...)
	}
	if p.Programs {
		paths = append(append(paths, programs...), p.Keep...)
	}
	return paths
}

// addPath allows what is at a path; what does not exist is left out.
func (r *ruleset) addPath(path string, rights uint64) {
	switch info, err := os.Stat(path); {
	case os.IsNotExist(err):
	case err != nil:
		r.about = path
		r.fail(err)
	case info.IsDir():
		r.addDir(path, rights)
	default:
		r.addFile(path, rights)
	}
}

// addFile allows what is no directory, to which some rights do not apply.
func (r *ruleset) addFile(path string, rights uint64) { r.addDir(path, rights&ofFiles) }

// addDir allows what is at a path when the process comes to this call, in its own root.
// A link may lead to nothing there: then there is no descriptor either.
func (r *ruleset) addDir(path string, rights uint64) {
	r.about = path
	file := r.do(unix.SYS_OPENAT, here, r.text(path), number(unix.O_PATH|unix.O_CLOEXEC))
	file.despite = unix.ENOENT
	rule, allow := r.addFD(rights)
	file.makes, allow.despite = &rule.Parent_fd, unix.EBADF
}

// addFD allows what the descriptor is of that is put into the rule. The kernel's struct
// is packed: 8 bytes of rights, 4 of descriptor.
func (r *ruleset) addFD(rights uint64) (*unix.LandlockPathBeneathAttr, *call) {
	rule := &unix.LandlockPathBeneathAttr{Allowed_access: rights & r.attr.Handled_access_fs}
	return rule, r.add(unix.LANDLOCK_RULE_PATH_BENEATH, memory(rule))
}

func (r *ruleset) addPort(port uint16) {
	r.about = fmt.Sprint("port ", port)
	const netPort = 2 // LANDLOCK_RULE_NET_PORT
	r.add(netPort, memory(&struct{ rights, port uint64 }{unix.LANDLOCK_ACCESS_NET_CONNECT_TCP, uint64(port)}))
}

func (r *ruleset) add(kind int, rule arg) *call {
	return r.do(unix.SYS_LANDLOCK_ADD_RULE, r.fd, number(kind), rule, number(0))
}
