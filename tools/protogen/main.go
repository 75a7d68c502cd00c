// Command protogen generates the Go code of the wire contract in proto/ without
// a protoc binary and without a network: it compiles the files with protocompile
// and hands them to the two generators that this module pins.
//
// Usage, from the root of the repository: make proto
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/secretzero/sz/tools/internal/contract"
)

// goPackage is where the generated code lives; the proto files stay free of
// language options.
const goPackage = "github.com/secretzero/sz/sdk/internal/wirepb;wirepb"

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: protogen PROTO_DIR OUT_DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "protogen:", err)
		os.Exit(1)
	}
}

func run(root, out string) error {
	files, names, err := contract.Compile(root)
	if err != nil {
		return err
	}
	request := &pluginpb.CodeGeneratorRequest{FileToGenerate: names, ProtoFile: withImports(files)}
	for _, name := range names {
		request.Parameter = proto.String(request.GetParameter() + "M" + name + "=" + goPackage + ",")
	}
	for _, generator := range []string{"protoc-gen-go", "protoc-gen-go-grpc"} {
		if err := generate(generator, request, out); err != nil {
			return err
		}
	}
	return nil
}

// withImports lists every file after the files that it imports, as generators
// expect.
func withImports(files linker.Files) []*descriptorpb.FileDescriptorProto {
	var list []*descriptorpb.FileDescriptorProto
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
		if result, ok := file.(linker.Result); ok {
			list = append(list, result.FileDescriptorProto())
			return
		}
		list = append(list, protodesc.ToFileDescriptorProto(file))
	}
	for _, file := range files {
		add(file)
	}
	return list
}

func generate(generator string, request *pluginpb.CodeGeneratorRequest, out string) error {
	input, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	var output bytes.Buffer
	cmd := exec.Command("go", "tool", generator)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &output, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", generator, err)
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(output.Bytes(), &response); err != nil {
		return fmt.Errorf("%s answered: %w", generator, err)
	}
	if response.Error != nil {
		return fmt.Errorf("%s: %w", generator, errors.New(response.GetError()))
	}
	for _, file := range response.GetFile() {
		path := filepath.Join(out, filepath.Base(file.GetName()))
		if err := os.WriteFile(path, []byte(file.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
