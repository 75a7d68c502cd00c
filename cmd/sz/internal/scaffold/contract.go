package scaffold

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// contract is the contract of plugins as protoc compiles it, a FileDescriptorSet with
// what the contract imports, for languages that cannot read its text. It is the one
// that this sz speaks.
func contract() ([]byte, error) {
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, name := range []string{"generators", "targets"} {
		file, err := protoregistry.GlobalFiles.FindFileByPath("sz/plugin/v1/" + name + ".proto")
		if err != nil {
			return nil, fmt.Errorf("the contract of plugins: %w", err)
		}
		add(file)
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(set)
}
