package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// direct is a world without a proxy of the environment, in a network of its own: sz asks
// the name service itself, and connects itself.
type direct struct{ *world }

const (
	ownHost      = "own-kv.vault.azure.net"
	identityHost = "identity.keyvault-emulator.test"
	nameService  = "127.0.0.53"
)

// newDirect is such a world. ask says which address a name has; none for no such name.
func newDirect(t *testing.T, ask func(host string) (address [4]byte, known bool)) *direct {
	t.Helper()
	d := &direct{newWorld(t, emulator.Options{})}
	var env []string
	for _, variable := range d.env {
		if name, _, _ := strings.Cut(variable, "="); !strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			env = append(env, variable)
		}
	}
	d.env = env
	d.write("Secretfile.yml", owned("mine", ""))
	if ask != nil {
		d.names(ask)
	}
	return d
}

// names is the name service.
func (d *direct) names(ask func(string) ([4]byte, bool)) {
	d.t.Helper()
	conn, err := net.ListenPacket("udp4", nameService+":53")
	if err != nil {
		d.t.Fatal(err)
	}
	ended := make(chan struct{})
	d.t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		for {
			text := make([]byte, 512)
			n, from, err := conn.ReadFrom(text)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(text[:n]) != nil {
				continue
			}
			m.Response, m.Additionals, m.RecursionAvailable = true, nil, true
			q := m.Questions[0]
			switch address, known := ask(strings.TrimSuffix(q.Name.String(), ".")); {
			case !known:
				m.RCode = dnsmessage.RCodeNameError
			case q.Type == dnsmessage.TypeA:
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: address}}}
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
}

// listen has somebody answer at an address as a host does.
func (d *direct) listen(address [4]byte, serve func(net.Conn)) {
	d.t.Helper()
	listener, err := net.Listen("tcp4", net.IP(address[:]).String()+":443")
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
}

// emulated leads a connection to the host that the emulator plays.
func (d *direct) emulated(host string) func(net.Conn) {
	return func(conn net.Conn) {
		defer conn.Close()
		remote, err := net.Dial("tcp", strings.TrimPrefix(d.server.URL(), "http://"))
		if err != nil {
			return
		}
		defer remote.Close()
		_, _ = fmt.Fprintf(remote, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\n\r\n", host, host)
		reader := bufio.NewReader(remote)
		if response, err := http.ReadResponse(reader, nil); err != nil || response.StatusCode != http.StatusOK {
			return
		}
		go func() { _, _ = io.Copy(remote, conn); _ = remote.Close() }()
		_, _ = io.Copy(conn, reader)
	}
}

// TestDoctorSaysWhereTheWayEnds has each end of the way to a vault missing in turn, in a
// network in which nobody but sz finds it. What is said of a step is what was seen of it.
func TestDoctorSaysWhereTheWayEnds(t *testing.T) {
	if !ownMachine(t, "/opt") {
		return
	}
	etc := t.TempDir()
	for name, text := range map[string]string{"resolv.conf": "nameserver " + nameService + "\noptions attempts:1 timeout:1\n", "hosts": "127.0.0.1 localhost\n"} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := overlay(filepath.Join(etc, name), filepath.Join("/etc", name)); err != nil {
			t.Fatal(err)
		}
	}
	address := [4]byte{10, 9, 8, 7}
	addAddress(t, address)
	identity := [4]byte{10, 9, 8, 6}
	addAddress(t, identity)
	there := func(host string) ([4]byte, bool) {
		if host == identityHost {
			return identity, true
		}
		return address, host == ownHost
	}
	const after = "challenge skipped, token skipped, rights skipped"
	for _, c := range []struct {
		name    string
		ask     func(string) ([4]byte, bool)
		prepare func(*direct)
		code    int
		steps   string
		says    []string
		applied string // what an apply says
	}{
		{"all is well", there, func(d *direct) {
			d.listen(address, d.emulated(ownHost))
			d.listen(identity, d.emulated(identityHost))
		}, 0, "dns passed, connect passed, tls passed, challenge passed, token passed, list passed, get passed, set inferred, update passed, recover passed, delete passed, purge passed",
			[]string{"10.9.8.7", "port 443 answers"}, ""},
		{"no such name", func(string) ([4]byte, bool) { return address, false }, nil, 4,
			"dns failed, connect skipped, tls skipped, " + after, []string{"no host has the name " + ownHost, "az keyvault show --name own-kv --query properties.vaultUri -o tsv", "privatelink.vaultcore.azure.net"}, "no host has the name " + ownHost},
		{"no name service", nil, nil, 4,
			"dns failed, connect skipped, tls skipped, " + after, []string{"the name service gives no answer for " + ownHost, "is this machine in a network?"}, "the name service gives no answer for " + ownHost},
		{"nobody listens", there, nil, 4,
			"dns passed, connect failed, tls skipped, " + after, []string{"10.9.8.7", ownHost + " refuses connections", "does its name lead to the right address?"}, ownHost + " refuses connections"},
		{"no way there", func(string) ([4]byte, bool) { return [4]byte{192, 0, 2, 1}, true }, nil, 4,
			"dns passed, connect failed, tls skipped, " + after, []string{"192.0.2.1", "no way leads from this machine to " + ownHost}, "no way leads from this machine to " + ownHost},
		{"a private endpoint that does not answer", there, func(d *direct) { silence(d.t, address, 443) }, 4,
			"dns passed, connect failed, tls skipped, " + after, []string{ownHost + " does not answer", "private endpoint only?", "privateEndpointConnections"}, ""}, // an apply waits as long
		{"a name that leads to this machine", func(string) ([4]byte, bool) { return [4]byte{127, 0, 0, 1}, true }, nil, 4,
			"dns passed, connect failed, tls skipped, " + after, []string{"leads to 127.0.0.1", "a vault is never there"}, ownHost + ":443 leads to 127.0.0.1"},
		{"another certificate", there, func(d *direct) {
			d.listen(address, d.emulated(ownHost))
			d.env = append(d.env, "SSL_CERT_FILE="+filepath.Join(etc, "none.pem"))
		}, 4,
			"dns passed, connect passed, tls failed, " + after, []string{"has no certificate for it that is trusted here", "openssl s_client"}, "whatever answers at " + ownHost + " has no certificate for it that is trusted here"},
		{"no TLS", there, func(d *direct) {
			d.listen(address, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); _ = c.Close() })
		}, 4, "dns passed, connect passed, tls failed, " + after, []string{"does not speak TLS as a vault does"}, "whatever answers at " + ownHost + " does not speak TLS"},
		{"somebody who hangs up", there, func(d *direct) { d.listen(address, func(c net.Conn) { _ = c.Close() }) }, 4,
			"dns passed, connect passed, tls failed, " + after, []string{"does not speak TLS as a vault does"}, "whatever answers at " + ownHost + " does not speak TLS"},
		{"a proxy that is not there", nil, func(d *direct) { d.env = append(d.env, "HTTPS_PROXY=http://127.0.0.1:1") }, 4,
			"dns skipped, connect failed, tls skipped, " + after, []string{"the proxy of the environment cannot be reached", "HTTPS_PROXY"}, "the proxy of the environment cannot be reached"},
		{"a proxy that wants a password", nil, func(d *direct) { d.env = append(d.env, "HTTPS_PROXY="+says(t, http.StatusProxyAuthRequired)) }, 4,
			"dns skipped, connect failed, tls skipped, " + after, []string{"the proxy of the environment wants to know who asks", "http://NAME:PASSWORD@HOST:PORT"}, "the proxy of the environment wants to know who asks"},
		{"a proxy that finds no such host", nil, func(d *direct) { d.env = append(d.env, "HTTPS_PROXY="+says(t, http.StatusBadGateway)) }, 4,
			"dns skipped, connect failed, tls skipped, " + after, []string{"does not let this through to " + ownHost, "the proxy of the environment answered 502 Bad Gateway", "is the vault's name right"}, "the proxy on the way does not let this through to " + ownHost},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDirect(t, c.ask)
			if c.prepare != nil {
				c.prepare(d)
			}
			steps, o := d.examine()
			if got := strings.Join(steps, ", "); got != c.steps || o.code != c.code {
				t.Errorf("exit code %d, want %d: %s, want %s\n%s", o.code, c.code, got, c.steps, o.stdout)
			}
			contains(t, o.stdout, c.says...)
			if c.code != 0 && c.applied == "" {
				return
			}
			o = d.sz("apply", "--auto-approve")
			if o.code != c.code {
				t.Errorf("apply: exit code %d, want %d\n%s", o.code, c.code, o)
			}
			if c.code != 0 {
				contains(t, o.stdout+o.stderr, "a in vault own-kv failed: "+c.applied)
			}
		})
	}
}

// says is a proxy that answers everybody the same.
func says(t *testing.T, status int) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}
