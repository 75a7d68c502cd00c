package sshkey

import (
	"context"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/generators/internal/tool"
	"github.com/secretzero/sz/sdk"
)

func bits(n int64) *int64    { return &n }
func curve(s string) *string { return &s }

var pairs = map[string]Config{
	"ssh-ed25519":         {Algorithm: "ed25519", Comment: "deploy@shop"},
	"ecdsa-sha2-nistp256": {Algorithm: "ecdsa"},
	"ecdsa-sha2-nistp384": {Algorithm: "ecdsa", Curve: curve("P-384"), Comment: "two words"},
	"ecdsa-sha2-nistp521": {Algorithm: "ecdsa", Curve: curve("P-521")},
	"ssh-rsa":             {Algorithm: "rsa", Bits: bits(2048), Comment: "ä"},
}

func made(t *testing.T, c Config) (private, public string) {
	t.Helper()
	kind := Kind().(sdk.GeneratorOf[Config])
	payload, err := kind.Generate(context.Background(), c)
	if err != nil || len(payload.Fields()) != len(kind.Fields) {
		t.Fatalf("%d fields: %v", len(payload.Fields()), err)
	}
	for i, name := range kind.Fields {
		if payload.Fields()[i].Name != name {
			t.Fatalf("field %s, want %s", payload.Fields()[i].Name, name)
		}
	}
	return string(payload.Fields()[0].Value.Scalar().Expose()), string(payload.Fields()[1].Value.Scalar().Expose())
}

// TestSSHKeygenReadsThePairs derives the public key with ssh-keygen, which must be
// the one beside the private key, with the comment that is inside that.
func TestSSHKeygenReadsThePairs(t *testing.T) {
	for algorithm, c := range pairs {
		t.Run(algorithm, func(t *testing.T) {
			private, public := made(t, c)
			if !strings.HasPrefix(public, algorithm+" ") || strings.Contains(public, "\n") {
				t.Errorf("the public key is no line that begins with %s", algorithm)
			}
			derived := tool.Run(t, "ssh-keygen", "-y", "-P", "", "-f", tool.File(t, []byte(private)))
			if strings.TrimSuffix(derived, "\n") != public {
				t.Error("ssh-keygen derives another public key")
			}
			if listed := tool.Run(t, "ssh-keygen", "-l", "-f", tool.File(t, []byte(public+"\n"))); c.Comment != "" && !strings.Contains(listed, c.Comment) {
				t.Errorf("ssh-keygen does not show the comment: %s", listed)
			}
		})
	}
}

func TestTwoPairsDiffer(t *testing.T) {
	first, _ := made(t, pairs["ssh-ed25519"])
	second, _ := made(t, pairs["ssh-ed25519"])
	if first == second {
		t.Error("the same key twice")
	}
}
