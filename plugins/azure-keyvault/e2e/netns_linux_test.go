package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"unsafe"
)

// ownNetwork runs the calling test again in a network namespace of its own, where the
// metadata address of a virtual machine is this machine's, and reports whether this is
// that run. No packet leaves the namespace.
func ownNetwork(t *testing.T) bool {
	t.Helper()
	return ownNamespaces(t, syscall.CLONE_NEWNET)
}

// ownMachine is ownNetwork with directories of its own for what is installed beside the
// system, all of them empty.
func ownMachine(t *testing.T, directories ...string) bool {
	t.Helper()
	if !ownNamespaces(t, syscall.CLONE_NEWNET|syscall.CLONE_NEWNS) {
		return false
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	for _, dir := range directories {
		if err := syscall.Mount("none", dir, "tmpfs", 0, ""); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
	}
	return true
}

// overlay puts a file in the place of another, in the mount namespace of the test.
func overlay(file, over string) error { return syscall.Mount(file, over, "", syscall.MS_BIND, "") }

func ownNamespaces(t *testing.T, flags uintptr) bool {
	t.Helper()
	const inside = "SZ_E2E_OWN_NETWORK"
	if os.Getenv(inside) != "" {
		raiseLoopback(t)
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	output, err := cmd.CombinedOutput()
	if cmd.Process == nil {
		t.Skipf("this system lets nobody have a network namespace: %v", err)
	}
	if err != nil {
		t.Errorf("in a network of its own: %v\n%s", err, output)
	}
	t.Logf("%s", output)
	return false
}

// raiseLoopback brings the loopback interface of a new namespace up.
func raiseLoopback(t *testing.T) {
	t.Helper()
	var request struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:], "lo")
	request.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	configure(t, syscall.SIOCSIFFLAGS, unsafe.Pointer(&request))
}

// addAddress gives this machine an address more.
func addAddress(t *testing.T, ip [4]byte) {
	t.Helper()
	var request struct {
		name    [syscall.IFNAMSIZ]byte
		address syscall.RawSockaddrInet4
		_       [8]byte
	}
	copy(request.name[:], fmt.Sprintf("lo:%d", ip[3]))
	request.address.Family, request.address.Addr = syscall.AF_INET, ip
	configure(t, syscall.SIOCSIFADDR, unsafe.Pointer(&request))
}

// silence makes a port of this machine one that answers nobody: the kernel drops what
// asks to connect while a listener has as many connections waiting as it takes.
func silence(t *testing.T, ip [4]byte, port int) {
	t.Helper()
	listener, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(listener) })
	address := &syscall.SockaddrInet4{Addr: ip, Port: port}
	reuse := syscall.SetsockoptInt(listener, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) // connections of before linger
	if err := errors.Join(reuse, syscall.Bind(listener, address), syscall.Listen(listener, 0)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		waiting, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Close(waiting) })
		if err := syscall.Connect(waiting, address); err != nil && !errors.Is(err, syscall.EINPROGRESS) {
			t.Fatal(err)
		}
	}
}

func configure(t *testing.T, what uintptr, request unsafe.Pointer) {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(socket)
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), what, uintptr(request)); failed != 0 {
		t.Fatal(failed)
	}
}
