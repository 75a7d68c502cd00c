package inside

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// listen makes the sockets at which the plugin will ask for connections and
// commands, inside its network namespace, and passes them to the host, which serves
// them with its own network. There is no route to anywhere else.
func (p *Policy) listen(s *script, host int) {
	if len(p.Listen) == 0 {
		return
	}
	loopbackUp(s)
	rights := unix.UnixRights(make([]int, len(p.Listen))...)
	for n, port := range p.Listen {
		place := (*int32)(unsafe.Pointer(&rights[unix.CmsgLen(0)+4*n]))
		listenLoopback(s, port, place)
	}
	s.about = "passing sockets"
	passed := []byte{'\n'}
	part := unix.Iovec{Base: &passed[0], Len: 1}
	message := unix.Msghdr{Iov: &part, Iovlen: 1, Control: &rights[0]}
	message.SetControllen(len(rights))
	s.do(unix.SYS_SENDMSG, number(host), memory(&message), number(unix.MSG_NOSIGNAL))
}

func loopbackUp(s *script) {
	s.about = "loopback"
	fd := s.open(unix.SYS_SOCKET, number(unix.AF_INET), number(unix.SOCK_DGRAM|unix.SOCK_CLOEXEC), number(0))
	request := struct {
		name  [unix.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{name: [unix.IFNAMSIZ]byte{'l', 'o'}, flags: unix.IFF_UP}
	s.do(unix.SYS_IOCTL, fd, number(unix.SIOCSIFFLAGS), memory(&request))
}

func listenLoopback(s *script, port uint16, place *int32) {
	s.about = "listen"
	s.do(unix.SYS_SOCKET, number(unix.AF_INET), number(unix.SOCK_STREAM|unix.SOCK_CLOEXEC), number(0)).makes = place
	address := syscall.RawSockaddrInet4{Family: unix.AF_INET, Addr: [4]byte{127, 0, 0, 1}}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&address.Port))[:], port)
	where, size := attribute(&address)
	s.do(unix.SYS_BIND, made(place), where, size)
	s.do(unix.SYS_LISTEN, made(place), number(64))
}
