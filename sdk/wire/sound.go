package wire

import (
	"context"
	"fmt"
	"math"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// maxNesting is how deep an answer may nest messages: a value of sixteen levels, of
// which each takes three.
const maxNesting = 64

// soundConn is a connection whose answers say nothing that this version of the
// protocol has no meaning for. It looks at all calls, so that no answer is passed over.
type soundConn struct{ grpc.ClientConnInterface }

// Invoke makes a call with one answer.
func (c soundConn) Invoke(ctx context.Context, method string, request, answer any, options ...grpc.CallOption) error {
	if err := c.ClientConnInterface.Invoke(ctx, method, request, answer, options...); err != nil {
		return err
	}
	return sound(answer)
}

// NewStream begins a call with a stream of answers.
func (c soundConn) NewStream(ctx context.Context, d *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := c.ClientConnInterface.NewStream(ctx, d, method, options...)
	if err != nil {
		return nil, err
	}
	return soundStream{stream}, nil
}

type soundStream struct{ grpc.ClientStream }

// RecvMsg waits for the next answer.
func (s soundStream) RecvMsg(answer any) error {
	if err := s.ClientStream.RecvMsg(answer); err != nil {
		return err
	}
	return sound(answer)
}

// sound refuses an answer with an enum value, a time or a number that means nothing.
// A description is let through: by what a host does not know there, a later version of
// the protocol announces itself.
func sound(answer any) error {
	message, ok := answer.(proto.Message)
	if _, describes := answer.(*pb.DescribeResponse); !ok || describes {
		return nil
	}
	return soundMessage(message.ProtoReflect(), maxNesting)
}

func soundMessage(m protoreflect.Message, nesting int) error {
	if nesting == 0 {
		return fmt.Errorf("answered with something nested more than %d deep", maxNesting)
	}
	var err error
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.IsMap(): // of texts, in this protocol
		case field.IsList():
			for i := 0; i < v.List().Len() && err == nil; i++ {
				err = soundValue(field, v.List().Get(i), nesting)
			}
		default:
			err = soundValue(field, v, nesting)
		}
		return err == nil
	})
	return err
}

func soundValue(field protoreflect.FieldDescriptor, v protoreflect.Value, nesting int) error {
	switch field.Kind() {
	case protoreflect.EnumKind:
		if field.Enum().Values().ByNumber(v.Enum()) == nil {
			return fmt.Errorf("answered with %s %d, which means nothing", field.Name(), v.Enum())
		}
	case protoreflect.DoubleKind:
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) || v.Float() < 0 {
			return fmt.Errorf("answered with %s %v, which means nothing", field.Name(), v.Float())
		}
	case protoreflect.MessageKind:
		switch known := v.Message().Interface().(type) {
		case *timestamppb.Timestamp:
			if known.CheckValid() != nil {
				return fmt.Errorf("answered with %s, a time that there is not", field.Name())
			}
		case *durationpb.Duration:
			if known.CheckValid() != nil || known.AsDuration() < 0 {
				return fmt.Errorf("answered with %s, a duration that there is not", field.Name())
			}
		}
		return soundMessage(v.Message(), nesting-1)
	}
	return nil
}
