//go:build unix

package wire

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// TestOnlyOnesOwnFileLeadsToAPlugin opens files that another user made, could change or
// can read.
func TestOnlyOnesOwnFileLeadsToAPlugin(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("{}"), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fine := file("fine", 0o600)
	link, fifo := filepath.Join(dir, "link"), filepath.Join(dir, "fifo")
	if err := os.Symlink(fine, link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		fine: "", file("group", 0o640): "can be opened by others", file("all", 0o604): "can be opened by others",
		link: "link", fifo: "no regular file", dir: "no regular file",
	}
	if os.Geteuid() == 0 {
		foreign := file("foreign", 0o600)
		if err := os.Chown(foreign, 65534, -1); err != nil {
			t.Fatal(err)
		}
		cases[foreign] = "belongs to another user"
	}
	for path, want := range cases {
		opened, err := openOwn(path)
		if err == nil {
			_ = opened.Close()
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", filepath.Base(path), err, want)
		}
	}
}

// TestOnlyWhoHasTheFileIsLetIn connects with the credentials of the file, with others,
// and with none, and looks whether each connection has a session of its own.
func TestOnlyWhoHasTheFileIsLetIn(t *testing.T) {
	host, guest, err := NewCredentials()
	if err != nil {
		t.Fatal(err)
	}
	config, err := guest.Server()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- accept(ctx, listener, grpc.Creds(credentials.NewTLS(config)), func() Handler { return &recorder{} })
	}()
	client := func(c credentials.TransportCredentials) *Client {
		conn, err := grpc.NewClient("unix:"+listener.Addr().String(), grpc.WithTransportCredentials(c))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return NewClient(conn)
	}
	with := func(c Credentials) credentials.TransportCredentials {
		config, err := c.Client()
		if err != nil {
			t.Fatal(err)
		}
		return credentials.NewTLS(config)
	}
	first, second := client(with(host)), client(with(host))
	changer, err := first.Begin(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := changer.Generate(t.Context(), []GeneratorItem{{Kind: "k"}}); err != nil {
		t.Error(err)
	}
	if _, err := NewChanger(second).Generate(t.Context(), []GeneratorItem{{Kind: "k"}}); err == nil {
		t.Error("what one host began lets another make values")
	}
	other, _, err := NewCredentials()
	if err != nil {
		t.Fatal(err)
	}
	other.peer = host.peer // it trusts the plugin, and is not the one that is trusted
	for name, c := range map[string]credentials.TransportCredentials{"other credentials": with(other), "none": insecure.NewCredentials()} {
		if _, err := client(c).Describe(t.Context()); err == nil {
			t.Errorf("with %s somebody is let in", name)
		}
	}
	cancel()
	_ = listener.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestSocketsOfTheKilledAreRemoved has one socket at which nobody listens any more, and
// one at which somebody does.
func TestSocketsOfTheKilledAreRemoved(t *testing.T) {
	dir, err := os.MkdirTemp("", "szt-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	listen := func(name string) *net.UnixListener {
		if err := os.Mkdir(filepath.Join(dir, attachPrefix+name), 0o700); err != nil {
			t.Fatal(err)
		}
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, attachPrefix+name, attachSocket)})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	dead, alive := listen("dead"), listen("alive")
	defer alive.Close()
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	sweep(dir)
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 1 || filepath.Base(left[0]) != attachPrefix+"alive" {
		t.Errorf("left are %v", left)
	}
}
