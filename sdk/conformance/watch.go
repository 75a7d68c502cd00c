package conformance

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"path"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/secretzero/sz/sdk/internal/mask"
	pb "github.com/secretzero/sz/sdk/internal/wirepb"
	"github.com/secretzero/sz/sdk/secret"
)

// leaks are the places where a value came out that should have stayed in.
type leaks struct {
	mu    sync.Mutex
	seen  map[string]bool
	found []string
}

func (l *leaks) add(where string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	if !l.seen[where] {
		l.seen[where] = true
		l.found = append(l.found, where)
	}
}

// secrets are the values of a run: raw, and their digests, which must not travel
// either.
type secrets struct {
	mask.Set
	digests mask.Set
}

// know makes the values of a payload known.
func (s *secrets) know(p secret.Payload) {
	p.Walk(func(v secret.Value) {
		if v.Len() < 8 {
			return // it could stand anywhere by chance
		}
		s.Add(v)
		b := v.Expose()
		one, two, three, four := sha256.Sum256(b), sha1.Sum(b), md5.Sum(b), sha512.Sum512(b)
		for _, digest := range [][]byte{one[:], two[:], three[:], four[:]} {
			s.digests.Add(secret.New(digest))
		}
	})
}

// look searches what came from the plugin.
func (r *run) look(where string, data []byte) {
	if r.secrets.Holds(data) {
		r.leaks.add("a value is in " + where)
	}
	if r.secrets.digests.Holds(data) {
		r.leaks.add("the digest of a value is in " + where)
	}
}

// watched is a connection on which everything that comes back is searched. With grease
// everything that is sent has fields that the plugin cannot know.
type watched struct {
	inner  grpc.ClientConnInterface
	run    *run
	grease bool
}

// Invoke makes a call.
func (w *watched) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	if w.grease {
		grease(args.(proto.Message).ProtoReflect())
	}
	err := w.inner.Invoke(ctx, method, args, reply, options...)
	w.heard(method, reply, err)
	return err
}

// NewStream opens a stream.
func (w *watched) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := w.inner.NewStream(ctx, desc, method, options...)
	if err != nil {
		return nil, err
	}
	return &watchedStream{stream, w, method}, nil
}

type watchedStream struct {
	grpc.ClientStream
	on     *watched
	method string
}

// SendMsg sends a message.
func (s *watchedStream) SendMsg(m any) error {
	if s.on.grease {
		grease(m.(proto.Message).ProtoReflect())
	}
	return s.ClientStream.SendMsg(m)
}

// RecvMsg receives a message.
func (s *watchedStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	s.on.heard(s.method, m, err)
	return err
}

func (w *watched) heard(method string, reply any, err error) {
	call := path.Base(method)
	if err != nil {
		w.run.look("the error of "+call, []byte(status.Convert(err).Message()))
		return
	}
	w.search(call, reply.(proto.Message).ProtoReflect())
}

// search looks at every text of a message but those of a payload, which is where
// values belong.
func (w *watched) search(where string, m protoreflect.Message) {
	if m.Descriptor().FullName() == (*pb.SecretPayload)(nil).ProtoReflect().Descriptor().FullName() {
		return
	}
	w.run.look(where+" (a field that the contract does not have)", m.GetUnknown())
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		here := fmt.Sprintf("%s.%s", where, field.Name())
		switch {
		case field.IsList():
			for i := range v.List().Len() {
				w.searchValue(here, field, v.List().Get(i))
			}
		case field.IsMap():
			v.Map().Range(func(key protoreflect.MapKey, member protoreflect.Value) bool {
				w.run.look(here, []byte(key.String()))
				w.searchValue(here, field.MapValue(), member)
				return true
			})
		default:
			w.searchValue(here, field, v)
		}
		return true
	})
}

func (w *watched) searchValue(where string, field protoreflect.FieldDescriptor, v protoreflect.Value) {
	switch field.Kind() {
	case protoreflect.MessageKind:
		w.search(where, v.Message())
	case protoreflect.StringKind:
		w.run.look(where, []byte(v.String()))
	case protoreflect.BytesKind:
		w.run.look(where, v.Bytes())
	}
}

// greaseField is a field that no version of the contract has.
const greaseField = 15999

// grease adds an unknown field to a message and to every message in it.
func grease(m protoreflect.Message) {
	unknown := protowire.AppendTag(nil, greaseField, protowire.BytesType)
	m.SetUnknown(protowire.AppendString(unknown, "of a later version"))
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.IsMap() || field.Kind() != protoreflect.MessageKind:
		case field.IsList():
			for i := range v.List().Len() {
				grease(v.List().Get(i).Message())
			}
		default:
			grease(v.Message())
		}
		return true
	})
}
