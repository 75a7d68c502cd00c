package state

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"

	"github.com/secretzero/sz/sdk/secret"
)

// Digest is a keyed digest of a value at an address: equal for equal values, and
// only on this machine. It is empty for what has no bytes of its own.
func (s *Store) Digest(address string, p secret.Payload) string { return s.mac(address, p) }

// mac is the keyed digest of a value at an address: of its type and its bytes, so
// that the number 1 is another value than the text "1".
func (s *Store) mac(address string, p secret.Payload) string {
	flat, err := p.Flat()
	if err != nil {
		return "" // equal to nothing: see same
	}
	key, _ := base64.StdEncoding.DecodeString(s.content.Key)
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, "sz-file-1\x00"+address+"\x00"+p.Type().String()+"\x00")
	_, _ = mac.Write(flat.Expose())
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (s *Store) same(e Entry, address string, p secret.Payload) bool {
	mac := s.mac(address, p)
	return mac != "" && hmac.Equal([]byte(mac), []byte(e.MAC))
}
