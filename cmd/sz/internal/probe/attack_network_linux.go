//go:build amd64 || arm64

package probe

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"golang.org/x/sys/unix"

	"github.com/secretzero/sz/sdk"
)

// patience bounds each attempt to reach somebody.
const patience = 2 * time.Second

func say(conn net.Conn, err error, text []byte) (string, error) {
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, err = conn.Write(text)
	return "", err
}

func granted(a args) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := sdk.Dial(ctx, "tcp", a["granted"])
	return say(conn, err, a.message())
}

// stream connects by hand: the package net chooses its own kind of TCP.
func stream(protocol int, address string) (int, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return -1, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}); err != nil {
		return -1, errors.Join(fmt.Errorf("connect: %w", err), unix.Close(fd))
	}
	return fd, nil
}

func sayBy(protocol int, address string, text []byte) (string, error) {
	fd, err := stream(protocol, address)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	_, err = unix.Write(fd, text)
	return "", err
}

func tcp(a args) (string, error)   { return sayBy(unix.IPPROTO_TCP, a["tcp"], a.message()) }
func mptcp(a args) (string, error) { return sayBy(unix.IPPROTO_MPTCP, a["tcp"], a.message()) }

func fastOpen(a args) (string, error) {
	at, err := netip.ParseAddrPort(a["tcp"])
	if err != nil {
		return "", err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(fd)
	return "", unix.Sendto(fd, a.message(), unix.MSG_FASTOPEN, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()})
}

func udp(a args) (string, error) {
	conn, err := net.DialTimeout("udp", a["udp"], patience)
	return say(conn, err, a.message())
}

// dns hides what it says in the name that it asks for.
func dns(a args) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	asked := make(chan error, 8)
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, network, a[network])
		asked <- err
		return conn, err
	}}
	_, err := resolver.LookupHost(ctx, a["canary"]+".example.")
	select {
	case dialed := <-asked:
		return "", dialed // an answer is not what this is about
	default:
		return "", err
	}
}

// proxyPort goes to the port of the proxy, which the sandbox lets it reach, but not
// to the proxy.
func proxyPort(a args) (string, error) {
	if a["proxy-port"] == "" { // first it is asked which port that is
		if proxy := sdk.SandboxProxy(); proxy != nil {
			return proxy.Port(), nil
		}
		return "", errors.New("there is no proxy")
	}
	return sayBy(0, a["proxy-port"], a.message())
}

func proxyOther(a args) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, address := range []string{a["tcp"], "localhost" + a["tcp"][len("127.0.0.1"):]} {
		conn, err := sdk.Dial(ctx, "tcp", address)
		if err == nil {
			return say(conn, nil, a.message())
		}
		if address != a["tcp"] {
			return "", err
		}
	}
	return "", nil
}

func plainly(address string) (*http.Response, error) {
	client := http.Client{Timeout: patience, Transport: &http.Transport{Proxy: http.ProxyURL(sdk.SandboxProxy())}}
	return client.Get(address)
}

func proxyHTTP(a args) (string, error) {
	response, err := plainly("http://" + a["tcp"] + "/" + a["canary"])
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		return "", errors.New(response.Status)
	}
	return "", nil
}

// proxyMetadata asks for what was not granted; nobody has to be there to refuse it.
func proxyMetadata(args) (string, error) {
	proxy := sdk.SandboxProxy()
	if proxy == nil {
		return "", errors.New("there is no proxy")
	}
	conn, err := net.DialTimeout("tcp", proxy.Host, patience)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254:80\r\nProxy-Authorization: Basic %s\r\n\r\n", basic(proxy.User))
	answer, err := io.ReadAll(io.LimitReader(conn, 12))
	if err == nil && string(answer) == "HTTP/1.1 403" {
		err = errors.New("403")
	}
	return string(answer), err
}

func basic(user *url.Userinfo) string {
	password, _ := user.Password()
	return base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
}

// bind lets others come for what it has to say.
func bind(a args) (string, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() {
		conn, err := listener.Accept()
		_, _ = say(conn, err, a.message())
	}()
	return listener.Addr().String(), nil
}

// listenUnbound does so without binding, which makes the kernel choose a port.
func listenUnbound(a args) (string, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("socket: %w", err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		return "", err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return "", err
	}
	go func() {
		if conn, _, err := unix.Accept(fd); err == nil {
			_, _ = unix.Write(conn, a.message())
			_ = unix.Close(conn)
		}
	}()
	return fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port), nil
}

// any succeeds if one of several does.
func anyOf(tries map[string]func() error) (string, error) {
	var all error
	for name, try := range tries {
		err := try()
		if err == nil {
			return name, nil
		}
		all = errors.Join(all, fmt.Errorf("%s: %w", name, err))
	}
	return "", all
}

func socket(family, kind, protocol int) func() error {
	return func() error {
		fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
		if err != nil {
			return err
		}
		return unix.Close(fd)
	}
}

func icmp(args) (string, error) {
	return anyOf(map[string]func() error{
		"raw": socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP), "ping": socket(unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP),
	})
}

func families(args) (string, error) {
	return anyOf(map[string]func() error{
		"netlink": socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE), "packet": socket(unix.AF_PACKET, unix.SOCK_RAW, 0),
		"vsock": socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0), "crypto": socket(unix.AF_ALG, unix.SOCK_SEQPACKET, 0),
	})
}

func unixPath(a args) (string, error) {
	conn, err := net.DialTimeout("unix", a["unix"], patience)
	return say(conn, err, a.message())
}

func unixDatagram(a args) (string, error) {
	conn, err := net.DialTimeout("unixgram", a["datagram"], patience)
	return say(conn, err, a.message())
}

// unixPair names a receiver on a socket that is connected to another already.
func unixPair(a args) (string, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("socketpair: %w", err)
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	return "", unix.Sendto(fds[0], a.message(), 0, &unix.SockaddrUnix{Name: a["datagram"]})
}

func unixAbstract(a args) (string, error) {
	conn, err := net.DialTimeout("unix", a["abstract"], patience)
	return say(conn, err, a.message())
}
