package plugintest

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/internal/ambient"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// Options are what surrounds a plugin under test.
type Options struct {
	// Store answers what the plugin asks through sdk.HTTPClient, whatever host it
	// names. Without one every request is refused.
	Store http.Handler
	// Env is the whole environment that tags see.
	Env map[string]string
	// Clock is the time; by default it stands at the start of 2026, UTC.
	Clock *Clock
	// Allowed are the texts that the user's own configuration allows, by the name of an
	// sdk.Allowance.
	Allowed map[string][]string
}

// Plugin is a plugin that runs in the process of the test.
type Plugin struct {
	Clock   *Clock
	Network *Network

	t       testing.TB
	allowed map[string][]string
	client  *wire.Client
	changer *wire.Changer
	log     lockedBuffer
}

// Start runs p until the test ends. Methods of what it returns fail the test when
// the call itself fails, such as by a panic; what the plugin has to say comes back as
// an error.
func Start(t testing.TB, p sdk.Plugin, options Options) *Plugin {
	t.Helper()
	out := &Plugin{t: t, allowed: options.Allowed, Clock: options.Clock, Network: &Network{store: options.Store}}
	if out.Clock == nil {
		out.Clock = NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	conn, stop, err := serve(p, &ambient.Ambient{
		Now: out.Clock.Now, Sleep: out.Clock.sleep, Transport: out.Network, Log: &out.log,
		LookupEnv: func(name string) (string, bool) { text, ok := options.Env[name]; return text, ok },
	})
	if err != nil {
		t.Fatalf("plugintest: %v", err)
	}
	out.client = wire.NewClient(conn)
	t.Cleanup(func() {
		if out.changer != nil {
			out.changer.Close()
		}
		stop()
	})
	return out
}

// Log is what the plugin has logged so far. Lines of a call come when it ends.
func (p *Plugin) Log() string { return p.log.String() }

// begin makes sure that the plugin may change things, as in an apply.
func (p *Plugin) begin() *wire.Changer {
	p.t.Helper()
	if p.changer == nil {
		changer, err := p.client.Begin(p.t.Context(), "plugintest")
		if err != nil {
			p.t.Fatalf("plugintest: %v", err)
		}
		p.changer = changer
	}
	return p.changer
}

// Generate makes one value.
func (p *Plugin) Generate(kind string, config Config) (secret.Payload, error) {
	p.t.Helper()
	made, err := p.begin().Generate(p.t.Context(), []wire.GeneratorItem{{Kind: kind, Config: config.value()}})
	if err != nil {
		p.t.Fatalf("plugintest: %v", err)
	}
	return made[0].Payload, errorOf(made[0].Diagnostics)
}

// CheckGenerator finds what is wrong with a generator's configuration, and the
// strength of a value made so, in bits.
func (p *Plugin) CheckGenerator(kind string, config Config) (float64, error) {
	p.t.Helper()
	found, err := p.client.CheckGenerators(p.t.Context(), []wire.GeneratorItem{{Kind: kind, Config: config.value()}})
	if err != nil {
		p.t.Fatalf("plugintest: %v", err)
	}
	return found[0].EntropyBits, errorOf(found[0].Diagnostics)
}

// Open opens the one provider instance and fails the test when that fails; see
// [Plugin.TryOpen].
func (p *Plugin) Open(kind string, config Config) *Plugin {
	p.t.Helper()
	if _, err := p.TryOpen(kind, config); err != nil {
		p.t.Fatalf("plugintest: open %s: %v", kind, err)
	}
	return p
}

// TryOpen opens the one provider instance and returns what is known of who it acts
// as.
func (p *Plugin) TryOpen(kind string, config Config) ([]sdk.Claim, error) {
	p.t.Helper()
	claims, found, err := p.client.Open(p.t.Context(), wire.OpenRequest{Kind: kind, Alias: "test", Config: config.value(), ProjectRoot: p.t.TempDir(), Allowances: p.allowed})
	if err != nil {
		p.t.Fatalf("plugintest: %v", err)
	}
	return claims, errorOf(found)
}

// serve runs a plugin in this process and connects to it.
func serve(p sdk.Plugin, around *ambient.Ambient) (*grpc.ClientConn, func(), error) {
	listener := bufconn.Listen(1 << 20)
	server := wire.NewServer(sdk.NewHandler(p),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			return handle(ambient.With(ctx, around), request)
		}),
		grpc.ChainStreamInterceptor(func(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
			return handle(service, surrounded{stream, ambient.With(stream.Context(), around)})
		}))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with Stop
	}()
	conn, err := grpc.NewClient("passthrough:plugin", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	stop := func() {
		if conn != nil {
			_ = conn.Close() // there is nothing left to lose
		}
		server.Stop()
		<-done
	}
	if err != nil {
		stop()
	}
	return conn, stop, err
}

// surrounded is a stream whose context has other surroundings.
type surrounded struct {
	grpc.ServerStream
	ctx context.Context
}

// Context is the context.
func (s surrounded) Context() context.Context { return s.ctx }

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write keeps b.
func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// String is all that was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
