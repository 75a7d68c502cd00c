package config

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/secretzero/sz/sdk/schema"
)

// An address made of the identity keys of a configuration is their values in the
// order of the schema, joined by #, each with %, # and what does not print as
// %XX. What is absent is empty.

// identityKeys are the keys of t whose values make an address. It panics when one of
// them is no scalar or not on the top level: such a target needs a Check.
func identityKeys(t reflect.Type) []string {
	var keys []string
	for _, a := range Schema(t).Attributes {
		if !a.Identity {
			continue
		}
		if a.Sensitive || a.Type.Kind == schema.List || a.Type.Kind == schema.Map || a.Type.Kind == schema.Any {
			panic(fmt.Sprintf("sdk: %s: no address can be made of %s; the target needs a Check", t, a.Name))
		}
		keys = append(keys, a.Name)
	}
	return keys
}

// HasAddress reports whether t has keys that make an address.
func HasAddress(t reflect.Type) bool { return len(identityKeys(t)) > 0 }

// Address is the address of a configuration of type t.
func Address(v schema.Value, t reflect.Type) string {
	var parts []string
	for _, key := range identityKeys(t) {
		text := ""
		if member := v.Get(key); !member.IsNull() {
			text = member.String()
		}
		parts = append(parts, escape(text))
	}
	return strings.Join(parts, "#")
}

// WithAddress is v with the identity keys that an address of type t holds and v does
// not.
func WithAddress(v schema.Value, address string, t reflect.Type) schema.Value {
	keys, parts := identityKeys(t), strings.Split(address, "#")
	if len(keys) != len(parts) {
		return v // of another version of the plugin
	}
	object := Schema(t)
	for i, key := range keys {
		if part := unescape(parts[i]); part != "" && v.Get(key).IsNull() {
			a, _ := object.Attribute(key)
			v = with(v, key, defaultValue(a.Type.Kind, part))
		}
	}
	return v
}

// WithName is v with a key set to the name of a secret, unless it says another.
func WithName(v schema.Value, key, name string) schema.Value {
	if key == "" || !v.Get(key).IsNull() {
		return v
	}
	return with(v, key, schema.NewString(name))
}

func escape(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r == '%' || r == '#' || !unicode.IsPrint(r) {
			for _, b := range []byte(string(r)) {
				fmt.Fprintf(&out, "%%%02X", b)
			}
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		var b byte
		if text[i] == '%' && i+2 < len(text) {
			if n, err := fmt.Sscanf(text[i+1:i+3], "%02X", &b); n == 1 && err == nil {
				out.WriteByte(b)
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
