package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Serve runs a plugin until the host ends it. It returns only when the process
// was started by something that is not sz.
func Serve(handler Handler) {
	harden()
	stderr := os.Stderr
	keepStderr = sync.OnceFunc(func() { os.Stderr = stderr })
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  Handshake(),
		VersionedPlugins: map[int]plugin.PluginSet{ProtocolVersion: {pluginName: guestEnd{}}},
		TLSProvider:      inheritedTLS,
		GRPCServer:       func(options []grpc.ServerOption) *grpc.Server { return NewServer(handler, options...) },
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Error, Output: os.Stderr}),
	})
}

// keepStderr gives os.Stderr back to the author before the first call is handled.
// go-plugin sends what is written there over the connection, which loses the last
// words of a process that ends right after them.
var keepStderr = func() {}

// inheritedTLS reads the credentials that the host left on an inherited pipe.
// Without one it answers nil, and go-plugin's own AutoMTLS takes over.
func inheritedTLS() (*tls.Config, error) {
	fd, err := strconv.Atoi(os.Getenv(EnvCredentials))
	if err != nil || fd < CredentialsFD {
		return nil, nil
	}
	pipe := os.NewFile(uintptr(fd), "credentials")
	if pipe == nil {
		return nil, errors.New("credentials: descriptor is not open")
	}
	credentials, err := ReadCredentials(pipe)
	if err != nil {
		return nil, err
	}
	go dieWithHost(pipe)
	return credentials.Server()
}

// dieWithHost ends the process when the host is gone: the host keeps its end of
// the pipe open for as long as it lives, and the kernel closes it afterwards.
func dieWithHost(pipe *os.File) {
	_, _ = io.Copy(io.Discard, pipe)
	os.Exit(0)
}

// NewServer is a server with the services of the contract, for [Serve] and for tests
// that need no process.
func NewServer(handler Handler, options ...grpc.ServerOption) *grpc.Server {
	services := &server{handler: handler}
	s := grpc.NewServer(append(options,
		grpc.MaxRecvMsgSize(MaxMessage), grpc.MaxSendMsgSize(MaxMessage),
		grpc.ChainUnaryInterceptor(recoverUnary, services.countUnary),
		grpc.ChainStreamInterceptor(recoverStream, services.countStream))...)
	services.register(s)
	return s
}

// guestEnd is the plugin's side of the go-plugin glue.
type guestEnd struct{ plugin.NetRPCUnsupportedPlugin }

// GRPCServer has nothing to do: [NewServer] registered the services.
func (guestEnd) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

// GRPCClient is for hosts only.
func (guestEnd) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("a plugin is no host")
}

// HostPlugins is the host's side of the go-plugin glue: what
// plugin.ClientConfig.VersionedPlugins takes. [Dispense] uses it.
func HostPlugins() map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{ProtocolVersion: {pluginName: &hostEnd{}}}
}

// Dispense turns a connected go-plugin client into a [Client].
func Dispense(protocol plugin.ClientProtocol) (*Client, error) {
	raw, err := protocol.Dispense(pluginName)
	if err != nil {
		return nil, err
	}
	return raw.(*Client), nil
}

type hostEnd struct{ plugin.NetRPCUnsupportedPlugin }

// GRPCServer is for plugins only.
func (*hostEnd) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("a host is no plugin")
}

// GRPCClient makes the client.
func (*hostEnd) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return NewClient(conn), nil
}

func recoverUnary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = panicStatus(info.FullMethod)
		}
	}()
	keepStderr()
	return handle(ctx, request)
}

func recoverStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = panicStatus(info.FullMethod)
		}
	}()
	if strings.HasPrefix(info.FullMethod, servicePrefix) {
		keepStderr()
	}
	return handle(srv, stream)
}

// panicStatus names the place of a panic and never its cause: the cause may be
// a value that the plugin was working on.
func panicStatus(method string) error {
	return status.Errorf(codes.Internal, "the plugin panicked in %s at %s; report it to the plugin's author",
		strings.TrimPrefix(method, servicePrefix), panicSite())
}

// panicSite is the function that panicked: the first frame above the runtime
// that recover unwound from.
func panicSite() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case strings.HasPrefix(frame.Function, "runtime."):
			panicking = panicking || frame.Function == "runtime.gopanic"
		case panicking:
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
