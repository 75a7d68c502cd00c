package inside

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

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
	fd   int
	attr unix.LandlockRulesetAttr
}

// restrictFiles takes away every file and TCP port that the policy does not name.
func (p *Policy) restrictFiles() error {
	version, err := LandlockVersion()
	if err != nil {
		return err
	}
	if p.Network && version < 4 {
		return fmt.Errorf("version %d of it knows no network, 4 does", version)
	}
	r := ruleset{attr: handled(version)}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&r.attr)), unsafe.Sizeof(r.attr), 0)
	if errno != 0 {
		return errno
	}
	r.fd = int(fd)
	defer unix.Close(r.fd)
	if err := p.allow(&r); err != nil {
		return err
	}
	// It may not be applied by a process that could gain rights.
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(r.fd), 0, 0); errno != 0 {
		return errno
	}
	return nil
}

func (p *Policy) allow(r *ruleset) error {
	if err := r.addFD(ExecFD, mayExecute); err != nil {
		return err
	}
	for _, g := range []struct {
		rights uint64
		paths  []string
	}{
		{mayChange, devices}, {mayMakeSockets, []string{p.SocketDir}},
		{mayList, p.List}, {mayRead, p.Read}, {mayReplace, slices.Concat(p.Write, p.Keep)},
	} {
		for _, path := range g.paths {
			if err := r.addPath(path, g.rights); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	for _, path := range p.loaded() {
		if err := r.addPath(path, mayLoad); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if p.Commands {
		if err := r.addPath(shell, mayExecute); err != nil {
			return fmt.Errorf("%s: %w", shell, err)
		}
	}
	for _, port := range p.Ports {
		if err := r.addPort(port); err != nil {
			return fmt.Errorf("port %d: %w", port, err)
		}
	}
	return nil
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

// addPath allows what is at a path now; what does not exist is left out.
func (r *ruleset) addPath(path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return r.addFD(fd, rights)
}

func (r *ruleset) addFD(fd int, rights uint64) error {
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil {
		return err
	}
	if info.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= ofFiles
	}
	// The kernel's struct is packed: 8 bytes of rights, 4 of descriptor.
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights & r.attr.Handled_access_fs, Parent_fd: int32(fd)}
	return r.add(unix.LANDLOCK_RULE_PATH_BENEATH, unsafe.Pointer(&rule))
}

func (r *ruleset) addPort(port uint16) error {
	rule := struct{ rights, port uint64 }{unix.LANDLOCK_ACCESS_NET_CONNECT_TCP, uint64(port)}
	const netPort = 2 // LANDLOCK_RULE_NET_PORT
	return r.add(netPort, unsafe.Pointer(&rule))
}

func (r *ruleset) add(kind uintptr, rule unsafe.Pointer) error {
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(r.fd), kind, uintptr(rule), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
