package wire

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
	"github.com/secretzero/sz/sdk/secret"
)

var transcriptBlock = regexp.MustCompile("(?s)```textproto\n# ([A-Za-z0-9.]+)\n(.*?)```")

// TestTheTranscriptIsOfTheContract reads docs/plugin-protocol.md: every message of its
// transcript is one of the contract, every call and every permission of the contract is
// on the page, and the comparison is the one that the value has.
func TestTheTranscriptIsOfTheContract(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "plugin-protocol.md"))
	if err != nil {
		t.Fatal(err)
	}
	var challenge *pb.TargetsInspectRequest
	var compared *pb.TargetsInspectResponse
	blocks := transcriptBlock.FindAllSubmatch(page, -1)
	for _, block := range blocks {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(block[1]))
		if err != nil {
			t.Errorf("%s: %v", block[1], err)
			continue
		}
		message := kind.New().Interface()
		if err := prototext.Unmarshal(block[2], message); err != nil {
			t.Errorf("%s: %v", block[1], err)
		}
		switch m := message.(type) {
		case *pb.TargetsInspectRequest:
			challenge = m
		case *pb.TargetsInspectResponse:
			compared = m
		}
	}
	if len(blocks) < 10 {
		t.Fatalf("only %d messages were found", len(blocks))
	}
	want := secret.Comparison(challenge.GetChallengeKey(), challenge.GetItems()[0].GetTarget().GetAddress(), secret.FromString("s3cret-value"))
	if got := compared.GetState().GetComparison(); string(got) != string(want) {
		t.Errorf("the comparison is %x, not %x", got, want)
	}
	for _, file := range []protoreflect.FileDescriptor{pb.File_sz_plugin_v1_plugin_proto, pb.File_sz_plugin_v1_generators_proto, pb.File_sz_plugin_v1_targets_proto} {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				if call := string(service.Name()) + "." + string(service.Methods().Get(j).Name()); !strings.Contains(string(page), "`"+call+"`") {
					t.Errorf("the page does not tell of %s", call)
				}
			}
		}
	}
	requests := (&pb.PermissionRequest{}).ProtoReflect().Descriptor().Oneofs().ByName("permission").Fields()
	for i := range requests.Len() {
		if name := string(requests.Get(i).Name()); !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("the page does not tell of the permission %s", name)
		}
	}
	for _, variable := range []string{Handshake().MagicCookieKey, EnvCredentials, EnvEgress} {
		if !strings.Contains(string(page), variable) {
			t.Errorf("the page does not tell of %s", variable)
		}
	}
}
