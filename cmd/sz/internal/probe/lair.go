package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// lair is all that an attacker could bring a value to, or get one from: listeners of
// every kind on this machine, files of the user, a process with a secret in its
// memory. It hears what arrives. End it with close.
type lair struct {
	dir     string
	secret  string // that the user's things hold
	places  map[string]string
	victim  *victim
	opened  *os.File // left open without the flag that closes it when a program starts
	closers []io.Closer
	running sync.WaitGroup

	mu    sync.Mutex
	heard []byte
	more  chan struct{} // closed and made anew when something was heard
}

// inherited opens a file so that programs started from here inherit it. Nil where
// that is not known.
var inherited func(path string) (*os.File, error)

func newLair() (_ *lair, err error) {
	dir, err := os.MkdirTemp("", "szl-") // short: it holds sockets
	if err != nil {
		return nil, err
	}
	l := &lair{dir: dir, secret: rand.Text(), places: map[string]string{"dir": dir, "temp": os.TempDir()}, more: make(chan struct{})}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	l.places["secret"] = l.secret
	l.places["file"] = filepath.Join(dir, "file")
	if err := os.WriteFile(l.places["file"], []byte(l.secret), 0o600); err != nil {
		return nil, err
	}
	l.places["project"] = filepath.Join(dir, "project")
	if err := os.MkdirAll(filepath.Join(l.places["project"], ".git", "hooks"), 0o700); err != nil {
		return nil, err
	}
	if inherited != nil {
		if l.opened, err = inherited(l.places["file"]); err != nil {
			return nil, err
		}
		l.closers = append(l.closers, l.opened)
	}
	if err := l.listen(); err != nil {
		return nil, err
	}
	if l.victim, err = newVictim(l.secret); err != nil {
		return nil, err
	}
	l.places["pid"], l.places["address"] = strconv.Itoa(l.victim.pid()), l.victim.address
	return l, nil
}

func (l *lair) listen() error {
	for name, at := range map[string][2]string{
		"tcp": {"tcp4", "127.0.0.1:0"}, "granted": {"tcp4", "127.0.0.1:0"},
		"unix": {"unix", filepath.Join(l.dir, "agent")}, "abstract": {"unix", "@sz-probe-" + l.secret},
	} {
		if err := l.listenStream(name, at[0], at[1]); err != nil {
			return err
		}
	}
	for name, at := range map[string][2]string{"udp": {"udp4", "127.0.0.1:0"}, "datagram": {"unixgram", filepath.Join(l.dir, "log")}} {
		conn, err := net.ListenPacket(at[0], at[1])
		if err != nil {
			return err
		}
		l.places[name] = conn.LocalAddr().String()
		l.closers = append(l.closers, conn)
		l.running.Go(func() { l.hear(packets{conn}) })
	}
	return nil
}

// listenStream listens as the package net does, which on Linux is for Multipath TCP
// as well.
func (l *lair) listenStream(name, network, address string) error {
	listener, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	l.places[name] = listener.Addr().String()
	l.closers = append(l.closers, listener)
	l.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(2 * patienceOfLair))
			l.running.Go(func() {
				defer conn.Close()
				l.hear(conn)
			})
		}
	})
	return nil
}

// packets reads a datagram at a time.
type packets struct{ net.PacketConn }

func (p packets) Read(b []byte) (int, error) {
	n, _, err := p.ReadFrom(b)
	return n, err
}

// patienceOfLair is how long it waits for what an attacker says that it sent.
const patienceOfLair = 2 * time.Second

func (l *lair) hear(from io.Reader) {
	text := make([]byte, 4096)
	for {
		n, err := from.Read(text)
		l.mu.Lock()
		l.heard = append(l.heard, text[:n]...)
		close(l.more)
		l.more = make(chan struct{})
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// arrived reports that a message was heard, or was left in a file. After an attack
// that says it succeeded it waits for a while.
func (l *lair) arrived(ctx context.Context, canary, file string, wait bool) bool {
	if text, err := os.ReadFile(file); file != "" && err == nil && bytes.Contains(text, []byte(canary)) {
		return true
	}
	deadline := time.After(patienceOfLair)
	for {
		l.mu.Lock()
		heard, more := bytes.Contains(l.heard, []byte(canary)), l.more
		l.mu.Unlock()
		if heard || !wait {
			return heard
		}
		select {
		case <-more:
		case <-deadline:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// fetch goes to an address that an attacker listens at.
func (l *lair) fetch(address string) {
	conn, err := net.DialTimeout("tcp4", address, patienceOfLair)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patienceOfLair))
	l.hear(conn)
}

func (l *lair) close() {
	for _, c := range l.closers {
		_ = c.Close()
	}
	if l.victim != nil {
		l.victim.end()
	}
	l.running.Wait()
	_ = os.RemoveAll(l.dir)
}

var errNoVictim = errors.New("the process to be attacked did not say where its secret is")

func unreadable(err error) error { return fmt.Errorf("the process to be attacked: %w", err) }
