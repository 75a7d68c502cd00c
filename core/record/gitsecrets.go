package record

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/secretzero/sz/sdk/secret"
)

// GitSecrets is a lock file of SecretZero: which secrets it made, and when. It holds a
// plain SHA-256 of each value, which is read to find the value again and kept nowhere.
type GitSecrets struct{ secrets map[string]gitSecret }

type gitSecret struct {
	Hash    string `json:"hash"`
	Created string `json:"created_at"`
	Rotated string `json:"last_rotated"`
}

// ReadGitSecrets reads a .gitsecrets.lock.
func ReadGitSecrets(text []byte) (*GitSecrets, error) {
	var content struct {
		Version string               `json:"version"`
		Secrets map[string]gitSecret `json:"secrets"`
	}
	if len(text) > maxSize {
		return nil, errors.New("it is larger than 64 MiB")
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("it is not a lock file of SecretZero: %w", err)
	}
	if content.Secrets == nil {
		return nil, errors.New("it is not a lock file of SecretZero: it has no secrets")
	}
	return &GitSecrets{content.Secrets}, nil
}

// Names are the secrets that it tells of, sorted.
func (g *GitSecrets) Names() []string { return slices.Sorted(maps.Keys(g.secrets)) }

// Since is since when each value has been in use, as far as that can be read.
func (g *GitSecrets) Since() map[string]time.Time {
	since := map[string]time.Time{}
	for name, s := range g.secrets {
		for _, text := range []string{s.Rotated, s.Created} {
			if at, ok := isoTime(text); ok {
				since[name] = at
				break
			}
		}
	}
	return since
}

// isoTime reads what Python's isoformat writes, with and without a zone.
func isoTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Truncate(time.Second), true
		}
	}
	return time.Time{}, false
}

// ErrAnotherValue is a value that is not the one that SecretZero stored.
var ErrAnotherValue = errors.New("it holds another value than SecretZero stored there")

// Verify reports [ErrAnotherValue] for a value that SecretZero did not store.
// Structured values are not compared: their hash is of JSON as Python writes it.
func (g *GitSecrets) Verify(name string, value secret.Payload) error {
	s, ok := g.secrets[name]
	if !ok || s.Hash == "" || value.Type() == secret.Object || value.Type() == secret.List {
		return nil
	}
	sum := sha256.Sum256(value.Scalar().Expose())
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(s.Hash)) != 1 {
		return ErrAnotherValue
	}
	return nil
}
