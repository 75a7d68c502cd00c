package target

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// project is a project with its own state, and what the host calls.
type project struct {
	*testing.T
	dir, state string
	session    *session
	kind       sdk.TargetOf[*session, Config]
}

func newProject(t *testing.T) project {
	t.Helper()
	p := project{T: t, dir: t.TempDir(), state: t.TempDir()}
	t.Setenv("XDG_STATE_HOME", p.state)
	p.open()
	return p
}

// open begins a session anew, as another run of sz would.
func (p *project) open() {
	p.Helper()
	provider := Provider().(sdk.ProviderOf[ProviderConfig, *session])
	s, _, err := provider.Open(context.Background(), ProviderConfig{}, sdk.OpenInfo{Alias: "local", ProjectRoot: p.dir})
	if err != nil {
		p.Fatal(err)
	}
	p.session, p.kind = s, provider.Targets[0].(sdk.TargetOf[*session, Config])
}

func (p project) file(name, text string, mode fs.FileMode) {
	p.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		p.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		p.Fatal(err)
	}
}

func (p project) content(name string) string {
	p.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.Fatal(err)
	}
	return string(text)
}

func in(path string, change ...func(*Config)) Config {
	c := Config{Path: path, Merge: true, Mode: "0600"}
	for _, f := range change {
		f(&c)
	}
	return c
}

func key(k string) func(*Config) { return func(c *Config) { c.Key = k } }

func alone(c *Config) { c.Merge = false }

// at is the target of a secret named db-password.
func (p project) at(c Config, fields ...string) sdk.Target[Config] {
	p.Helper()
	place, err := p.kind.Check(context.Background(), p.session, sdk.Wanted[Config]{Config: c, Secret: "db-password", Fields: fields})
	if err != nil {
		p.Fatal(err)
	}
	return sdk.Target[Config]{Address: place.Address, Config: c, Fields: fields, Known: true}
}

func text(s string) secret.Payload { return secret.NewText(secret.FromString(s)) }

func object(pairs ...string) secret.Payload {
	var fields []secret.Field
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, secret.Field{Name: pairs[i], Value: text(pairs[i+1])})
	}
	return secret.NewObject(fields)
}

// write writes as operation op and returns the code of the error, if any.
func (p project) write(t sdk.Target[Config], value secret.Payload, op string, expect sdk.Expectation) (sdk.WriteResult, string) {
	result, err := p.kind.Write(context.Background(), p.session, sdk.Write[Config]{
		Target: t, Payload: value, Mark: sdk.Mark{Owner: "shop.1/-/db-password", Operation: op}, Expect: expect,
	})
	return result, code(err)
}

func code(err error) string {
	if err == nil {
		return ""
	}
	if d, ok := errors.AsType[*sdk.Error](err); ok {
		return d.Code
	}
	return err.Error()
}

var create = sdk.Expectation{Absent: true}

// written writes and insists.
func (p project) written(t sdk.Target[Config], value secret.Payload, op string, expect sdk.Expectation) sdk.Receipt {
	p.Helper()
	result, failure := p.write(t, value, op, expect)
	if result.Outcome != sdk.Applied || failure != "" {
		p.Fatalf("outcome %v, %s", result.Outcome, failure)
	}
	if len(result.Receipt.Data) > 0 || result.Receipt.Revision == "" {
		p.Fatalf("receipt %+v", result.Receipt)
	}
	return result.Receipt
}

func (p project) inspect(t sdk.Target[Config], r sdk.Receipt) sdk.State {
	p.Helper()
	state, err := p.kind.Inspect(context.Background(), p.session, sdk.Inspection[Config]{Target: t, Receipt: r})
	if err != nil {
		p.Fatal(err)
	}
	return state
}

func TestInspectTellsTheStates(t *testing.T) {
	for _, name := range []string{".env", "a.json", "deep/er/a.yaml", "a.toml", "a.tfvars"} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t)
			target := p.at(in(name, key("KEY")))
			if s := p.inspect(target, sdk.Receipt{}); s.Presence != sdk.Absent {
				t.Fatalf("at first: %+v", s)
			}
			r := p.written(target, text("v4lue"), "1.a", create)
			p.open()
			if s := p.inspect(target, r); s.Presence != sdk.Present || s.Match != sdk.Matches || s.Receipt.Revision != r.Revision || s.Mark.Operation != "1.a" {
				t.Errorf("written: %+v", s)
			}
			if s := p.inspect(target, sdk.Receipt{}); s.Presence != sdk.Present || s.Match != sdk.CannotTell {
				t.Errorf("without a receipt: %+v", s)
			}
			p.file(name, strings.Replace(p.content(name), "v4lue", "edited", 1), 0o600)
			if s := p.inspect(target, r); s.Match != sdk.Differs || !s.Mark.IsZero() {
				t.Errorf("edited: %+v", s)
			}
			t.Setenv("XDG_STATE_HOME", t.TempDir())
			if s := p.inspect(target, r); s.Presence != sdk.Present || s.Match != sdk.CannotTell {
				t.Errorf("on another machine: %+v", s)
			}
		})
	}
}

func TestLookingMakesNothing(t *testing.T) {
	p := newProject(t)
	p.file(".env", "KEY=there\n", 0o600)
	p.inspect(p.at(in(".env", key("KEY"))), sdk.Receipt{Version: 1, Revision: "x"})
	if entries, _ := os.ReadDir(p.state); len(entries) > 0 {
		t.Errorf("the state directory holds %v", entries)
	}
}

func TestEveryValueComesBack(t *testing.T) {
	for _, name := range []string{".env", "a.json", "a.yml", "a.toml", "a.tfvars", "a.txt"} {
		for _, value := range []string{"", " x ", "a\nb", `'"$#=\`, "é→😀", "null", "5"} {
			p := newProject(t)
			target := p.at(in(name))
			p.written(target, text(value), "1.a", create)
			result, err := p.kind.Read(context.Background(), p.session, sdk.Read[Config]{Target: target})
			if got := string(result.Payload.Scalar().Expose()); err != nil || got != value {
				t.Errorf("%s: %q came back as %q (%v)", name, value, got, err)
			}
		}
	}
}

// TestTypesOutliveTexts stores what a dotenv file holds as texts, and reads it as it was
// for as long as it is what was stored there.
func TestTypesOutliveTexts(t *testing.T) {
	number, yes := secret.Scalar(secret.Number, secret.FromString("5432")), secret.Scalar(secret.Bool, secret.FromString("true"))
	several := secret.NewObject([]secret.Field{{Name: "user", Value: text("u")}, {Name: "port", Value: number}, {Name: "tls", Value: yes}, {Name: "none", Value: secret.Scalar(secret.Null, secret.Value{})}})
	for name, c := range map[string]struct {
		config       Config
		fields       []string
		value        secret.Payload
		holds, typed string
		asText       string
	}{
		"number":  {in(".env", key("PORT")), nil, number, "PORT=5432\n", "5432", `"5432"`},
		"object":  {in(".env", key("ALL")), nil, secret.NewObject([]secret.Field{{Name: "port", Value: number}}), "ALL='{\"port\":5432}'\n", `{"port":5432}`, `"{\"port\":5432}"`},
		"fields":  {in(".env"), []string{"user", "port", "tls", "none"}, several, "user=u\nport=5432\ntls=true\nnone=''\n", `{"user":"u","port":5432,"tls":true,"none":null}`, `{"user":"u","port":"5432","tls":"true","none":""}`},
		"in text": {in("port.txt"), nil, number, "5432", "5432", `"5432"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t)
			target := p.at(c.config, c.fields...)
			read := func() string {
				p.open()
				result, err := p.kind.Read(context.Background(), p.session, sdk.Read[Config]{Target: target})
				if err != nil {
					t.Fatal(err)
				}
				encoded, err := result.Payload.EncodeJSON()
				if err != nil {
					t.Fatal(err)
				}
				return string(encoded.Expose())
			}
			p.written(target, c.value, "1.a", create)
			if got := p.content(c.config.Path); got != c.holds {
				t.Errorf("the file holds %q", got)
			}
			if got := read(); got != c.typed {
				t.Errorf("it comes back as %s", got)
			}
			// What somebody else wrote is text, and on a machine that did not write it, all is.
			stored := p.content(c.config.Path)
			p.file(c.config.Path, strings.Replace(stored, "5432", "5433", 1), 0o600)
			if got := read(); got != strings.Replace(c.asText, "5432", "5433", 1) {
				t.Errorf("edited, it comes back as %s", got)
			}
			p.file(c.config.Path, stored, 0o600)
			if err := os.RemoveAll(p.state); err != nil {
				t.Fatal(err)
			}
			if got := read(); got != c.asText {
				t.Errorf("nothing is remembered, and it comes back as %s", got)
			}
		})
	}
}

// TestATextFileIsItsValue follows one through its life.
func TestATextFileIsItsValue(t *testing.T) {
	p := newProject(t)
	target := p.at(in("keys/deploy.pem"))
	if target.Address != "keys/deploy.pem" {
		t.Errorf("address %s", target.Address)
	}
	var before sdk.Receipt
	for i, value := range []secret.Payload{text("-----BEGIN\n\n"), text(""), secret.Scalar(secret.Binary, secret.New([]byte{0xff, 0})), text(strings.Repeat("x", 25<<10))} {
		if s := p.inspect(target, before); (s.Presence == sdk.Absent) != (i == 0) {
			t.Fatalf("%d: %+v", i, s)
		}
		before = p.written(target, value, fmt.Sprintf("%d.a", i+1), sdk.Expectation{Absent: i == 0, Receipt: before})
		if got := p.content("keys/deploy.pem"); got != string(value.Scalar().Expose()) {
			t.Errorf("%d: the file is another value", i)
		}
		p.open()
		result, err := p.kind.Read(context.Background(), p.session, sdk.Read[Config]{Target: target, Receipt: before})
		if err != nil || !result.Payload.Equal(value) {
			t.Errorf("%d: read: %v", i, err)
		}
		if s := p.inspect(target, before); s.Match != sdk.Matches {
			t.Errorf("%d: %+v", i, s)
		}
	}
	p.file("keys/deploy.pem", "edited", 0o600)
	if s := p.inspect(target, before); s.Match != sdk.Differs {
		t.Errorf("edited: %+v", s)
	}
	if _, failure := p.write(target, text("v"), "9.a", sdk.Expectation{Receipt: before}); failure != "precondition-failed" {
		t.Errorf("over an edit: %q", failure)
	}
	p.file("foreign.txt", "", 0o600)
	if s := p.inspect(p.at(in("foreign.txt")), sdk.Receipt{}); s.Presence != sdk.Present || s.Match != sdk.CannotTell {
		t.Errorf("an empty file of somebody else: %+v", s)
	}
}

func TestObjectsAreSpreadOrNested(t *testing.T) {
	for name, c := range map[string]struct {
		config  Config
		address string
		want    string
	}{
		"dotenv":      {in(".env"), ".env#{db-password}", "OTHER=1\nuser=u\npass='p w'\n"},
		"json":        {in("a.json"), "a.json#{db-password}", "{\"OTHER\": 1, \"user\": \"u\", \"pass\": \"p w\"}"},
		"yaml":        {in("a.yaml"), "a.yaml#{db-password}", "OTHER: 1\nuser: \"u\"\npass: \"p w\"\n"},
		"json nested": {in("b.json", key("db")), "b.json#db", "{\n\t\"OTHER\": 1,\n\t\"db\": {\n\t\t\"user\": \"u\",\n\t\t\"pass\": \"p w\"\n\t}\n}\n"},
		"toml":        {in("a.toml"), "a.toml#{db-password}", "OTHER = 1\nuser = \"u\"\npass = \"p w\"\n\n[t]\nx = 1\n"},
		"toml nested": {in("a.toml", key("db")), "a.toml#db", "OTHER = 1\ndb = { user = \"u\", pass = \"p w\" }\n\n[t]\nx = 1\n"},
		"yaml nested": {in("a.yaml", key("db")), "a.yaml#db", "OTHER: 1\ndb:\n  user: \"u\"\n  pass: \"p w\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t)
			before := map[string]string{".env": "OTHER=1\n", "a.json": `{"OTHER": 1}`, "b.json": "{\n\t\"OTHER\": 1\n}\n", "a.yaml": "OTHER: 1\n", "a.toml": "OTHER = 1\n\n[t]\nx = 1\n"}[c.config.Path]
			p.file(c.config.Path, before, 0o600)
			target := p.at(c.config, "user", "pass")
			if target.Address != c.address {
				t.Errorf("address %s", target.Address)
			}
			value := object("user", "u", "pass", "p w")
			r := p.written(target, value, "1.a", create)
			if got := p.content(c.config.Path); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			result, err := p.kind.Read(context.Background(), p.session, sdk.Read[Config]{Target: target, Receipt: r})
			if err != nil || !result.Payload.Equal(value) {
				t.Errorf("read: %v", err)
			}
			p.file(c.config.Path, strings.Replace(p.content(c.config.Path), "p w", "edited", 1), 0o600)
			if s := p.inspect(target, r); s.Match != sdk.Differs {
				t.Errorf("one field edited: %+v", s)
			}
		})
	}
}

// TestFieldsAreFoundForChallenges looks at what is handed to a challenge. Only the
// host can make one, so the answer itself is seen in tests of the whole.
func TestFieldsAreFoundForChallenges(t *testing.T) {
	p := newProject(t)
	p.written(p.at(in("a.json"), "user", "pass"), object("user", "u", "pass", "w"), "1.a", create)
	there, err := p.session.read(spot{name: "a.json", format: "json"})
	if err != nil {
		t.Fatal(err)
	}
	payload, _ := spot{keys: []string{"user", "pass"}, spread: true}.stored(there.document)
	if part, ok := flatField(payload)("pass"); !ok || string(part.Expose()) != "w" {
		t.Error("a field is not found")
	}
	if _, ok := flatField(payload)("none"); ok {
		t.Error("a field is found that is not there")
	}
}

func TestExpectationsAreHonoured(t *testing.T) {
	p := newProject(t)
	target := p.at(in(".env", key("KEY")))
	p.file(".env", "KEY=foreign\n", 0o600)
	if r, failure := p.write(target, text("v"), "1.a", create); r.Outcome != sdk.NotApplied || failure != "precondition-failed" {
		t.Errorf("over a foreign value: %v %s", r.Outcome, failure)
	}
	if p.content(".env") != "KEY=foreign\n" {
		t.Error("it was overwritten")
	}
	first := p.written(target, text("v"), "1.a", sdk.Expectation{})
	if r, failure := p.write(target, text("v"), "1.a", create); r.Outcome != sdk.Unchanged || failure != "" || r.Receipt.Revision != first.Revision {
		t.Errorf("the same operation again: %v %s", r.Outcome, failure)
	}
	if r, failure := p.write(target, text("v"), "2.b", sdk.Expectation{Receipt: first}); r.Outcome != sdk.Unchanged || failure != "" {
		t.Errorf("the same value of another operation: %v %s", r.Outcome, failure)
	}
	if r, failure := p.write(target, text("w"), "3.c", sdk.Expectation{Receipt: first}); r.Outcome != sdk.NotApplied || failure != "precondition-failed" {
		t.Errorf("with an old receipt: %v %s", r.Outcome, failure)
	}
	second := p.written(target, text("w"), "3.c", sdk.Expectation{Receipt: p.inspect(target, first).Receipt})
	p.file(".env", "KEY=edited\n", 0o600)
	if r, failure := p.write(target, text("x"), "4.d", sdk.Expectation{Receipt: second}); r.Outcome != sdk.NotApplied || failure != "precondition-failed" {
		t.Errorf("over an edit: %v %s", r.Outcome, failure)
	}
}

func TestAnotherMachineMayWriteWhatIsThere(t *testing.T) {
	p := newProject(t)
	target := p.at(in(".env", key("KEY")))
	r := p.written(target, text("v"), "1.a", create)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	if result, failure := p.write(target, text("other"), "2.b", sdk.Expectation{Receipt: r}); failure != "precondition-failed" {
		t.Errorf("another value: %v %s", result.Outcome, failure)
	}
	result, failure := p.write(target, text("v"), "2.b", sdk.Expectation{Receipt: r})
	if result.Outcome != sdk.Unchanged || failure != "" {
		t.Fatalf("the same value: %v %s", result.Outcome, failure)
	}
	if s := p.inspect(target, result.Receipt); s.Match != sdk.Matches {
		t.Errorf("afterwards: %+v", s)
	}
}

func TestAKilledWriterIsRecognised(t *testing.T) {
	p := newProject(t)
	target := p.at(in(".env", key("KEY")))
	first := p.written(target, text("v"), "1.a", create)
	state := p.stateFile()
	// Killed after the file was replaced and before that was settled: the state
	// holds the intention alone.
	r := p.written(target, text("w"), "2.b", sdk.Expectation{Receipt: first})
	settled := p.stateFile()
	unsettled := bytes.Replace(settled, []byte(`"written":{"revision":"`+r.Revision), []byte(`"intended":{"revision":"`+r.Revision), 1)
	if bytes.Equal(settled, unsettled) {
		t.Fatal("the state does not look as expected")
	}
	p.setStateFile(unsettled)
	if s := p.inspect(target, r); s.Match != sdk.Matches || s.Mark.Operation != "2.b" {
		t.Errorf("after replacing: %+v", s)
	}
	if result, failure := p.write(target, text("w"), "2.b", sdk.Expectation{Receipt: first}); result.Outcome != sdk.Unchanged || failure != "" {
		t.Errorf("again: %v %s", result.Outcome, failure)
	}
	// Killed before: the value that was there is still known.
	p.setStateFile(state)
	p.file(".env", "KEY=v\n", 0o600)
	if s := p.inspect(target, first); s.Match != sdk.Matches || s.Mark.Operation != "1.a" {
		t.Errorf("before replacing: %+v", s)
	}
}

func (p project) statePath() string {
	p.Helper()
	found, err := filepath.Glob(filepath.Join(p.state, "sz", "file", "*.json"))
	if err != nil || len(found) != 1 {
		p.Fatalf("state files %v (%v)", found, err)
	}
	return found[0]
}

func (p project) stateFile() []byte {
	p.Helper()
	text, err := os.ReadFile(p.statePath())
	if err != nil {
		p.Fatal(err)
	}
	return text
}

func (p project) setStateFile(text []byte) {
	p.Helper()
	if err := os.WriteFile(p.statePath(), text, 0o600); err != nil {
		p.Fatal(err)
	}
}

func TestTheStateHoldsNoValueAndIsPrivate(t *testing.T) {
	p := newProject(t)
	const canary = "c4n4ry-v4lue-th4t-must-not-le4k"
	p.written(p.at(in(".env", key("KEY"))), text(canary), "1.a", create)
	p.written(p.at(in("a.json"), "user", "pass"), object("user", canary, "pass", canary), "1.b", create)
	err := filepath.WalkDir(p.state, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if path != p.state && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		content, err := os.ReadFile(path)
		for i := range 3 {
			encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", i) + canary))
			if bytes.Contains(content, []byte(encoded[4:len(encoded)-4])) {
				t.Errorf("%s holds the value in base64", path)
			}
		}
		if bytes.Contains(content, []byte(canary)) || bytes.Contains(bytes.ToLower(content), []byte(hex.EncodeToString([]byte(canary)))) {
			t.Errorf("%s holds the value", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestModes(t *testing.T) {
	for name, c := range map[string]struct {
		before fs.FileMode // 0 for no file
		mode   string
		after  fs.FileMode
	}{
		"new":            {0, "0600", 0o600},
		"new and wider":  {0, "0640", 0o640},
		"too wide":       {0o644, "0600", 0o600},
		"as wide":        {0o640, "0640", 0o640},
		"stricter":       {0o400, "0640", 0o400},
		"not made wider": {0o600, "0644", 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t)
			if c.before != 0 {
				p.file("d/.env", "A=1\n", c.before)
			}
			p.written(p.at(in("d/.env", func(o *Config) { o.Mode = c.mode })), text("v"), "1.a", create)
			info, err := os.Stat(filepath.Join(p.dir, "d/.env"))
			if err != nil || info.Mode().Perm() != c.after {
				t.Errorf("mode %v (%v), want %v", info.Mode(), err, c.after)
			}
			if dir, _ := os.Stat(filepath.Join(p.dir, "d")); c.before == 0 && dir.Mode().Perm() != 0o700 {
				t.Errorf("directory of mode %v", dir.Mode())
			}
			if left, _ := filepath.Glob(filepath.Join(p.dir, "d", ".*.sz-new")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestMergeFalseClaimsTheFile(t *testing.T) {
	p := newProject(t)
	target := p.at(in("a.yaml", key("KEY"), alone))
	p.file("a.yaml", "OTHER: 1\n", 0o600)
	if s := p.inspect(target, sdk.Receipt{}); s.Presence != sdk.Present || s.Match != sdk.CannotTell {
		t.Errorf("foreign content: %+v", s)
	}
	if r, failure := p.write(target, text("v"), "1.a", create); r.Outcome != sdk.NotApplied || failure != "precondition-failed" {
		t.Errorf("over foreign content: %v %s", r.Outcome, failure)
	}
	r := p.written(target, text("v"), "1.a", sdk.Expectation{}) // the user's word
	if got := p.content("a.yaml"); got != "KEY: \"v\"\n" {
		t.Errorf("holds %q", got)
	}
	p.file("a.yaml", "KEY: \"v\"\nOTHER: 1\n", 0o600)
	if s := p.inspect(target, r); s.Match != sdk.Differs {
		t.Errorf("with another key: %+v", s)
	}
	if result, failure := p.write(target, text("w"), "2.b", sdk.Expectation{Receipt: r}); result.Outcome != sdk.NotApplied || failure != "precondition-failed" {
		t.Errorf("over another key: %v %s", result.Outcome, failure)
	}
}

func TestUnreadableFilesAreUnknownAndUntouched(t *testing.T) {
	p := newProject(t)
	p.file("a.json", "{broken", 0o600)
	target := p.at(in("a.json"))
	if _, err := p.kind.Inspect(context.Background(), p.session, sdk.Inspection[Config]{Target: target}); code(err) != "unreadable-file" {
		t.Errorf("inspect: %v", err)
	}
	if r, failure := p.write(target, text("v"), "1.a", create); r.Outcome != sdk.NotApplied || failure != "unreadable-file" || p.content("a.json") != "{broken" {
		t.Errorf("write: %v %s", r.Outcome, failure)
	}
}

func TestLinksAndSpecialFilesAreRefused(t *testing.T) {
	p := newProject(t)
	outside := filepath.Join(t.TempDir(), "outside.env")
	for link, to := range map[string]string{"out.env": outside, "in.env": "real.env", "dir": t.TempDir(), "here": "."} {
		if err := os.Symlink(to, filepath.Join(p.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	p.file("real.env", "", 0o600)
	if err := os.Mkdir(filepath.Join(p.dir, "d.env"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"out.env", "in.env", "dir/a.env", "here/real.env", "d.env"} {
		if r, failure := p.write(p.at(in(name)), text("v"), "1.a", create); r.Outcome != sdk.NotApplied || failure != "file-failed" {
			t.Errorf("%s: %v %s", name, r.Outcome, failure)
		}
	}
	if _, err := os.Stat(outside); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file outside was made")
	}
}

func TestWritersOfDifferentKeysLoseNothing(t *testing.T) {
	p := newProject(t)
	const writers, each = 4, 10
	var group sync.WaitGroup
	for i := range writers {
		session := project{T: t, dir: p.dir, state: p.state}
		session.open()
		group.Go(func() {
			for j := range each {
				name := fmt.Sprintf("KEY_%d_%d", i, j)
				config := in(".env", key(name))
				target := sdk.Target[Config]{Address: ".env#" + name, Config: config, Known: true}
				if r, failure := session.write(target, text(name), "1.a", create); r.Outcome != sdk.Applied {
					t.Errorf("%s: %v %s", name, r.Outcome, failure)
				}
			}
		})
	}
	group.Wait()
	if lines := strings.Count(p.content(".env"), "\n"); lines != writers*each {
		t.Errorf("%d lines, want %d", lines, writers*each)
	}
	for i := range writers {
		name := fmt.Sprintf("KEY_%d_0", i)
		s := p.inspect(sdk.Target[Config]{Address: ".env#" + name, Config: in(".env", key(name)), Known: true}, sdk.Receipt{})
		if s.Presence != sdk.Present || s.Mark.Operation != "1.a" {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestRetire(t *testing.T) {
	p := newProject(t)
	retire := func(target sdk.Target[Config]) (sdk.WriteResult, string) {
		target.Known, target.Config = false, Config{} // as when the Secretfile no longer names it
		result, err := p.kind.Retire(context.Background(), p.session, sdk.Retire[Config]{Target: target, Mode: 2})
		return result, code(err)
	}
	one, two := p.at(in("config", key("one"), func(c *Config) { c.Format = "json" })), p.at(in("config", func(c *Config) { c.Format = "json" }), "user", "pass")
	first := p.written(one, text("v"), "1.a", create)
	p.written(two, object("user", "u", "pass", "w"), "1.b", create)
	gone := one
	gone.Known, gone.Config = false, Config{}
	if s := p.inspect(gone, first); s.Match != sdk.Matches {
		t.Errorf("no longer named: %+v", s)
	}
	if r, failure := retire(two); r.Outcome != sdk.Applied || p.content("config") != "{\n  \"one\": \"v\"\n}\n" {
		t.Errorf("one of two: %v %s, %q left", r.Outcome, failure, p.content("config"))
	}
	p.file("config", `{"one": "edited"}`, 0o600)
	if r, failure := retire(one); r.Outcome != sdk.NotApplied || failure != "precondition-failed" {
		t.Errorf("an edited one: %v %s", r.Outcome, failure)
	}
	p.file("config", `{"one": "v"}`, 0o600)
	if r, failure := retire(one); r.Outcome != sdk.Applied {
		t.Errorf("the last: %v %s", r.Outcome, failure)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "config")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the empty file of our making is still there")
	}
	p.file(".env", "", 0o600)
	kept := p.at(in(".env"))
	p.written(kept, text("v"), "1.c", create)
	if r, failure := retire(kept); r.Outcome != sdk.Applied || p.content(".env") != "" {
		t.Errorf("in a file that was there: %v %s", r.Outcome, failure)
	}
}

func TestClaims(t *testing.T) {
	claims := func(c Config, name string, fields ...string) []string {
		place, err := check(context.Background(), nil, sdk.Wanted[Config]{Config: c, Secret: name, Fields: fields})
		if err != nil {
			t.Fatal(err)
		}
		if place.Throttle != (sdk.Throttle{Scope: "file:" + c.Path, InFlight: 1}) {
			t.Errorf("throttle %+v", place.Throttle)
		}
		return place.Claims
	}
	for name, c := range map[string]struct{ got, want []string }{
		"one":      {claims(in("a.json"), "x"), []string{"a.json#x"}},
		"keyed":    {claims(in("a.json", key("k")), "x"), []string{"a.json#k"}},
		"spread":   {claims(in("a.json"), "x", "u", "p"), []string{"a.json#{x}", "a.json#u", "a.json#p"}},
		"nested":   {claims(in("a.json", key("k")), "x", "u", "p"), []string{"a.json#k"}},
		"the file": {claims(in("a.json", alone), "x"), []string{"a.json#"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: claims %q, want %q", name, c.got, c.want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		fields []string
		code   string
		path   string
		hint   string
	}{
		"absolute":         {config: in("/etc/a.env"), code: "bad-path", path: "path"},
		"home":             {config: in("~/a.env"), code: "bad-path", path: "path"},
		"outside":          {config: in("a/../../b.env"), code: "bad-path", path: "path"},
		"git":              {config: in(".GIT./a.env"), code: "bad-path", path: "path"},
		"deep in jj":       {config: in("a/.jj/b.env"), code: "bad-path", path: "path"},
		"Secretfile":       {config: in("d/Secretfile.yml"), code: "bad-path", path: "path"},
		"lock":             {config: in("x.lock"), code: "bad-path", path: "path"},
		"plugin lock":      {config: in("sz.lock.hcl"), code: "bad-path", path: "path"},
		"number sign":      {config: in("a#b.env"), code: "bad-path", path: "path"},
		"the project":      {config: in("."), code: "bad-path", path: "path"},
		"no format":        {config: in("secrets"), code: "unknown-format", path: "path", hint: "set format"},
		"key of a text":    {config: in("a.pem", key("k")), code: "bad-key", path: "key"},
		"object as text":   {config: in("a.pem"), fields: []string{"u", "p"}, code: "structured-value", path: "format", hint: "compose"},
		"key":              {config: in(".env", key("a b")), code: "bad-key", path: "key", hint: "a_b"},
		"field":            {config: in(".env"), fields: []string{"a b"}, code: "bad-key", path: "key", hint: "rename the field"},
		"object in dotenv": {config: in(".env", key("K")), fields: []string{"u"}, code: "structured-value", path: "key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := check(context.Background(), nil, sdk.Wanted[Config]{Config: c.config, Secret: "x", Fields: c.fields})
			joined, ok := err.(interface{ Unwrap() []error })
			if !ok {
				t.Fatalf("error %v", err)
			}
			d, _ := errors.AsType[*sdk.Error](joined.Unwrap()[0])
			if d.Code != c.code || d.Path.String() != c.path || d.Hint == "" || !strings.Contains(d.Hint, c.hint) {
				t.Errorf("code %s at %s: %s", d.Code, d.Path, d.Error())
			}
		})
	}
}

func TestDefaultKeys(t *testing.T) {
	for name, c := range map[string]struct{ kind, secret, field, want string }{
		"name":            {"dotenv", "db-password", "", "db-password"},
		"field":           {"json", "db", "user", "db-user"},
		"field in dotenv": {"dotenv", "my-db", "user-name", "my_db_user_name"},
	} {
		if got := keysOf(Config{}, c.kind, c.secret, c.field, nil); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
