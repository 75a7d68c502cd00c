package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"io"
)

// Comparison is the keyed digest with which a store answers whether it holds v
// without giving v out: HMAC-SHA-256 over the purpose, the canonical address and
// the value. The key is fresh in each run and provider instance, so an answer is
// worth nothing anywhere else.
func Comparison(key []byte, address string, v Value) []byte {
	return keyed(key, "sz-inspect-1\x00", address, "\x00", v)
}

// FieldComparison is [Comparison] for one field of a structured value.
func FieldComparison(key []byte, address, field string, v Value) []byte {
	return keyed(key, "sz-inspect-field-1\x00", address, "\x00"+field+"\x00", v)
}

func keyed(key []byte, purpose, address, separator string, v Value) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, purpose)
	_, _ = io.WriteString(mac, address)
	_, _ = io.WriteString(mac, separator)
	_, _ = mac.Write(v.Expose())
	return mac.Sum(nil)
}
