package identity

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// Who is whom a token was given to, as the token says itself. It never holds the token.
type Who struct {
	Tenant      string // GUID
	Object      string // GUID: what roles are assigned to
	Application string // GUID; for a person, of the program that they signed in with
	Person      bool   // rather than an application
}

// IsZero reports that there was no token yet.
func (w Who) IsZero() bool { return w == Who{} }

// String names the identity for a message.
func (w Who) String() string {
	if w.IsZero() {
		return "not known"
	}
	kind := "application"
	if w.Person {
		kind = "person"
	}
	text := kind + " with object id " + orUnknown(w.Object)
	if !w.Person && w.Application != "" {
		text += " (client id " + w.Application + ")"
	}
	return text + " of tenant " + orUnknown(w.Tenant)
}

func orUnknown(text string) string {
	if text == "" {
		return "not told"
	}
	return text
}

var guid = regex.Of(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func isGUID(text string) bool { return guid.MatchString(text) }

// whoseToken reads the claims of a token. It checks no signature: the vault does that,
// and what is read here serves to say who failed and to refuse, never to allow more.
func whoseToken(token string) Who {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Who{}
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return Who{}
	}
	var c struct {
		Tenant   string `json:"tid"`
		Object   string `json:"oid"`
		AppV1    string `json:"appid"`
		AppV2    string `json:"azp"`
		Type     string `json:"idtyp"`
		UserName string `json:"upn"`
		Scopes   string `json:"scp"`
	}
	if json.Unmarshal(text, &c) != nil {
		return Who{}
	}
	who := Who{Person: c.Type == "user" || c.Type == "" && (c.UserName != "" || c.Scopes != "")}
	for _, claim := range []struct {
		to   *string
		text string
	}{{&who.Tenant, c.Tenant}, {&who.Object, c.Object}, {&who.Application, c.AppV2}, {&who.Application, c.AppV1}} {
		if isGUID(claim.text) {
			*claim.to = strings.ToLower(claim.text)
		}
	}
	return who
}
