package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/tools/internal/contract"
)

const right = `syntax = "proto3";
package a.v1;
// S is a service.
service S {
  // Get gets.
  rpc Get(GetRequest) returns (stream GetResponse);
}
// GetRequest asks.
message GetRequest {
  // kind is the kind.
  Kind kind = 1;
}
// GetResponse answers.
message GetResponse {
  // form is one of.
  oneof form {
    // text is text.
    string text = 1;
    // data is bytes.
    bytes data = 2;
  }
}
// Kind is a kind.
enum Kind {
  // KIND_UNSPECIFIED is none.
  KIND_UNSPECIFIED = 0;
  // KIND_ONE is one.
  KIND_ONE = 1;
}
`

func write(t *testing.T, text string) string {
	t.Helper()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "a", "v1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "a", "v1", "a.proto"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestEveryRuleFindsItsMistake makes one mistake at a time in a file that is right.
func TestEveryRuleFindsItsMistake(t *testing.T) {
	for rule, change := range map[string][2]string{
		"PACKAGE_DIRECTORY_MATCH":     {"package a.v1", "package b.v1"},
		"PACKAGE_VERSION_SUFFIX":      {"package a.v1", "package a"},
		"MESSAGE_PASCAL_CASE":         {"GetRequest", "get_request"},
		"FIELD_LOWER_SNAKE_CASE":      {"string text", "string Text"},
		"ONEOF_LOWER_SNAKE_CASE":      {"oneof form", "oneof Form"},
		"ENUM_PASCAL_CASE":            {"Kind", "kind_of"},
		"ENUM_VALUE_UPPER_SNAKE_CASE": {"KIND_ONE =", "KIND_One ="},
		"ENUM_VALUE_PREFIX":           {"KIND_ONE =", "ONE ="},
		"ENUM_ZERO_VALUE_SUFFIX":      {"KIND_UNSPECIFIED =", "KIND_NONE ="},
		"ENUM_NO_ALLOW_ALIAS":         {"KIND_ONE = 1;", "KIND_ONE = 1;\n  // KIND_UN is one.\n  KIND_UN = 1;\n  option allow_alias = true;"},
		"SERVICE_PASCAL_CASE":         {"service S", "service s"},
		"RPC_PASCAL_CASE":             {"rpc Get(", "rpc get("},
		"RPC_REQUEST_STANDARD_NAME":   {"GetRequest", "Ask"},
		"RPC_RESPONSE_STANDARD_NAME":  {"GetResponse", "Answer"},
		"RPC_REQUEST_RESPONSE_UNIQUE": {"rpc Get(", "rpc Other(GetRequest) returns (GetResponse);\n  // Get gets.\n  rpc Get("},
		"COMMENT_MESSAGE":             {"// GetRequest asks.", ""},
		"COMMENT_FIELD":               {"// text is text.", ""},
		"COMMENT_ONEOF":               {"// form is one of.", ""},
		"COMMENT_ENUM":                {"// Kind is a kind.", ""},
		"COMMENT_ENUM_VALUE":          {"// KIND_ONE is one.", ""},
		"COMMENT_SERVICE":             {"// S is a service.", ""},
		"COMMENT_RPC":                 {"// Get gets.", ""},
	} {
		t.Run(rule, func(t *testing.T) {
			files, _, err := contract.Compile(write(t, strings.ReplaceAll(right, change[0], change[1])))
			if err != nil {
				t.Fatal(err)
			}
			if faults := strings.Join(lint(files), "\n"); !strings.Contains(faults, rule) {
				t.Errorf("not found; found was: %s", faults)
			}
		})
	}
}

func TestWhatWasReleasedStays(t *testing.T) {
	root := write(t, right)
	if faults, err := run(root, true); err != nil || len(faults) > 0 {
		t.Fatalf("%v %v", faults, err)
	}
	for name, c := range map[string]struct {
		from, to string
		breaks   bool
	}{
		"nothing":                {"", "", false},
		"a comment":              {"// text is text.", "// text is a text.", false},
		"a new field":            {"Kind kind = 1;", "Kind kind = 1;\n  // more is more.\n  string more = 2;", false},
		"another number":         {"Kind kind = 1;", "Kind kind = 2;", true},
		"another name":           {"Kind kind = 1;", "Kind sort = 1;", true},
		"another type":           {"string text = 1;", "bytes text = 1;", true},
		"repeated":               {"Kind kind = 1;", "repeated Kind kind = 1;", true},
		"a field out of a oneof": {"    // data is bytes.\n    bytes data = 2;\n  }", "  }\n  // data is bytes.\n  bytes data = 2;", true},
		"a value gone":           {"  // KIND_ONE is one.\n  KIND_ONE = 1;\n", "", true},
		"no stream":              {"returns (stream GetResponse)", "returns (GetResponse)", true},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(root, "a", "v1", "a.proto"), []byte(strings.Replace(right, c.from, c.to, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			faults, err := run(root, false)
			if err != nil || (len(faults) > 0) != c.breaks {
				t.Errorf("%v %v", faults, err)
			}
		})
	}
}
