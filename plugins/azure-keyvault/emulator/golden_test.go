package emulator

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// step is one exchange. In paths and bodies V is the host, N the name, VER the
// newest version that was set.
type step struct {
	name    string
	method  string
	path    string
	body    string
	advance time.Duration // before the request
	status  int
	answer  string
}

const (
	goldenAttributes = `"created":1779401257,"updated":1779401257,"recoveryLevel":"CustomizedRecoverable+Purgeable","recoverableDays":7`
	goldenAbsent     = `{"error":{"code":"SecretNotFound","message":"A secret with (name/id) N was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"}}`
	goldenDeleted    = `{"recoveryId":"https://V/deletedsecrets/N","deletedDate":1779401257,"scheduledPurgeDate":1780006057,"contentType":"big secret","id":"https://V/secrets/N/VER","attributes":{"enabled":true,"nbf":1893459661,"exp":2208992461,` + goldenAttributes + `},"tags":{"tag":"value"}}`
	goldenNoDeleted  = `{"error":{"code":"SecretNotFound","message":"Deleted Secret not found: N"}}`
	window           = 10 * time.Second
)

// exchanges are those of the azsecrets recordings TestCRUD, TestRecover,
// TestListDeletedSecrets and TestListSecretVersions (azure-sdk-assets), and of the
// issues that rules.go and operations.go name.
var exchanges = []step{
	{"2 set", "PUT", "/secrets/N", `{"attributes":{"enabled":true,"nbf":1893459661},"contentType":"big secret","tags":{"tag":"value"},"value":"value518723441"}`, 0, 200,
		`{"value":"value518723441","contentType":"big secret","id":"https://V/secrets/N/VER","attributes":{"enabled":true,"nbf":1893459661,` + goldenAttributes + `},"tags":{"tag":"value"}}`},
	{"3 get before nbf, with the slash", "GET", "/secrets/N/", "", 0, 200,
		`{"value":"value518723441","contentType":"big secret","id":"https://V/secrets/N/VER","attributes":{"enabled":true,"nbf":1893459661,` + goldenAttributes + `},"tags":{"tag":"value"}}`},
	{"4 update shows no value", "PATCH", "/secrets/N/VER", `{"attributes":{"exp":2208992461}}`, 0, 200,
		`{"contentType":"big secret","id":"https://V/secrets/N/VER","attributes":{"enabled":true,"nbf":1893459661,"exp":2208992461,` + goldenAttributes + `},"tags":{"tag":"value"}}`},
	{"11 list of versions", "GET", "/secrets/N/versions", "", 0, 200,
		`{"value":[{"contentType":"big secret","id":"https://V/secrets/N/VER","attributes":{"enabled":true,"nbf":1893459661,"exp":2208992461,` + goldenAttributes + `},"tags":{"tag":"value"}}],"nextLink":null}`},
	{"11 list of versions of nothing", "GET", "/secrets/absent/versions", "", 0, 200, `{"value":[],"nextLink":null}`},
	{"live: no deleted secret", "GET", "/deletedsecrets/N", "", 0, 404, goldenNoDeleted},
	{"5 delete", "DELETE", "/secrets/N", "", 0, 200, goldenDeleted},
	{"6 too early", "GET", "/deletedsecrets/N", "", 0, 404, goldenNoDeleted},
	{"being deleted: get", "GET", "/secrets/N/", "", 0, 404, goldenAbsent},
	{"being deleted: set", "PUT", "/secrets/N", `{"value":"x"}`, 0, 409, `{"error":{"code":"Conflict","message":"Secret N is currently being deleted and cannot be re-created; retry later.","innererror":{"code":"ObjectIsBeingDeleted"}}}`},
	{"being deleted: purge", "DELETE", "/deletedsecrets/N", "", 0, 409, `{"error":{"code":"Conflict","message":"Secret N is currently being deleted and cannot be re-created; retry later.","innererror":{"code":"ObjectIsBeingDeleted"}}}`},
	{"6 later", "GET", "/deletedsecrets/N", "", window, 200, goldenDeleted},
	{"10 list of deleted secrets", "GET", "/deletedsecrets", "", 0, 200,
		`{"value":[` + strings.Replace(goldenDeleted, "/secrets/N/VER", "/secrets/N", 1) + `],"nextLink":null}`},
	{"13 set of a deleted one", "PUT", "/secrets/N", `{"value":"x"}`, 0, 409,
		`{"error":{"code":"Conflict","message":"Secret N is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.","innererror":{"code":"ObjectIsDeletedButRecoverable"}}}`},
	{"8 recover", "POST", "/deletedsecrets/N/recover", "", 0, 200,
		`{"contentType":"big secret","id":"https://V/secrets/N/VER","attributes":{"enabled":true,"nbf":1893459661,"exp":2208992461,` + goldenAttributes + `},"tags":{"tag":"value"}}`},
	{"9 too early", "GET", "/secrets/N/", "", 0, 404, goldenAbsent},
	{"being recovered: set", "PUT", "/secrets/N", `{"value":"x"}`, 0, 409, `{"error":{"code":"Conflict","message":"Secret N is currently being recovered and cannot be re-created; retry later.","innererror":{"code":"ObjectIsBeingRecovered"}}}`},
	{"9 later: the old value and version", "GET", "/secrets/N/", "", window, 200,
		`{"value":"value518723441","contentType":"big secret","id":"https://V/secrets/N/VER","attributes":{"enabled":true,"nbf":1893459661,"exp":2208992461,` + goldenAttributes + `},"tags":{"tag":"value"}}`},
	{"9 a second delete", "DELETE", "/secrets/N", "", 0, 200, strings.NewReplacer("1779401257,\"scheduled", "1779401277,\"scheduled", "1780006057", "1780006077").Replace(goldenDeleted)},
	{"7 purge", "DELETE", "/deletedsecrets/N", "", window, 204, ""},
	{"being purged: get of the deleted one", "GET", "/deletedsecrets/N", "", 0, 404, goldenNoDeleted},
	{"being purged: set", "PUT", "/secrets/N", `{"value":"x"}`, 0, 409, `{"error":{"code":"Conflict","message":"Secret N is currently being deleted and cannot be re-created; retry later.","innererror":{"code":"ObjectIsBeingDeleted"}}}`},
	{"purged: get", "GET", "/secrets/N/", "", window, 404, goldenAbsent},
	{"2 set of a value alone", "PUT", "/secrets/N", `{"value":"x"}`, 0, 200,
		`{"value":"x","id":"https://V/secrets/N/VER","attributes":{"enabled":true,` + strings.ReplaceAll(goldenAttributes, "1779401257", "1779401297") + `}}`},
	{"disable", "PATCH", "/secrets/N/", `{"attributes":{"enabled":false}}`, 0, 200,
		`{"id":"https://V/secrets/N/VER","attributes":{"enabled":false,` + strings.ReplaceAll(goldenAttributes, "1779401257", "1779401297") + `}}`},
	{"14 get of a disabled one", "GET", "/secrets/N/", "", 0, 403,
		`{"error":{"code":"Forbidden","message":"Operation get is not allowed on a disabled secret.","innererror":{"code":"SecretDisabled"}}}`},
	{"18 size", "PUT", "/secrets/N", `{"value":"` + strings.Repeat("x", 25601) + `"}`, 0, 400,
		`{"error":{"code":"BadParameter","message":"Secret is beyond the maximum permitted length of 25600 characters.","innererror":{"code":"SecretTooLarge"}}}`},
	{"19 name", "PUT", "/secrets/under_score", `{"value":"x"}`, 0, 400, `{"error":{"code":"BadParameter","message":"The request URI contains an invalid name: under_score"}}`},
}

func TestExchanges(t *testing.T) {
	c := newClock()
	s := start(t, Options{Now: c.Now, Window: window, RetentionDays: 7})
	version := "none"
	id := regexp.MustCompile(`/secrets/golden-secret/([0-9a-f]{32})"`)
	for _, e := range exchanges {
		c.advance(e.advance)
		fill := strings.NewReplacer("https://V/", "https://"+host+"/", "/N", "/golden-secret", "ret N ", "ret golden-secret ", "id) N ", "id) golden-secret ", "found: N", "found: golden-secret")
		r := send(t, s, e.method, strings.ReplaceAll(fill.Replace(e.path), "VER", version)+query, s.Token(), e.body)
		if e.method == "PUT" && r.status == http.StatusOK {
			version = id.FindStringSubmatch(r.body)[1]
		}
		if want := strings.ReplaceAll(fill.Replace(e.answer), "VER", version); r.status != e.status || r.body != want {
			t.Errorf("%s: %s %s\n got %d %s\nwant %d %s", e.name, e.method, e.path, r.status, r.body, e.status, want)
		}
		checkHeaders(t, e.name, r)
	}
}

// checkHeaders wants what every live answer has.
func checkHeaders(t *testing.T, name string, r reply) {
	t.Helper()
	want := map[string]string{
		"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1", "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
		"X-Content-Type-Options": "nosniff", "Content-Type": "application/json; charset=utf-8", "Etag": "", "Retry-After": "", "X-Ms-Error-Code": "",
	}
	if r.status == http.StatusNoContent {
		want["Content-Type"] = ""
	}
	for header, value := range want {
		if got := r.header.Get(header); got != value {
			t.Errorf("%s: header %s is %q, want %q", name, header, got, value)
		}
	}
	for _, header := range []string{"X-Ms-Keyvault-Region", "X-Ms-Keyvault-Service-Version", "X-Ms-Keyvault-Network-Info"} {
		if r.header.Get(header) == "" {
			t.Errorf("%s: header %s is missing", name, header)
		}
	}
	if id := r.header.Get("X-Ms-Request-Id"); !tenantID.MatchString(id) {
		t.Errorf("%s: request id %q is no UUID", name, id)
	}
}
