package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Listed is what may be told of a secret without its value.
type Listed struct {
	Vault       string            `json:"vault"`
	Name        string            `json:"name"`
	Deleted     bool              `json:"deleted,omitempty"`
	Versions    int               `json:"versions"`
	Current     string            `json:"current"`
	Enabled     bool              `json:"enabled"`
	ContentType string            `json:"content_type,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// List tells of every secret without its value, by vault and name.
func (s *Server) List() []Listed { return s.store.list() }

// ListFile tells of every secret of a state file without its value.
func ListFile(path string) ([]Listed, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	options, err := Options{StateFile: path}.withDefaults()
	if err != nil {
		return nil, err
	}
	s, err := newStore(options)
	if err != nil {
		return nil, err
	}
	return s.list(), nil
}

func (s *store) list() []Listed {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Listed{}
	for vault := range s.vaults {
		for _, p := range []phase{live, deleted} {
			for _, secret := range s.in(vault, p) {
				c := secret.current()
				list = append(list, Listed{vault, secret.Name, p == deleted, len(secret.Versions), c.ID, c.Enabled, c.ContentType, maps.Clone(c.Tags)})
			}
		}
	}
	slices.SortFunc(list, func(a, b Listed) int {
		return cmp.Or(strings.Compare(a.Vault, b.Vault), strings.Compare(a.Name, b.Name))
	})
	return list
}

// AddManaged puts a secret of a certificate into a vault of the public cloud, as
// making the certificate would: the secrets API lists it and does not change it.
func (s *Server) AddManaged(vault, name, value string) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if !secretName.MatchString(name) || s.store.find(vault, name) != nil {
		return fmt.Errorf("secret %s/%s: the name is taken or no name", vault, name)
	}
	secret := s.store.set(vault, name, &versionState{Value: value, ContentType: "application/x-pkcs12", Enabled: true})
	secret.Managed = true
	return s.store.save()
}
