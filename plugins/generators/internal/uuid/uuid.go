// Package uuid is the kind uuid: identifiers of RFC 9562, random ones (version 4)
// and ones that begin with the time at which they were made (version 7).
package uuid

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Config is what a uuid may be configured with.
type Config struct {
	Version int64 `sz:"version" default:"4" doc:"4, which is random; or 7, which sorts by the time that it tells"`
}

// Kind is uuid.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "uuid", Summary: "a universally unique identifier",
		Check: check, Generate: generate,
	}
}

// check tells the random bits: those that the version and the variant leave, and in
// version 7 the time of day too.
func check(c Config) (float64, error) {
	switch c.Version {
	case 4:
		return 122, nil
	case 7:
		return 74, nil
	}
	return 0, &sdk.Error{
		Class: sdk.InvalidConfig, Code: "unknown-version", Path: schema.Keys("version"),
		Summary: fmt.Sprintf("version %d of uuid is not one that can be made", c.Version), Hint: "use 4, or 7 for one that sorts by time",
	}
}

func generate(_ context.Context, c Config) (secret.Payload, error) {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: see crypto/rand
	if c.Version == 7 {
		setTime(&id, time.Now())
	}
	setVersion(&id, byte(c.Version))
	return secret.NewText(secret.New(text(id))), nil
}

// setTime puts the milliseconds since 1970 into the first 48 bits.
func setTime(id *[16]byte, at time.Time) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(id[:6], ms[2:])
}

// setVersion writes the version, and the variant of RFC 9562.
func setVersion(id *[16]byte, version byte) {
	id[6] = id[6]&0x0f | version<<4
	id[8] = id[8]&0x3f | 0x80
}

func text(id [16]byte) []byte {
	out := make([]byte, 0, 36)
	for i, end := range []int{4, 6, 8, 10, 16} {
		begin := []int{0, 4, 6, 8, 10}[i]
		if i > 0 {
			out = append(out, '-')
		}
		out = hex.AppendEncode(out, id[begin:end])
	}
	return out
}
