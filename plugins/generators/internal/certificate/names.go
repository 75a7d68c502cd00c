package certificate

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// maxPeriod is far longer than any certificate should live.
const maxPeriod = 100 * 365 * 24 * time.Hour

var (
	label    = `[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?`
	hostName = regex.Of(`^(\*\.)?` + label + `(\.` + label + `)*$`)
	unit     = regex.Of(`([0-9]+)([ywdh])`)
)

// names are those that a certificate is for.
type names struct {
	common    string
	hosts     []string
	addresses []net.IP
}

// names are as configured. A common name alone is a name of the host too, where it
// looks like one: clients do not read it any more (RFC 9525).
func (c Config) names() (names, error) {
	n := names{common: c.Subject.CommonName}
	var found []error
	hosts, addresses := c.DNSNames, c.IPAddresses
	if len(hosts)+len(addresses) == 0 && !c.Authority {
		switch {
		case net.ParseIP(n.common) != nil:
			addresses = []string{n.common}
		case hostName.MatchString(n.common):
			hosts = []string{n.common}
		}
	}
	for i, host := range hosts {
		if len(host) > 253 || !hostName.MatchString(host) {
			found = append(found, fault(item("dns_names", i), "bad-name", fmt.Sprintf("%q is not the name of a host", host), "write it without a port or scheme, as www.example.com or *.example.com"))
		}
		n.hosts = append(n.hosts, host)
	}
	for i, text := range addresses {
		address := net.ParseIP(text)
		if address == nil {
			found = append(found, fault(item("ip_addresses", i), "bad-address", fmt.Sprintf("%q is not an IP address", text), "write it as 192.0.2.1 or 2001:db8::1; names of hosts go to dns_names"))
			continue
		}
		n.addresses = append(n.addresses, address)
	}
	if first := append(append([]string{}, hosts...), addresses...); n.common == "" && len(first) > 0 && len(first[0]) <= 64 {
		n.common = first[0]
	}
	if n.common == "" && len(hosts)+len(addresses) == 0 {
		found = append(found, fault(schema.Keys("subject"), "no-name", "the certificate is for nobody", "set dns_names, ip_addresses or subject.common_name"))
	}
	return n, errors.Join(found...)
}

func item(key string, index int) schema.Path {
	return append(schema.Keys(key), schema.Step{Index: index})
}

// check finds what is wrong before anything is made.
func check(c Config) (float64, error) {
	bits, bad := c.settings().Check()
	_, template := c.template(time.Now())
	return bits, errors.Join(bad, template)
}

// period reads numbers with units, whose order the schema has checked.
func period(text string) (time.Duration, error) {
	lengths := map[string]time.Duration{"y": 365 * 24 * time.Hour, "w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour}
	var total time.Duration
	for _, m := range unit.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(m[1], 10, 32)
		if err != nil || n > int64(maxPeriod/lengths[m[2]]) {
			total = 0
			break
		}
		total += time.Duration(n) * lengths[m[2]]
	}
	if total <= 0 || total > maxPeriod {
		return 0, fault(schema.Keys("validity"), "bad-period", "validity is zero or longer than 100 years", "write it as 90d, 12w, 1y or 1w2d")
	}
	return total, nil
}

func fault(path schema.Path, code, summary, hint string) error {
	return &sdk.Error{Class: sdk.InvalidConfig, Code: code, Path: path, Summary: summary, Hint: hint}
}
