package secret

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "hunter2-canary"

func TestValuesDoNotPrint(t *testing.T) {
	v := FromString(canary)
	type hidden struct{ inner Value }
	type shown struct{ Inner Value }
	for _, x := range []any{v, &v, hidden{v}, &hidden{v}, shown{v}, []Value{v}, map[string]Value{"k": v}, NewText(v), NewObject([]Field{{"f", NewText(v)}})} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X"} {
			if text := fmt.Sprintf(verb, x); strings.Contains(text, canary) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", canary)) {
				t.Errorf("%T with %s prints the value", x, verb)
			}
		}
		if text, err := json.Marshal(x); err != nil || strings.Contains(string(text), canary) {
			t.Errorf("%T as JSON prints the value: %v", x, err)
		}
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", x)
		if strings.Contains(log.String(), canary) {
			t.Errorf("%T in a log prints the value", x)
		}
	}
}

func TestJSONKeepsOrderTypesAndText(t *testing.T) {
	p := NewObject([]Field{
		{"z", NewText(FromString("a<b>&\"\\\n€"))},
		{"a", Scalar(Number, FromString("5432"))},
		{"m", Scalar(Bool, FromString("true"))},
		{"n", Scalar(Null, Value{})},
		{"b", Scalar(Binary, New([]byte{0xff, 0}))},
		{"l", NewList([]Payload{NewText(FromString("x"))})},
	})
	v, err := p.EncodeJSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"z":"a<b>&\"\\\n€","a":5432,"m":true,"n":null,"b":"/wA=","l":["x"]}`
	if got := string(v.Expose()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	back, err := ParseJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.EncodeJSON()
	if err != nil || string(again.Expose()) != want {
		t.Errorf("there and back: %s, %v", again.Expose(), err)
	}
}

func TestWhatIsNoTextIsBinary(t *testing.T) {
	for text, want := range map[string]Type{"": Text, "grüße": Text, "\xff\x00": Binary, "cut \xc3": Binary} {
		if got := NewText(FromString(text)); got.Type() != want || string(got.Scalar().Expose()) != text {
			t.Errorf("%q is of type %d", text, got.Type())
		}
	}
}

func TestJSONRefusesWithoutQuoting(t *testing.T) {
	for name, p := range map[string]Payload{
		"not UTF-8": Scalar(Text, New([]byte("\xff"+canary))), "not a number": Scalar(Number, FromString(canary)),
	} {
		if _, err := NewObject([]Field{{"f", p}}).EncodeJSON(); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"", "{", canary, `{"a":1} x`, "[1,]"} {
		if _, err := ParseJSON(FromString(text)); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestComparisonsAreBoundToKeyAddressAndField(t *testing.T) {
	v, key := FromString("value"), []byte("key")
	base := string(Comparison(key, "vault/name", v))
	for name, other := range map[string][]byte{
		"another key": Comparison([]byte("yek"), "vault/name", v), "another address": Comparison(key, "vault/other", v),
		"another value": Comparison(key, "vault/name", FromString("other")), "a field": FieldComparison(key, "vault/name", "f", v),
	} {
		if string(other) == base {
			t.Errorf("%s gives the same answer", name)
		}
	}
	if string(Comparison(key, "vault/name", v)) != base {
		t.Error("two answers to one challenge")
	}
}

func TestDestroyReachesEveryCopy(t *testing.T) {
	v := FromString(canary)
	p := NewObject([]Field{{"f", NewText(v)}})
	p.Destroy()
	if strings.Trim(string(v.Expose()), "\x00") != "" {
		t.Error("the bytes are still there")
	}
}
