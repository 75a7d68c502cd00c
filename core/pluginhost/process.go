package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/secretzero/sz/sdk/wire"
)

// Deadlines of a process's life.
const (
	startTimeout = 30 * time.Second
	stopTimeout  = 2 * time.Second
)

// maxSocketPath is the room for the path of a Unix socket on the strictest
// system in use (104 bytes with its end on macOS).
const maxSocketPath = 103

// runtimePrefix begins the names of runtime directories.
const runtimePrefix = "sz-run-"

// socketName is the longest that go-plugin appends to the runtime directory:
// "/plugin-dirNNNNNNNNNN/pluginNNNNNNNNNN".
const socketName = 40

// process is one running plugin and the connection to it.
type process struct {
	candidate   Candidate
	confinement *confinement
	client      *plugin.Client
	launch      *launch
	wire        *wire.Client

	// A plugin that its author started is a connection and nothing else of the above.
	attached *grpc.ClientConn
	unused   net.Conn // under it, for when it is closed before the first call
}

// startProcess starts a plugin in a runtime directory. When it fails, nothing is
// left behind, and the confinement is closed.
func startProcess(c Candidate, runtimeDir string, confinement *confinement) (*process, error) {
	p := &process{candidate: c, confinement: confinement}
	host, guest, err := wire.NewCredentials()
	if err != nil {
		confinement.close()
		return nil, err
	}
	tlsConfig, err := host.Client()
	if err != nil {
		confinement.close()
		return nil, err
	}
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  wire.Handshake(),
		VersionedPlugins: wire.HostPlugins(),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, socketDir string) (runner.Runner, error) {
			p.launch = newLaunch(confinement, cmd.Env, socketDir, guest)
			return p.launch, nil
		},
		TLSConfig:        tlsConfig,
		SkipHostEnv:      true,
		StartTimeout:     confinement.startTimeout,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: runtimeDir},
		Logger:           hclog.NewNullLogger(),
		SyncStdout:       io.Discard,
		SyncStderr:       p,
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithContextDialer(p.dial),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxMessage), grpc.MaxCallSendMsgSize(wire.MaxMessage)),
		},
	})
	if err := p.connect(); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *process) connect() error {
	if _, err := p.client.Start(); err != nil {
		return p.startError(err)
	}
	protocol, err := p.client.Client()
	if err != nil {
		return p.startError(err)
	}
	p.wire, err = wire.Dispense(protocol)
	return err
}

// startError says why a plugin did not start, with the head of what it wrote.
func (p *process) startError(err error) error {
	e := &Failure{Plugin: p.candidate.Name, Path: p.candidate.Path, Doing: "starting", Cause: err.Error(), err: err}
	if p.launch != nil && p.launch.process != nil {
		_ = p.launch.Kill(context.Background())
		e.Output = p.output()
	}
	return e
}

func (p *process) dial(ctx context.Context, _ string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", p.launch.address)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(conn, p.launch.process.PID()); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// Write takes what the plugin writes to os.Stderr after the handshake, which
// go-plugin carries over the connection.
func (p *process) Write(b []byte) (int, error) {
	if p.launch == nil || p.launch.errors == nil {
		return len(b), nil
	}
	return p.launch.errors.Write(b)
}

// output is the head of standard error, complete when the process has ended.
func (p *process) output() string {
	select {
	case <-p.launch.errors.done:
	case <-time.After(stopTimeout):
		// A descendant that left the group holds the pipe open.
	}
	return p.launch.errors.text()
}

// ended waits a moment for a process whose connection broke, and says how it
// ended; "" when it still runs.
func (p *process) ended() string {
	if p.attached != nil {
		return ""
	}
	select {
	case <-p.launch.exited:
		return p.launch.exit
	case <-time.After(stopTimeout):
		return ""
	}
}

// stop asks the process to end and makes sure that it does. go-plugin's Kill
// waits without limit for a process that is stopped, so it runs under a watch.
func (p *process) stop() {
	if p.attached != nil {
		_, _ = p.attached.Close(), p.unused.Close()
		return // the process is its author's
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.client.Kill()
	}()
	select {
	case <-done:
	case <-time.After(stopTimeout):
	}
	if p.launch != nil && p.launch.process != nil {
		_ = p.launch.Kill(context.Background())
	}
	<-done
	p.confinement.close()
}

// newRuntimeDir makes the directory for sockets, short enough for their paths.
// It sweeps first what runs that were killed have left there. The file is to be kept
// open for as long as the directory is used.
func newRuntimeDir(base string) (dir string, alive *os.File, err error) {
	if base == "" {
		base = os.TempDir()
	}
	sweep(base)
	dir, err = os.MkdirTemp(base, runtimePrefix)
	if err != nil {
		return "", nil, fmt.Errorf("runtime directory: %w", err)
	}
	if len(dir)+socketName > maxSocketPath {
		_ = os.Remove(dir)
		return "", nil, fmt.Errorf("runtime directory %s is too long for the path of a socket; set XDG_RUNTIME_DIR or TMPDIR to a shorter one", filepath.Clean(dir))
	}
	if alive, err = markAlive(dir); err != nil {
		return "", nil, errors.Join(fmt.Errorf("runtime directory: %w", err), os.RemoveAll(dir))
	}
	return dir, alive, nil
}
