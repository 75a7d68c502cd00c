//go:build amd64 || arm64

package probe

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// args are the things of the lair, by name: see lair.go.
type args map[string]string

// message is what has to arrive, which only this row sends.
func (a args) message() []byte { return []byte(a["canary"]) }

func (a args) pid() int {
	pid, _ := strconv.Atoi(a["pid"])
	return pid
}

// attacks are the attacks by the key of their row. Success is no error.
var attacks = map[string]func(args) (string, error){
	"read-file":      func(a args) (string, error) { return readCanary(a, a["file"]) },
	"list-directory": func(a args) (string, error) { return none(os.ReadDir(a["dir"])) },
	"stat-file":      func(a args) (string, error) { return none(os.Stat(a["file"])) },
	"read-system":    func(args) (string, error) { return none(os.ReadFile("/etc/passwd")) },
	"write-file":     func(a args) (string, error) { return leave(a, a["dir"]) },
	"write-temp":     func(a args) (string, error) { return leave(a, a["temp"]) },
	"write-shm":      func(a args) (string, error) { return leave(a, "/dev/shm") },
	"write-runtime":  func(a args) (string, error) { return leave(a, ownDirectory(a)) },
	"write-granted": func(a args) (string, error) {
		return a["project"] + "/granted", os.WriteFile(a["project"]+"/granted", a.message(), 0o600)
	},
	"write-version-control": func(a args) (string, error) { return leave(a, a["project"]+"/.git/hooks") },
	"hold-descriptor":       holdDescriptor,

	"granted": granted, "tcp": tcp, "mptcp": mptcp, "fastopen": fastOpen, "udp": udp, "dns": dns,
	"proxy-port": proxyPort, "proxy-other": proxyOther, "proxy-http": proxyHTTP, "proxy-metadata": proxyMetadata,
	"bind": bind, "listen": listenUnbound, "icmp": icmp, "families": families,
	"unix-path": unixPath, "unix-datagram": unixDatagram, "unix-pair": unixPair, "unix-abstract": unixAbstract,

	"execute": execute, "execute-memory": executeMemory, "fork": fork, "read-memory": readMemory,
	"proc-memory": procMemory, "proc-environ": procEnviron, "ptrace": ptrace, "steal-descriptor": stealDescriptor,
	"signal": func(a args) (string, error) { return "", unix.Kill(a.pid(), 0) },
	"limits": func(a args) (string, error) {
		return "", unix.Prlimit(a.pid(), unix.RLIMIT_NOFILE, nil, &unix.Rlimit{})
	},
	"outlive": func(args) (string, error) { return "", unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0) },

	"foreign-call": foreignCall, "x32-call": x32Call, "namespace": namespace, "mount": mount, "io-uring": ioUring,
	"keyring": keyring, "bpf": bpf, "shared-memory": sharedMemory, "privileges": privileges,

	"memory": memory, "files": openFiles, "core": core,

	"environment": environment, "input": input,
}

func attack(key string, a map[string]string) (string, error) {
	run := attacks[key]
	if run == nil {
		return "", fmt.Errorf("there is no attack %q", key)
	}
	return run(a)
}

func none[T any](_ T, err error) (string, error) { return "", err }

func readCanary(a args, path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil && !strings.Contains(string(text), a["canary"]) {
		err = errors.New("it is another file")
	}
	return "", err
}

// leave writes a file where somebody else could find it.
func leave(a args, dir string) (string, error) {
	path := filepath.Join(dir, "sz-probe-"+a["row"])
	if err := os.WriteFile(path, a.message(), 0o644); err != nil {
		return "", err
	}
	return path, nil
}

// ownDirectory is where its socket is: what the SDK is told, or what it was told
// without a sandbox.
func ownDirectory(args) string { return os.Getenv("PLUGIN_UNIX_SOCKET_DIR") }

// holdDescriptor looks through what it has open for a file that sz had open.
func holdDescriptor(a args) (string, error) {
	for fd := 3; fd < 1024; fd++ {
		text := make([]byte, 256)
		n, err := unix.Pread(fd, text, 0)
		if err == nil && strings.Contains(string(text[:n]), a["canary"]) {
			return fmt.Sprintf("descriptor %d", fd), nil
		}
	}
	return "", errors.New("none leads to it")
}

func environment(a args) (string, error) {
	for _, variable := range os.Environ() {
		if strings.Contains(variable, a["secret"]) {
			return variable, nil
		}
	}
	return "", errors.New("it is not there")
}

func input(a args) (string, error) {
	text := make([]byte, 256)
	n, err := os.Stdin.Read(text)
	if err == nil && !strings.Contains(string(text[:n]), a["secret"]) {
		err = errors.New("it reads something else")
	}
	return "", err
}
