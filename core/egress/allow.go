package egress

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// rules are what a process may reach, in one spelling.
type rules struct {
	network  []string // host:port
	audience []string // of the metadata services of Azure
}

// azureMetadata is where a virtual machine of Azure asks for tokens of its own
// identity (learn.microsoft.com/entra/identity/managed-identities-azure-resources,
// "get a token using HTTP"), and where a machine elsewhere asks the agent of Azure Arc
// for them (learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
var azureMetadata = []string{"169.254.169.254:80", "127.0.0.1:40342"}

const (
	azureMetadataPath = "/metadata/identity/oauth2/token"
	azurePrefix       = "azure:"
)

func newRules(o Options) rules {
	var r rules
	for _, target := range o.Network {
		r.network = append(r.network, strings.ToLower(target))
	}
	for _, endpoint := range o.Identity {
		if audience, ok := strings.CutPrefix(endpoint, azurePrefix); ok {
			r.audience = append(r.audience, audience)
		}
	}
	return r
}

// reachable reports that a target may be reached. Spellings that a resolver may
// read in another way than this comparison are none.
func (r rules) reachable(target string) bool {
	return slices.Contains(r.network, strings.ToLower(target))
}

// literal reports that a target was granted as an address, or by the name of this
// machine: then it may be one that names are not allowed to lead to.
func literal(target string) bool {
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		return false
	}
	_, err = netip.ParseAddr(host)
	return err == nil || strings.EqualFold(host, "localhost")
}

// isMetadata reports that a target is a metadata service of Azure and that some
// use of it was granted.
func (r rules) isMetadata(target string) bool {
	return slices.Contains(azureMetadata, target) && len(r.audience) > 0
}

// tokenRequest reports that a request asks a metadata service for a token of an
// audience that was granted, and for nothing else.
func (r rules) tokenRequest(request *http.Request) bool {
	query, err := url.ParseQuery(request.URL.RawQuery)
	return err == nil && request.Method == http.MethodGet && request.URL.Path == azureMetadataPath && request.URL.RawPath == "" &&
		(slices.Contains(azureMetadata, request.Host) || slices.Contains(azureMetadata, request.Host+":80")) &&
		len(query["resource"]) == 1 && slices.Contains(r.audience, query["resource"][0])
}

// public reports that a name may lead to an address: what is on this machine or
// beside it, and the services that give credentials to whoever asks from here, are
// reached by their own address or not at all.
func public(address netip.Addr) bool {
	address = address.Unmap()
	return address.IsValid() && !address.IsLoopback() && !address.IsUnspecified() && !address.IsLinkLocalUnicast() &&
		!address.IsMulticast() && !address.IsInterfaceLocalMulticast() && !thisNetwork.Contains(address) && !slices.Contains(metadata, address)
}

// thisNetwork is "this host on this network" (RFC 1122), which reaches loopback.
var thisNetwork = netip.MustParsePrefix("0.0.0.0/8")

// metadata are the addresses of metadata services that are not link-local.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("168.63.129.16"),   // Azure's wire server
}
