// Package manifest is the signed word of a plugin's author about one release: what
// the plugin is called, what it says of itself, what it asks for, and the hash of
// its binary on each platform. It carries the plugin's own description, so that
// nothing has to be run to install it.
//
// A release is a file NAME_VERSION.json, its signature beside it with .minisig
// appended, and the binaries as they are: there is no archive that could be more
// than it seems. The signature is minisign's (https://jedisct1.github.io/minisign),
// so that it can be checked without sz.
//
// Next: core/pluginstore, which installs releases; core/trust, which knows whose
// keys this user has accepted.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secretzero/sz/internal/regex"
)

// Format is what a manifest of this version begins with.
const Format = "sz-plugin/1"

// Bounds of what is read.
const (
	MaxSize   = 4 << 20   // of a manifest, in bytes
	MaxBinary = 512 << 20 // of a binary, in bytes
	maxItems  = 64        // of binaries
)

// Suffix is appended to the name of a manifest for that of its signature.
const Suffix = ".minisig"

// Manifest is one release of a plugin.
type Manifest struct {
	Format   string    `json:"format"`
	Name     string    `json:"name"`    // as in sz-plugin-NAME
	Version  string    `json:"version"` // semantic, without a leading v
	Protocol int       `json:"protocol"`
	Date     time.Time `json:"date"` // UTC, to the second
	// Signer is the public key of the signature, as minisign prints it.
	Signer string `json:"signer"`
	// Succession is the word of an earlier key of the author that Signer takes its
	// place; nil while there has been one key only.
	Succession *Succession `json:"succession,omitempty"`
	// Requests are the permissions that the description asks for, one a line, for
	// people who read this before they install.
	Requests []string `json:"requests"`
	// Description is what the plugin answers to Describe, in the wire's encoding.
	Description []byte   `json:"description"`
	Binaries    []Binary `json:"binaries"`
}

// Binary is the plugin on one platform.
type Binary struct {
	Platform string `json:"platform"` // GOOS_GOARCH
	File     string `json:"file"`     // beside the manifest
	Size     int64  `json:"size"`     // in bytes
	SHA256   string `json:"sha256"`   // in hex
}

// Succession hands the signing of a plugin from one key to the next.
type Succession struct {
	From      string `json:"from"`      // the earlier public key
	Signature string `json:"signature"` // by From, over [Successor]
}

// Binary is the one of a platform.
func (m Manifest) Binary(platform string) (Binary, bool) {
	for _, b := range m.Binaries {
		if b.Platform == platform {
			return b, true
		}
	}
	return Binary{}, false
}

// Encode is the one text of a manifest: the fields in their order, two spaces of
// indentation, a newline at the end.
func (m Manifest) Encode() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// Decode reads a manifest. A text that is not exactly what [Manifest.Encode] gives
// is refused: so no key stands twice, none is spelt otherwise, and two readers
// cannot read two things.
func Decode(text []byte) (Manifest, error) {
	if len(text) > MaxSize {
		return Manifest{}, fmt.Errorf("manifest is larger than %d MiB", MaxSize>>20)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return Manifest{}, errors.New("manifest is not JSON of the form that sz writes")
	}
	again, err := m.Encode()
	if err != nil {
		return Manifest{}, err
	}
	if !bytes.Equal(again, text) {
		return Manifest{}, errors.New("manifest is not in its canonical form; make it with `sz plugin release`")
	}
	return m, nil
}

var (
	nameRule     = regex.Of(`^[a-z][a-z0-9-]{0,62}$`)
	versionRule  = regex.Of(`^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}(-[0-9A-Za-z.-]{1,64})?$`)
	platformRule = regex.Of(`^[a-z0-9]{1,16}_[a-z0-9]{1,16}$`)
	fileRule     = regex.Of(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	hashRule     = regex.Of(`^[0-9a-f]{64}$`)
)

func (m Manifest) check() error {
	switch {
	case m.Format != Format:
		return fmt.Errorf("manifest has format %.40q; this sz reads %s", m.Format, Format)
	case !nameRule.MatchString(m.Name):
		return fmt.Errorf("manifest names no plugin: %.80q", m.Name)
	case !versionRule.MatchString(m.Version):
		return fmt.Errorf("manifest has no semantic version: %.80q", m.Version)
	case m.Date.IsZero() || m.Date.Location() != time.UTC || m.Date.Nanosecond() != 0:
		return errors.New("manifest has no date in UTC, to the second")
	case len(m.Binaries) == 0 || len(m.Binaries) > maxItems:
		return fmt.Errorf("manifest has %d binaries; 1 to %d are possible", len(m.Binaries), maxItems)
	}
	for i, b := range m.Binaries {
		switch {
		case !platformRule.MatchString(b.Platform) || !fileRule.MatchString(b.File) || !hashRule.MatchString(b.SHA256):
			return fmt.Errorf("binary %d of the manifest has no usable platform, file or hash", i+1)
		case b.Size <= 0 || b.Size > MaxBinary:
			return fmt.Errorf("binary %s of the manifest has %d bytes; at most %d MiB are possible", b.Platform, b.Size, MaxBinary>>20)
		case slices.ContainsFunc(m.Binaries[:i], func(other Binary) bool { return other.Platform == b.Platform }):
			return fmt.Errorf("binary %s stands twice in the manifest", b.Platform)
		}
	}
	return nil
}
