package keyvault

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/sdk"
)

// Our tags. None is derived from a value.
const (
	tagOwner      = "sz-owner"
	tagOperation  = "sz-op"
	tagPrevious   = "sz-prev"
	tagDefinition = "sz-def"
	tagOrigin     = "sz-origin"
)

var ourTags = []string{tagOwner, tagOperation, tagPrevious, tagDefinition, tagOrigin}

const jsonType = "application/json"

func markOf(tags map[string]*string) sdk.Mark {
	text := func(name string) string {
		if v := tags[name]; v != nil {
			return *v
		}
		return ""
	}
	return sdk.Mark{Owner: text(tagOwner), Operation: text(tagOperation), Previous: text(tagPrevious), Definition: text(tagDefinition), Origin: text(tagOrigin)}
}

// tags are all that a version should carry: those that somebody else put there,
// those of the configuration, and ours.
func tags(c TargetConfig, mark sdk.Mark, present map[string]*string) map[string]*string {
	all := maps.Clone(present)
	if all == nil {
		all = map[string]*string{}
	}
	for name, value := range c.Tags {
		all[name] = to.Ptr(value)
	}
	if !c.marked() {
		mark = sdk.Mark{}
	}
	for name, value := range map[string]string{tagOwner: mark.Owner, tagOperation: mark.Operation, tagPrevious: mark.Previous, tagDefinition: mark.Definition, tagOrigin: mark.Origin} {
		delete(all, name)
		if value != "" {
			all[name] = to.Ptr(value)
		}
	}
	return all
}

// attributes are those of the configuration, for a value made at a time.
func attributes(c TargetConfig, period time.Duration, made time.Time) *azsecrets.SecretAttributes {
	expires, notBefore := moments(c, period, made)
	return &azsecrets.SecretAttributes{Enabled: to.Ptr(c.Enabled), Expires: expires, NotBefore: notBefore}
}

// madeAt is when a value was made: when its operation began, which its id N.TIME.RANDOM
// tells to the second and everywhere alike, or without one when the version was created,
// by the service's clock.
func madeAt(operation string, a *azsecrets.SecretAttributes) time.Time {
	if parts := strings.Split(operation, "."); len(parts) == 3 {
		if at, err := time.Parse("20060102T150405Z", parts[1]); err == nil {
			return at
		}
	}
	if a == nil {
		return time.Time{}
	}
	return value(a.Created)
}

// sameMoment compares times that were reckoned from the making of a value. Where no
// operation tells that, the service's clock and ours did, which are not one.
func sameMoment(got *time.Time, want time.Time, exact bool) bool {
	return got != nil && (got.Equal(want) || !exact && got.Sub(want).Abs() <= clocksApart)
}

const clocksApart = 5 * time.Minute

// contentType is what is stored with a value: as configured, or that of JSON for a
// structured one.
func contentType(c TargetConfig, structured bool) *string {
	if c.ContentType != nil {
		return c.ContentType
	}
	if structured {
		return to.Ptr(jsonType)
	}
	return nil
}

// differing names the keys of the configuration whose wish is not what is there.
// What the configuration does not speak of is left to others.
func differing(c TargetConfig, period time.Duration, present *azsecrets.SecretProperties) []string {
	var keys []string
	if c.ContentType != nil && value(present.ContentType) != *c.ContentType {
		keys = append(keys, "content_type")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Tags)) {
		if got := present.Tags[name]; got == nil || *got != c.Tags[name] {
			keys = append(keys, "tags."+name)
		}
	}
	a := present.Attributes
	if a == nil {
		a = &azsecrets.SecretAttributes{}
	}
	if a.Enabled != nil && *a.Enabled != c.Enabled {
		keys = append(keys, "enabled")
	}
	operation := markOf(present.Tags).Operation
	expires, notBefore := moments(c, period, madeAt(operation, a))
	if expires != nil && !sameMoment(a.Expires, *expires, operation != "") {
		keys = append(keys, "expires")
	}
	if notBefore != nil && !sameMoment(a.NotBefore, *notBefore, operation != "") {
		keys = append(keys, "not_before")
	}
	slices.Sort(keys)
	return keys
}

// receipt is what is remembered of a version: what tells it from others where the
// service tells the version itself, and where it does not.
func receipt(id *azsecrets.ID, a *azsecrets.SecretAttributes, tags map[string]*string) sdk.Receipt {
	r := sdk.Receipt{Version: 1, Revision: revision(id), Data: map[string]string{}}
	if a != nil && a.Created != nil {
		r.Data["created"] = fmt.Sprint(a.Created.Unix())
	}
	if a != nil && a.Updated != nil {
		r.Data["updated"] = fmt.Sprint(a.Updated.Unix())
	}
	if operation := markOf(tags).Operation; operation != "" {
		r.Data["operation"] = operation
	}
	return r
}

func value[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}
