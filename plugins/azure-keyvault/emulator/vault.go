package emulator

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// phase is where a secret is in the service's state machine
// (learn.microsoft.com/azure/key-vault/general/soft-delete-overview).
type phase string

// The phases. The three in between last for Options.Window.
const (
	live       phase = "live"
	deleting   phase = "deleting"
	deleted    phase = "deleted"
	recovering phase = "recovering"
	purging    phase = "purging"
)

// secretState is one secret of a vault, with every version.
type secretState struct {
	Name     string          `json:"name"`
	Managed  bool            `json:"managed,omitempty"` // by a certificate
	Phase    phase           `json:"phase"`
	Until    time.Time       `json:"until,omitzero"` // of a phase in between
	Deleted  time.Time       `json:"deleted,omitzero"`
	Versions []*versionState `json:"versions"` // oldest first
}

// versionState is one version of a secret.
type versionState struct {
	ID          string            `json:"id"`
	Value       string            `json:"value"`
	ContentType string            `json:"content_type,omitempty"`
	Tags        map[string]string `json:"tags,omitzero"` // {} is not none
	Enabled     bool              `json:"enabled"`
	NotBefore   *int64            `json:"nbf,omitempty"`
	Expires     *int64            `json:"exp,omitempty"`
	Created     int64             `json:"created"`
	Updated     int64             `json:"updated"`
}

// check says whether a secret that came from outside is whole.
func (s *secretState) check() error {
	if s == nil || !secretName.MatchString(s.Name) || len(s.Versions) == 0 || slices.Contains(s.Versions, nil) {
		return errors.New("a secret is not whole")
	}
	return nil
}

func (s *secretState) current() *versionState { return s.Versions[len(s.Versions)-1] }

// version finds a version by id; the empty id means the current one.
func (s *secretState) version(id string) *versionState {
	if id == "" {
		return s.current()
	}
	i := slices.IndexFunc(s.Versions, func(v *versionState) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return s.Versions[i]
}

// store is every vault. Vaults begin to exist when they are first spoken to.
type store struct {
	options Options

	mu     sync.Mutex
	vaults map[string]map[string]*secretState // by vault, by lower-case name
}

// vaultKey names a vault: as people do in the public cloud, by its host elsewhere.
func vaultKey(name string, of cloud) string {
	if of == clouds[0] {
		return name
	}
	return name + of.suffix
}

func newStore(options Options) (*store, error) {
	s := &store{options: options, vaults: map[string]map[string]*secretState{}}
	if options.StateFile == "" {
		return s, nil
	}
	return s, s.load()
}

func (o Options) retention() time.Duration { return time.Duration(o.RetentionDays) * 24 * time.Hour }

// find is a secret in its phase at this moment; nil when there is none. Names are
// equal whatever their case.
func (s *store) find(vault, name string) *secretState {
	name = strings.ToLower(name)
	secret, now := s.vaults[vault][name], s.options.Now()
	if secret == nil || now.Before(secret.Until) {
		return secret
	}
	switch secret.Phase {
	case deleting:
		secret.Phase = deleted
	case recovering:
		secret.Phase = live
	}
	if secret.Phase == purging || secret.Phase == deleted && !now.Before(secret.Deleted.Add(s.options.retention())) {
		delete(s.vaults[vault], name)
		return nil
	}
	return secret
}

// move starts a phase that the service works on in the background.
func (s *store) move(secret *secretState, to phase) {
	secret.Phase, secret.Until = to, s.options.Now().Add(s.options.Window)
}

// put adds a secret as it is.
func (s *store) put(vault string, secret *secretState) {
	if s.vaults[vault] == nil {
		s.vaults[vault] = map[string]*secretState{}
	}
	s.vaults[vault][strings.ToLower(secret.Name)] = secret
}

// set adds a version to a secret that is live or not there.
func (s *store) set(vault, name string, v *versionState) *secretState {
	secret := s.find(vault, name)
	if secret == nil {
		secret = &secretState{Name: name, Phase: live}
		s.put(vault, secret)
	}
	v.ID = randomHex(16)
	v.Created = s.options.Now().Unix()
	v.Updated = v.Created
	secret.Versions = append(secret.Versions, v)
	return secret
}

// in lists the secrets of a vault that are in a phase, by name.
func (s *store) in(vault string, p phase) []*secretState {
	var list []*secretState
	for _, name := range slices.Sorted(maps.Keys(s.vaults[vault])) {
		if secret := s.find(vault, name); secret != nil && secret.Phase == p {
			list = append(list, secret)
		}
	}
	return list
}
