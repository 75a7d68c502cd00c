package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Options say how the emulator behaves. The zero Options are a fast and lenient
// one.
type Options struct {
	Address   string        // to listen on; 127.0.0.1:0 when empty
	Vaults    []string      // the vaults that exist; all do when empty
	StateFile string        // where vaults are kept between runs; nowhere when empty
	Latency   time.Duration // of every request to a vault
	// Window is how long the service works in the background after a delete, a
	// recover or a purge.
	Window time.Duration
	// PurgeProtection forbids purging.
	PurgeProtection bool
	// RetentionDays is how long a deleted secret can be recovered; 90 when zero.
	RetentionDays int
	// PageSize is the most that a page of a listing holds; 25 when zero.
	PageSize int
	// ShortPages lets pages hold fewer than they may, at times none, before the last.
	ShortPages bool
	// Limit throttles the making of versions as the service does.
	Limit Limit
	// Private is the domain of a private cloud, such as vault.own.example: hosts of one
	// label before it are vaults too, tokens for them are for it, and their certificates
	// are of an authority of its own, see Server.PrivateCertificatePEM. None when empty.
	Private string
	// Authority is the host of an authority of a private cloud, which signs in as
	// Microsoft Entra does and which that does not know. None when empty.
	Authority string
	// LimitWrites is how many versions a vault takes in LimitWindow; 300 when zero.
	LimitWrites int
	// LimitWindow is 10 seconds when zero.
	LimitWindow time.Duration
	// Firewall lets nobody in.
	Firewall bool
	// AccessPolicies says that vaults go by access policies and not by roles, so that
	// refusals are worded that way.
	AccessPolicies bool
	// Deny takes permissions away.
	Deny []Denial
	// Applications may sign in. Any application may, with any secret, when it is empty.
	Applications []Application
	// Identities are the managed identities that are assigned to the machine or app
	// that the emulator plays, by client id, object id or resource id, and
	// SystemIdentity. Every one is when it is empty.
	Identities []string
	// Metadata is an address to serve the managed identity of a virtual machine at,
	// such as 169.254.169.254:80; empty serves none.
	Metadata string
	// ArcAgent is an address to serve the agent of Azure Arc at, such as 127.0.0.1:40342;
	// empty serves none.
	ArcAgent string
	Faults   []Fault
	Hostile  Hostile
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Log is told of every request when its status is known and just before it is
	// answered, so that who has an answer finds the request logged. Optional.
	Log func(Request)
	// Answer may answer a request to a vault in place of the emulator, before a token is
	// asked for: true means that it did. It plays whoever lies at a vault's address.
	// Optional.
	Answer func(http.ResponseWriter, *http.Request) bool
	// Certified is the name that the certificate for a host has; the host's own when
	// nil.
	Certified func(host string) string
	// Before is told of every authorised request to a vault before it is looked
	// at, and may hold it up. Optional.
	Before func(Request)
	// After is told of every authorised request to a vault after it was carried
	// out and before it is answered, and may hold the answer up. Optional.
	After func(Request)
}

// DefaultTenant is the tenant of every vault.
const DefaultTenant = "11111111-2222-3333-4444-555555555555"

// The service's defaults (learn.microsoft.com/azure/key-vault/general/soft-delete-overview
// and the paging of the SDK recordings).
const (
	defaultRetentionDays = 90
	maxPageSize          = 25
)

func (o Options) withDefaults() (Options, error) {
	o.Address = cmp.Or(o.Address, "127.0.0.1:0")
	o.RetentionDays = cmp.Or(o.RetentionDays, defaultRetentionDays)
	o.PageSize = cmp.Or(o.PageSize, maxPageSize)
	o.LimitWrites = cmp.Or(o.LimitWrites, limitWrites)
	o.LimitWindow = cmp.Or(o.LimitWindow, limitWindow)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Vaults = slices.Clone(o.Vaults)
	for i, name := range o.Vaults {
		o.Vaults[i] = strings.ToLower(name)
	}
	switch {
	case o.RetentionDays < 7 || o.RetentionDays > defaultRetentionDays:
		return o, fmt.Errorf("retention of %d days: the service keeps deleted secrets for 7 to 90", o.RetentionDays)
	case o.PageSize < 1 || o.PageSize > maxPageSize:
		return o, fmt.Errorf("page size %d: the service puts 1 to 25 secrets on a page", o.PageSize)
	case o.Latency < 0 || o.Window < 0 || o.LimitWindow < 0:
		return o, fmt.Errorf("latency and windows cannot be negative")
	case o.LimitWrites < 1:
		return o, fmt.Errorf("limit of %d versions: at least 1 is needed", o.LimitWrites)
	}
	return o, errors.Join(o.checkApplications(), o.Limit.check())
}
