package pluginhost

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// checkPeer makes sure that the process at the other end is the plugin that was
// started, and not one that took over its socket.
func checkPeer(conn net.Conn, pid int) error {
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return err
	}
	var credentials *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		credentials, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("peer of the plugin's socket: %w", err)
	}
	if int(credentials.Pid) != pid {
		return fmt.Errorf("process %d answers on the socket of process %d", credentials.Pid, pid)
	}
	return nil
}
