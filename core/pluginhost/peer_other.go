//go:build !linux

package pluginhost

import "net"

// checkPeer has no portable means; mutual TLS with a key that only the plugin was
// given says the same.
func checkPeer(net.Conn, int) error { return nil }
