package target

import (
	"crypto/hmac"
	"crypto/rand"
	"sync"

	"github.com/secretzero/sz/plugins/file/internal/state"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// seenKey is where a receipt names a sighting.
const seenKey = "seen"

// sightings are values that were looked at and that nobody here wrote. A person may
// decide to overwrite one: then it must still be the one that was seen. They are
// kept in memory, for digests of a value do not travel. Safe for concurrent use.
type sightings struct {
	mu      sync.Mutex
	digests map[string]string // keyed, by a random name
}

// add names what was seen at an address.
func (s *sightings) add(r sdk.Receipt, memory *state.Store, address string, p secret.Payload) sdk.Receipt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.digests == nil {
		s.digests = map[string]string{}
	}
	name := rand.Text()
	s.digests[name] = memory.Digest(address, p)
	r.Data = map[string]string{seenKey: name}
	return r
}

// still reports that what is at an address is what a receipt says was seen there.
func (s *sightings) still(r sdk.Receipt, memory *state.Store, address string, p secret.Payload) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	digest := s.digests[r.Data[seenKey]]
	return digest != "" && hmac.Equal([]byte(digest), []byte(memory.Digest(address, p)))
}
