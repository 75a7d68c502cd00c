package pluginhost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/wire"
)

// attached is why a plugin that its author started is in no sandbox.
var attached = sandbox.Refusal{Tier: sandbox.T3, Step: "attached", Why: "its author started it"}

// Attachable is the candidate for a plugin that waits for sz, by the file that it wrote.
// Errors say what is wrong with the file; whether the plugin is still there is found out
// when it is asked something.
func Attachable(name, file string) (Candidate, error) {
	a, err := wire.ReadAttachment(file)
	if err != nil {
		return Candidate{}, err
	}
	if a.Plugin != name {
		return Candidate{}, fmt.Errorf("%s was written by plugin %q, not by %s", file, harmless(a.Plugin), name)
	}
	return Candidate{Name: name, Path: file, Dev: true, Attached: true}, nil
}

// describeAttached asks a plugin that waits for sz what it serves: each time anew, since
// its author changes it. What stands for its hash is that of its certificate.
func (h *Host) describeAttached(ctx context.Context, c Candidate) (Served, error) {
	a, err := wire.ReadAttachment(c.Path)
	if err != nil {
		return Served{}, fmt.Errorf("plugin %s: %w", c.Name, err)
	}
	sum := sha256.Sum256(a.Credentials.PeerCertificate())
	s := Served{Candidate: c, Description: Description{Name: c.Name}, Hash: hex.EncodeToString(sum[:])}
	i, err := h.start(ctx, s, allowance{})
	if err != nil {
		return Served{}, err
	}
	defer h.release(i)
	d, err := i.process.wire.Describe(ctx)
	if err != nil {
		return Served{}, i.failure("describing itself", err)
	}
	if err := validDescription(c, d); err != nil {
		return Served{}, fmt.Errorf("plugin %s (%s): %w", c.Name, c.Path, err)
	}
	return s.described(d)
}

// attach connects to a plugin that waits for sz. It is one connection: when that ends,
// the plugin has nothing more of this run.
func (h *Host) attach(ctx context.Context, plugin Served, _ allowance) (*process, error) {
	c := plugin.Candidate
	if h.options.SandboxMin > sandbox.T0 {
		return nil, fmt.Errorf("plugin %s: %w", c.Name, &sandbox.TooLowError{Min: h.options.SandboxMin, Refused: []sandbox.Refusal{attached}})
	}
	a, err := wire.ReadAttachment(c.Path)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", c.Name, err)
	}
	config, err := a.Credentials.Client()
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", c.Name, err)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", a.Socket)
	if err != nil {
		return nil, &Failure{Plugin: c.Name, Path: c.Path, Doing: "attaching", Ended: true, Cause: fmt.Sprintf("nothing listens any more where %s says; start the plugin again, with --attach %[1]s", c.Path)}
	}
	var once sync.Once
	channel, err := grpc.NewClient("passthrough:///"+c.Name, grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxMessage), grpc.MaxCallSendMsgSize(wire.MaxMessage)),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
			given := net.Conn(nil)
			once.Do(func() { given = conn })
			if given == nil {
				return nil, errors.New("the connection ended")
			}
			return given, nil
		}))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("plugin %s: %w", c.Name, err), conn.Close())
	}
	return &process{candidate: c, attached: channel, unused: conn, wire: wire.NewClient(channel)}, nil
}
