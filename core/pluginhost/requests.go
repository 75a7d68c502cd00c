package pluginhost

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/secretzero/sz/sdk/wire"
)

// Protocol is the version of the wire that this sz speaks.
const Protocol = 1

// Request is one thing that a plugin asks for, in its own words: references into
// configuration are not resolved.
type Request struct {
	Key    string // as in sz.lock.hcl: network, network_from, env, …
	Value  string
	Reason string
}

// String is KEY VALUE.
func (r Request) String() string { return r.Key + " " + r.Value }

var requestKeys = map[wire.PermissionKind]string{
	wire.Network: "network", wire.NetworkFrom: "network_from", wire.Environment: "env", wire.ReadFile: "read",
	wire.ReadFrom: "read_from", wire.WriteFrom: "write_from", wire.Execute: "exec", wire.Identity: "identity",
}

// Requests are all that the providers of a plugin may ask for, in any configuration,
// each once, in the order of their keys.
func Requests(d Description) []Request {
	var list []Request
	for _, p := range d.Providers {
		for _, need := range p.Permissions {
			r := Request{requestKeys[need.Kind], harmless(need.Value), harmless(need.Reason)}
			if !slices.ContainsFunc(list, func(other Request) bool { return other.String() == r.String() }) {
				list = append(list, r)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Request) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	return list
}

// Serves are the kinds that a plugin serves, as "generator KIND" and "provider KIND".
func Serves(d Description) []string {
	var list []string
	for _, g := range d.Generators {
		list = append(list, "generator "+harmless(g.Kind))
	}
	for _, p := range d.Providers {
		list = append(list, "provider "+harmless(p.Kind))
	}
	slices.Sort(list)
	return list
}

// DescriptionDigest is the digest of what a plugin says of itself, sha256: and 64
// digits.
func DescriptionDigest(d Description) (string, error) {
	data, err := wire.MarshalDescription(d)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// EncodeDescription is a description in the wire's encoding, for a manifest.
func EncodeDescription(d Description) ([]byte, error) { return wire.MarshalDescription(d) }

// DecodeDescription reads the description in the manifest of a plugin, and refuses
// one that would not be taken from the plugin itself.
func DecodeDescription(name string, data []byte) (Description, error) {
	if len(data) > maxDescription {
		return Description{}, errors.New("description is larger than 1 MiB")
	}
	d, err := wire.UnmarshalDescription(data)
	if err != nil {
		return Description{}, errors.New("description cannot be read")
	}
	if err := validDescription(Candidate{Name: name}, d); err != nil {
		return Description{}, err
	}
	return d, (Served{Candidate: Candidate{Name: name}, Description: d}).reserved()
}

// IsReserved reports a name that only the plugins of sz itself may bear.
func IsReserved(name string) bool { return slices.Contains(reservedNames, name) }
