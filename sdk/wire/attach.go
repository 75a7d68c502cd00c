package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// attachmentFormat is the version of the file with which a host finds a plugin that
// runs already.
const attachmentFormat = 1

// maxAttachment bounds that file, in bytes.
const maxAttachment = 64 << 10

// The directory of a socket, which is short, and the socket.
const (
	attachPrefix = "sz-attach-"
	attachSocket = "plugin.sock"
)

// Attachment is where a plugin listens that its author started, and what a host shows
// to be let in. Whoever can read it can be that host.
type Attachment struct {
	Plugin      string
	Socket      string
	Credentials Credentials // the host's half
}

type attachmentFile struct {
	Format      int    `json:"format"`
	Plugin      string `json:"plugin"`
	Socket      string `json:"socket"`
	Credentials []byte `json:"credentials"` // as Credentials.WriteTo has it
}

// Attach listens for hosts, one after the other or several at once, until the process
// is interrupted: for a person who starts a plugin in a debugger. Each connection has a
// handler of its own, as each process has otherwise. The file says to one user of this
// machine where and how to connect; it is written when the plugin listens.
func Attach(file, plugin string, handler func() Handler) error {
	host, guest, err := NewCredentials()
	if err != nil {
		return err
	}
	config, err := guest.Server()
	if err != nil {
		return err
	}
	sweep(os.TempDir())
	dir, err := os.MkdirTemp("", attachPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	listener, err := net.Listen("unix", filepath.Join(dir, attachSocket))
	if err != nil {
		return err
	}
	a := Attachment{plugin, listener.Addr().String(), host}
	if err := a.write(file); err != nil {
		return errors.Join(err, listener.Close())
	}
	defer os.Remove(file)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	fmt.Fprintf(os.Stderr, "plugin %s waits for sz, not confined: add --plugin-dev %s=@%s to a command; an interrupt ends it\n", plugin, plugin, file)
	return accept(ctx, listener, grpc.Creds(credentials.NewTLS(config)), handler)
}

// sweep removes what plugins left that were killed: sockets at which nobody listens.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, attachPrefix+"*", attachSocket))
	for _, socket := range left {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			_ = os.RemoveAll(filepath.Dir(socket))
		}
	}
}

func accept(ctx context.Context, listener net.Listener, option grpc.ServerOption, handler func() Handler) error {
	var sessions sync.WaitGroup
	defer sessions.Wait()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		sessions.Go(func() {
			h := handler()
			server, only := NewServer(h, option), &onlyConn{Conn: conn, done: make(chan struct{})}
			defer context.AfterFunc(ctx, server.Stop)()
			_ = server.Serve(only) // it ends with the connection
			server.Stop()
			h.Drain(context.WithoutCancel(ctx), 0)
		})
	}
}

// onlyConn is a connection, and a listener that accepts it and nothing else.
type onlyConn struct {
	net.Conn
	given bool
	once  sync.Once
	done  chan struct{}
}

// Accept gives the connection, and ends when it is closed.
func (c *onlyConn) Accept() (net.Conn, error) {
	if !c.given {
		c.given = true
		return c, nil
	}
	<-c.done
	return nil, io.EOF
}

// Addr is the address of the socket.
func (c *onlyConn) Addr() net.Addr { return c.LocalAddr() }

// Close closes the connection and ends the listener.
func (c *onlyConn) Close() error {
	defer c.once.Do(func() { close(c.done) })
	return c.Conn.Close()
}

// write puts the attachment into a file that only its user can read, all at once.
func (a Attachment) write(file string) error {
	var key bytes.Buffer
	if _, err := a.Credentials.WriteTo(&key); err != nil {
		return err
	}
	data, err := json.Marshal(attachmentFile{attachmentFormat, a.Plugin, a.Socket, key.Bytes()})
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".sz-attach-*") // 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}

// ReadAttachment reads the file that [Attach] wrote. It refuses one that another user
// could have written or can read, and one that is a link.
func ReadAttachment(path string) (Attachment, error) {
	file, err := openOwn(path)
	if err != nil {
		return Attachment{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxAttachment))
	if err != nil {
		return Attachment{}, err
	}
	var f attachmentFile
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil || f.Format != attachmentFormat || !filepath.IsAbs(f.Socket) {
		return Attachment{}, fmt.Errorf("%s was not written by a plugin of this protocol that waits for sz", path)
	}
	c, err := ReadCredentials(bytes.NewReader(f.Credentials))
	if err != nil {
		return Attachment{}, fmt.Errorf("%s: %w", path, err)
	}
	return Attachment{f.Plugin, f.Socket, c}, nil
}
