package emulator

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// assertion is a JWT that proves who a client is: signed by the application itself with
// its certificate, or by an identity provider that the application trusts.
type assertion struct {
	header struct {
		Algorithm     string `json:"alg"`
		Thumbprint    string `json:"x5t"`
		ThumbprintNew string `json:"x5t#S256"`
	}
	claims struct {
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		Audience  string `json:"aud"`
		NotBefore int64  `json:"nbf"`
		Expires   int64  `json:"exp"`
	}
	signed    string
	signature []byte
}

func parseAssertion(text string) (assertion, bool) {
	var a assertion
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return a, false
	}
	header, err1 := base64.RawURLEncoding.DecodeString(parts[0])
	claims, err2 := base64.RawURLEncoding.DecodeString(parts[1])
	signature, err3 := base64.RawURLEncoding.DecodeString(parts[2])
	a.signed, a.signature = parts[0]+"."+parts[1], signature
	ok := err1 == nil && err2 == nil && err3 == nil && json.Unmarshal(header, &a.header) == nil && json.Unmarshal(claims, &a.claims) == nil
	return a, ok
}

// signedBy verifies the signature with a key.
func (a assertion) signedBy(key crypto.PublicKey) bool {
	public, ok := key.(*rsa.PublicKey)
	sum := sha256.Sum256([]byte(a.signed))
	switch {
	case !ok:
		return false
	case a.header.Algorithm == "RS256":
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], a.signature) == nil
	case a.header.Algorithm == "PS256":
		return rsa.VerifyPSS(public, crypto.SHA256, sum[:], a.signature, nil) == nil
	}
	return false
}

// provesByAssertion says why an assertion does not prove that a request comes from an
// application; empty when it does.
func (s *Server) provesByAssertion(known Application, declared bool, app, text, authority string) string {
	a, ok := parseAssertion(text)
	now := s.options.Now().Unix()
	switch {
	case !ok:
		return "AADSTS5002723: Invalid JWT token. The token is malformed."
	case a.claims.Expires <= now || a.claims.NotBefore > now+300:
		return fmt.Sprintf("AADSTS700024: Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s.",
			stamp(now), stamp(a.claims.NotBefore), stamp(a.claims.Expires))
	case strings.EqualFold(a.claims.Issuer, app):
		return s.provesByCertificate(known, declared, app, a, authority)
	}
	return s.provesByTrust(known, declared, a)
}

func stamp(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }

// provesByCertificate is for an application that signs itself. Of one that was not
// declared, no certificate is known, and any will do.
func (s *Server) provesByCertificate(known Application, declared bool, app string, a assertion, authority string) string {
	if a.claims.Audience != authority+"/oauth2/v2.0/token" && a.claims.Audience != authority+"/v2.0" {
		return "AADSTS50027: JWT token is invalid or malformed: the audience is not this authority."
	}
	if a.claims.Subject != a.claims.Issuer {
		return "AADSTS50027: JWT token is invalid or malformed: issuer and subject differ."
	}
	if !declared {
		return ""
	}
	if known.Certificate == nil || !a.thumbprintOf(known.Certificate.Raw) || !a.signedBy(known.Certificate.PublicKey) {
		return "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.] Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '" + app + "'."
	}
	return ""
}

func (a assertion) thumbprintOf(certificate []byte) bool {
	old := sha1.Sum(certificate) // a name for the certificate, which proves nothing
	sum := sha256.Sum256(certificate)
	// Some clients write the thumbprint in one alphabet of base64, some in the other.
	named := strings.NewReplacer("+", "-", "/", "_", "=", "")
	return named.Replace(a.header.ThumbprintNew) == base64.RawURLEncoding.EncodeToString(sum[:]) || named.Replace(a.header.Thumbprint) == base64.RawURLEncoding.EncodeToString(old[:])
}

// provesByTrust is for a token of another identity provider. The emulator plays all
// that there are, so a signature that is not its own is nobody's.
func (s *Server) provesByTrust(known Application, declared bool, a assertion) string {
	trusts := known.Trusts
	if !declared {
		trusts = []Trust{{Issuer: a.claims.Issuer, Subject: a.claims.Subject}}
	}
	const check = " Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
	fits := func(match func(Trust) bool) bool {
		trusts = slices.DeleteFunc(slices.Clone(trusts), func(t Trust) bool { return !match(t) })
		return len(trusts) > 0
	}
	switch {
	case !slices.Contains(issuers, a.claims.Issuer) || !fits(func(t Trust) bool { return t.Issuer == a.claims.Issuer }):
		return "AADSTS700211: No matching federated identity record found for presented assertion issuer '" + a.claims.Issuer + "'." + check
	case !fits(func(t Trust) bool { return t.Subject == a.claims.Subject }):
		return "AADSTS700213: No matching federated identity record found for presented assertion subject '" + a.claims.Subject + "'." + check
	case !fits(func(t Trust) bool { return a.claims.Audience == t.audience() }):
		return "AADSTS700212: No matching federated identity record found for presented assertion audience '" + a.claims.Audience + "'." + check
	case !a.signedBy(&s.issuer().PublicKey):
		return "AADSTS50013: Assertion failed signature validation. [Reason - The key was not found.]"
	}
	return ""
}

func (t Trust) audience() string {
	if t.Audience == "" {
		return ExchangeAudience
	}
	return t.Audience
}
