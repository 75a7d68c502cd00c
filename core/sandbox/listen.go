package sandbox

import "net"

// listen makes the place where a process without a network namespace asks for
// connections: a port of this machine, which others can reach too, so that whoever
// serves it has to ask for a password.
func (s Spec) listen() (listener net.Listener, address string, err error) {
	if !s.Network {
		return nil, "", nil
	}
	if listener, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
		return nil, "", err
	}
	return listener, listener.Addr().String(), nil
}
