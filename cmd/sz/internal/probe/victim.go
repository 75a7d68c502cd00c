package probe

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"unsafe"
)

// victimVariable holds the secret of a process that is there to be attacked.
const victimVariable = "SZ_PROBE_VICTIM"

// BeVictim is the main function of the process that is attacked: it says where its
// secret is in its memory and waits for its end. It reports whether this process is
// one.
func BeVictim() bool {
	secret := []byte(os.Getenv(victimVariable))
	if len(secret) == 0 {
		return false
	}
	fmt.Fprintf(os.Stdout, "%p\n", unsafe.Pointer(&secret[0]))
	_, _ = io.Copy(io.Discard, os.Stdin)
	return string(secret) != ""
}

// victim is such a process, seen from outside.
type victim struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	address string
}

func newVictim(secret string) (*victim, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Args = []string{Binary}
	cmd.Env = []string{victimVariable + "=" + secret}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, unreadable(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, unreadable(err)
	}
	if err := cmd.Start(); err != nil {
		return nil, unreadable(err)
	}
	v := &victim{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		v.end()
		return nil, errNoVictim
	}
	v.address = strings.TrimSpace(line)
	return v, nil
}

func (v *victim) pid() int { return v.cmd.Process.Pid }

func (v *victim) end() {
	_ = v.stdin.Close()
	_ = v.cmd.Wait()
}
