//go:build amd64 || arm64

package probe

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

func number(call uintptr, arguments ...uintptr) error {
	var a [6]uintptr
	copy(a[:], arguments)
	result, _, errno := unix.Syscall6(call, a[0], a[1], a[2], a[3], a[4], a[5])
	if errno != 0 {
		return errno
	}
	_ = result
	return nil
}

// descriptorOf is number for calls that open something.
func descriptorOf(call uintptr, arguments ...uintptr) error {
	var a [6]uintptr
	copy(a[:], arguments)
	fd, _, errno := unix.Syscall6(call, a[0], a[1], a[2], a[3], a[4], a[5])
	if errno != 0 {
		return errno
	}
	return unix.Close(int(fd))
}

func namespace(args) (string, error) { return "", child(unix.CLONE_NEWUSER) }

func mount(args) (string, error) {
	fd, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return "", fmt.Errorf("fsopen: %w", err)
	}
	return "", unix.Close(fd)
}

func ioUring(args) (string, error) {
	var parameters [120]byte // struct io_uring_params
	return "", descriptorOf(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&parameters[0])))
}

func keyring(args) (string, error) {
	_, err := unix.AddKey("user", "sz-probe", []byte("x"), unix.KEY_SPEC_PROCESS_KEYRING)
	return "", err
}

func bpf(args) (string, error) {
	return anyOf(map[string]func() error{
		"bpf": func() error {
			attributes := [4]uint32{2 /* BPF_MAP_TYPE_ARRAY */, 4, 4, 1}
			return descriptorOf(unix.SYS_BPF, 0, uintptr(unsafe.Pointer(&attributes[0])), unsafe.Sizeof(attributes))
		},
		"perf_event_open": func() error {
			attributes := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})), Config: unix.PERF_COUNT_SW_DUMMY, Bits: unix.PerfBitExcludeKernel}
			fd, err := unix.PerfEventOpen(&attributes, 0, -1, -1, 0)
			if err != nil {
				return err
			}
			return unix.Close(fd)
		},
		"userfaultfd": func() error { return descriptorOf(unix.SYS_USERFAULTFD, 1) },
	})
}

func sharedMemory(args) (string, error) {
	return anyOf(map[string]func() error{
		"shmget": func() error {
			id, err := unix.SysvShmGet(unix.IPC_PRIVATE, 4096, unix.IPC_CREAT|0o600)
			if err != nil {
				return err
			}
			_, err = unix.SysvShmCtl(id, unix.IPC_RMID, nil)
			return err
		},
		"mq_open": func() error {
			name := append([]byte("sz-probe"), 0)
			err := descriptorOf(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(&name[0])), unix.O_RDWR|unix.O_CREAT, 0o600, 0)
			if err == nil {
				err = number(unix.SYS_MQ_UNLINK, uintptr(unsafe.Pointer(&name[0])))
			}
			return err
		},
	})
}

// privileges fails when there are none and no way to any.
func privileges(args) (string, error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var held [2]unix.CapUserData
	if err := unix.Capget(&header, &held[0]); err != nil {
		return "", err
	}
	if held[0].Permitted|held[1].Permitted != 0 {
		return "it holds capabilities", nil
	}
	never, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		return "", err
	}
	if never != 1 {
		return "it may gain some by executing a program", nil
	}
	return "", errors.New("none held, none to be had")
}

func memory(args) (string, error) {
	taken, err := unix.Mmap(-1, 0, 2<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return "", err
	}
	return "", unix.Munmap(taken)
}

func openFiles(args) (string, error) {
	var held []*os.File
	defer func() {
		for _, f := range held {
			_ = f.Close()
		}
	}()
	for len(held) < 1000 {
		file, err := os.Open("/dev/null")
		if err != nil {
			return "", err
		}
		held = append(held, file)
	}
	return "", nil
}

// core fails when the kernel would write no dump of this process.
func core(args) (string, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return "", err
	}
	if limit.Max <= 1 {
		return "", fmt.Errorf("the limit is %d", limit.Max)
	}
	return "", nil
}

// x32Call asks for its process id by a number of the x32 interface.
func x32Call(args) (string, error) {
	const getpid = 0x40000000 + unix.SYS_GETPID
	return "", number(getpid)
}
