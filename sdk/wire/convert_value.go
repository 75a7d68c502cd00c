package wire

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// valueToPB lifts the seal of sealed text: whoever calls it has decided that the
// text belongs in configuration. [splitSensitive] has taken the rest out before.
func valueToPB(v schema.Value) *pb.Value {
	switch v.Kind() {
	case schema.Bool:
		return &pb.Value{Kind: &pb.Value_Boolean{Boolean: v.Bool()}}
	case schema.String:
		return &pb.Value{Kind: &pb.Value_Text{Text: v.Expose()}}
	case schema.Bytes:
		return &pb.Value{Kind: &pb.Value_Binary{Binary: v.Secret().Expose()}}
	case schema.Number:
		return &pb.Value{Kind: &pb.Value_Number{Number: v.Expose()}}
	case schema.List:
		list := &pb.ListValue{}
		for _, item := range v.Items() {
			list.Items = append(list.Items, valueToPB(item))
		}
		return &pb.Value{Kind: &pb.Value_List{List: list}}
	case schema.Map:
		object := &pb.ObjectValue{}
		for _, f := range v.Fields() {
			object.Members = append(object.Members, &pb.Member{Name: f.Name, Value: valueToPB(f.Value)})
		}
		return &pb.Value{Kind: &pb.Value_Object{Object: object}}
	case schema.Unknown:
		return &pb.Value{Kind: &pb.Value_Unknown{Unknown: &pb.Unknown{}}}
	default:
		return nil
	}
}

func valueFromPB(v *pb.Value) schema.Value {
	switch kind := v.GetKind().(type) {
	case *pb.Value_Boolean:
		return schema.NewBool(kind.Boolean)
	case *pb.Value_Text:
		return schema.NewString(kind.Text)
	case *pb.Value_Binary:
		return schema.NewBytes(secret.New(kind.Binary))
	case *pb.Value_Number:
		return schema.NewNumber(kind.Number)
	case *pb.Value_List:
		items := make([]schema.Value, len(kind.List.GetItems()))
		for i, item := range kind.List.GetItems() {
			items[i] = valueFromPB(item)
		}
		return schema.NewList(items)
	case *pb.Value_Object:
		fields := make([]schema.Field, len(kind.Object.GetMembers()))
		for i, m := range kind.Object.GetMembers() {
			fields[i] = schema.Field{Name: m.GetName(), Value: valueFromPB(m.GetValue())}
		}
		return schema.NewMap(fields)
	case *pb.Value_Unknown:
		return schema.NewUnknown()
	default:
		return schema.Value{}
	}
}

var scalarTypes = map[secret.Type]pb.ScalarType{
	secret.Text:   pb.ScalarType_SCALAR_TYPE_TEXT,
	secret.Binary: pb.ScalarType_SCALAR_TYPE_BINARY,
	secret.Number: pb.ScalarType_SCALAR_TYPE_NUMBER,
	secret.Bool:   pb.ScalarType_SCALAR_TYPE_BOOL,
	secret.Null:   pb.ScalarType_SCALAR_TYPE_NULL,
}

func payloadToPB(p secret.Payload) *pb.SecretPayload {
	switch p.Type() {
	case secret.Object:
		object := &pb.SecretObject{}
		for _, f := range p.Fields() {
			object.Fields = append(object.Fields, &pb.SecretField{Name: f.Name, Payload: payloadToPB(f.Value)})
		}
		return &pb.SecretPayload{Form: &pb.SecretPayload_Object{Object: object}}
	case secret.List:
		list := &pb.SecretList{}
		for _, item := range p.Items() {
			list.Items = append(list.Items, payloadToPB(item))
		}
		return &pb.SecretPayload{Form: &pb.SecretPayload_List{List: list}}
	default:
		scalar := &pb.SecretScalar{Type: scalarTypes[p.Type()], Data: p.Scalar().Expose()}
		return &pb.SecretPayload{Form: &pb.SecretPayload_Scalar{Scalar: scalar}}
	}
}

func payloadFromPB(p *pb.SecretPayload) secret.Payload {
	switch form := p.GetForm().(type) {
	case *pb.SecretPayload_Object:
		fields := make([]secret.Field, len(form.Object.GetFields()))
		for i, f := range form.Object.GetFields() {
			fields[i] = secret.Field{Name: f.GetName(), Value: payloadFromPB(f.GetPayload())}
		}
		return secret.NewObject(fields)
	case *pb.SecretPayload_List:
		items := make([]secret.Payload, len(form.List.GetItems()))
		for i, item := range form.List.GetItems() {
			items[i] = payloadFromPB(item)
		}
		return secret.NewList(items)
	case *pb.SecretPayload_Scalar:
		for t, wireType := range scalarTypes {
			if wireType == form.Scalar.GetType() {
				return secret.Scalar(t, secret.New(form.Scalar.GetData()))
			}
		}
		return secret.NewText(secret.New(form.Scalar.GetData()))
	default:
		return secret.Payload{}
	}
}

// splitSensitive takes the sealed texts out of v: what is left may be shown.
func splitSensitive(at schema.Path, v schema.Value) (schema.Value, []*pb.SensitiveAttribute) {
	var taken []*pb.SensitiveAttribute
	switch {
	case v.Sealed():
		taken := &pb.SensitiveAttribute{Path: pathToPB(at), Data: v.Secret().Expose()}
		if v.Kind() == schema.Number {
			taken.Type = pb.ScalarType_SCALAR_TYPE_NUMBER
		}
		return schema.Value{}, []*pb.SensitiveAttribute{taken}
	case v.Kind() == schema.Map:
		fields := make([]schema.Field, 0, len(v.Fields()))
		for _, f := range v.Fields() {
			rest, more := splitSensitive(append(at[:len(at):len(at)], schema.Step{Key: f.Name}), f.Value)
			taken = append(taken, more...)
			fields = append(fields, schema.Field{Name: f.Name, Value: rest})
		}
		return schema.NewMap(fields), taken
	case v.Kind() == schema.List:
		items := make([]schema.Value, len(v.Items()))
		for i, item := range v.Items() {
			rest, more := splitSensitive(append(at[:len(at):len(at)], schema.Step{Index: i}), item)
			taken = append(taken, more...)
			items[i] = rest
		}
		return schema.NewList(items), taken
	}
	return v, nil
}

// joinSensitive puts back what [splitSensitive] took out.
func joinSensitive(v schema.Value, secrets []*pb.SensitiveAttribute) schema.Value {
	for _, s := range secrets {
		leaf := schema.NewSealed(secret.New(s.GetData()))
		if s.GetType() == pb.ScalarType_SCALAR_TYPE_NUMBER {
			leaf = schema.NewSealedNumber(secret.New(s.GetData()))
		}
		v = insert(v, pathFromPB(s.GetPath()), leaf)
	}
	return v
}

func insert(v schema.Value, at schema.Path, leaf schema.Value) schema.Value {
	if len(at) == 0 {
		return leaf
	}
	if at[0].Key == "" {
		items := append([]schema.Value(nil), v.Items()...)
		if at[0].Index < len(items) {
			items[at[0].Index] = insert(items[at[0].Index], at[1:], leaf)
		}
		return schema.NewList(items)
	}
	fields := append([]schema.Field(nil), v.Fields()...)
	for i, f := range fields {
		if f.Name == at[0].Key {
			fields[i].Value = insert(f.Value, at[1:], leaf)
			return schema.NewMap(fields)
		}
	}
	return schema.NewMap(append(fields, schema.Field{Name: at[0].Key, Value: insert(schema.Value{}, at[1:], leaf)}))
}

func pathToPB(p schema.Path) []*pb.PathStep {
	steps := make([]*pb.PathStep, len(p))
	for i, s := range p {
		if s.Key != "" {
			steps[i] = &pb.PathStep{Step: &pb.PathStep_Key{Key: s.Key}}
		} else {
			steps[i] = &pb.PathStep{Step: &pb.PathStep_Index{Index: uint32(s.Index)}}
		}
	}
	return steps
}

func pathFromPB(steps []*pb.PathStep) schema.Path {
	p := make(schema.Path, len(steps))
	for i, s := range steps {
		p[i] = schema.Step{Key: s.GetKey(), Index: int(s.GetIndex())}
	}
	return p
}

func timeToPB(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func timeFromPB(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

func durationToPB(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}
