package emulator

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// tokenLife is what Microsoft Entra gives to service principals at least.
const tokenLife = time.Hour

// systemIdentity is the application id of the system-assigned managed identity.
const systemIdentity = "aaaaaaaa-0000-4000-8000-000000000001"

// tokens issues and checks access tokens: shaped like those of Microsoft Entra and
// signed with a key that nobody else has.
type tokens struct {
	key []byte
	now func() time.Time
}

func newTokens(now func() time.Time) *tokens {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: see crypto/rand
	return &tokens{key, now}
}

// claims are what a token says.
type claims struct {
	Audience string `json:"aud"`
	Issuer   string `json:"iss"`
	Tenant   string `json:"tid"`
	Object   string `json:"oid"`
	App      string `json:"appid"`
	Type     string `json:"idtyp"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

func issuerOf(tenant string) string { return "https://sts.windows.net/" + tenant + "/" }

func (t *tokens) issue(audience, app, tenant string) (string, claims) {
	return t.seal(claims{Audience: audience, Tenant: tenant, Object: objectOf(app), App: app, Type: "app"})
}

// issuePerson makes a token of the person who uses the emulator, who signed in with an
// application.
func (t *tokens) issuePerson(audience, app, tenant string) (string, claims) {
	return t.seal(claims{Audience: audience, Tenant: tenant, Object: objectOf("a person"), App: app, Type: "user"})
}

func (t *tokens) seal(c claims) (string, claims) {
	now := t.now()
	c.Issuer, c.Issued, c.Expires = issuerOf(c.Tenant), now.Unix(), now.Add(tokenLife).Unix()
	header, _ := json.Marshal(map[string]string{"typ": "JWT", "alg": "HS256"})
	body, _ := json.Marshal(c)
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(body)
	return text + "." + t.sign(text), c
}

// objectOf makes an object id that goes with an application id.
func objectOf(app string) string {
	sum := sha256.Sum256([]byte("object of " + app))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (t *tokens) sign(text string) string {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// check reads the token of a request, which must be ours, of the vault's tenant,
// for the audience and not expired.
func (t *tokens) check(r *http.Request, audience string) (claims, *serviceError) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || token == "" {
		return claims{}, unauthorized("AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token.")
	}
	c, ok := t.open(token)
	switch {
	case !ok:
		return c, unauthorized("AKV10046: Unable to resolve the key used for signature validation.")
	case c.Audience != audience:
		return c, unauthorized("AKV10022: Invalid audience. Expected " + audience + ", found: " + c.Audience + ".")
	case c.Tenant != DefaultTenant:
		return c, unauthorized("AKV10032: Invalid issuer. Expected one of " + issuerOf(DefaultTenant) + ", found " + c.Issuer + ".")
	case c.Expires <= t.now().Unix():
		return c, unauthorized("[TokenExpired] Error validating token: 'S2S12086'.")
	}
	return c, nil
}

// open reads a token whose signature is ours.
func (t *tokens) open(token string) (c claims, ok bool) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || !hmac.Equal([]byte(t.sign(token[:i])), []byte(token[i+1:])) {
		return c, false
	}
	_, body, _ := strings.Cut(token[:i], ".")
	raw, err := base64.RawURLEncoding.DecodeString(body)
	return c, err == nil && json.Unmarshal(raw, &c) == nil
}
