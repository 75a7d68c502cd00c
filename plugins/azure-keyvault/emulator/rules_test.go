package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	s := start(t, Options{})
	for name, fine := range map[string]bool{
		"a": true, "api-key": true, "Parent--Child": true, "1st": true, "-lead": true, "trail-": true, "--": true, "versions": true,
		strings.Repeat("n", 127): true, strings.Repeat("n", 128): false,
		"under_score": false, "a.b": false, "a%20b": false, "%C3%A9": false, "a+b": false, "a:b": false,
	} {
		r := send(t, s, "PUT", "/secrets/"+name+query, s.Token(), `{"value":"x"}`)
		switch {
		case fine && r.status != http.StatusOK:
			t.Errorf("%q: %d %s", name, r.status, r.body)
		case !fine && (r.status != http.StatusBadRequest || !strings.Contains(r.body, "The request URI contains an invalid name: ")):
			t.Errorf("%q: %d %s", name, r.status, r.body)
		}
	}
}

func TestNamesAreCaseInsensitive(t *testing.T) {
	s := start(t, Options{})
	do(t, s, "PUT", "/secrets/Api-Key"+query, `{"value":"one"}`, 200)
	do(t, s, "PUT", "/secrets/API-KEY"+query, `{"value":"two"}`, 200)
	body := do(t, s, "GET", "/secrets/api-key/"+query, "", 200)
	if !strings.Contains(body, `"value":"two"`) || !strings.Contains(body, "/secrets/Api-Key/") {
		t.Errorf("got %s", body)
	}
	if list := s.List(); len(list) != 1 || list[0].Versions != 2 {
		t.Errorf("list is %+v", list)
	}
}

func TestLimits(t *testing.T) {
	tags := func(n, name, value int) string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("%0*d", name, i)] = strings.Repeat("é", value)
		}
		text, _ := json.Marshal(map[string]any{"value": "x", "tags": m})
		return string(text)
	}
	cases := []struct {
		name, body string
		status     int
		message    string
	}{
		{"value", `{"value":"` + strings.Repeat("x", 25600) + `"}`, 200, ""},
		{"empty value", `{"value":""}`, 200, `"value":""`},
		{"value in bytes", `{"value":"` + strings.Repeat("é", 12801) + `"}`, 400, "SecretTooLarge"},
		{"no value", `{}`, 400, "BadParameter"},
		{"no JSON", `{"value":`, 400, "BadParameter"},
		{"number for a value", `{"value":1}`, 400, "BadParameter"},
		{"15 tags", tags(15, 512, 256), 200, ""},
		{"16 tags", tags(16, 5, 5), 400, "Property has invalid value"},
		{"name of a tag", tags(1, 513, 5), 400, "Property has invalid value"},
		{"value of a tag", tags(1, 5, 257), 400, "Property has invalid value"},
		{"no tags, but said so", `{"value":"x","tags":{}}`, 200, `"tags":{}`},
		{"content type", `{"value":"x","contentType":"` + strings.Repeat("c", 255) + `"}`, 200, ""},
		{"long content type", `{"value":"x","contentType":"` + strings.Repeat("c", 256) + `"}`, 400, "Property has invalid value"},
	}
	s := start(t, Options{})
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			if body := do(t, s, "PUT", "/secrets/n"+query, test.body, test.status); !strings.Contains(body, test.message) {
				t.Errorf("%s is missing in %s", test.message, body)
			}
		})
	}
}

func TestRequestsThatAreNone(t *testing.T) {
	s := start(t, Options{})
	for _, test := range []struct {
		method, path string
		status       int
		message      string
	}{
		{"GET", "/secrets", 400, "api-version must be specified"},
		{"PUT", "/secrets/n", 400, "api-version must be specified"},
		{"POST", "/secrets/n" + query, 405, "NotSupported"},
		{"GET", "/" + query, 405, "NotSupported"},
		{"GET", "/keys" + query, 405, "NotSupported"},
		{"GET", "/secrets/n/1/2" + query, 405, "NotSupported"},
		{"GET", "/deletedsecrets/n/1" + query, 405, "NotSupported"},
		{"GET", "/secrets" + query + "&$skiptoken=x", 400, "skip token"},
		{"GET", "/secrets" + query + "&maxresults=26", 400, "maxresults"},
		{"GET", "/secrets/absent/" + query, 404, "A secret with (name/id) absent was not found"},
		{"PATCH", "/secrets/absent/0123" + query, 404, "A secret with (name/id) absent was not found"},
		{"DELETE", "/secrets/absent" + query, 404, "A secret with (name/id) absent was not found"},
		{"POST", "/deletedsecrets/absent/recover" + query, 404, "Deleted Secret not found: absent"},
		{"DELETE", "/deletedsecrets/absent" + query, 404, "Deleted Secret not found: absent"},
	} {
		body := do(t, s, test.method, test.path, "{}", test.status)
		if !strings.Contains(body, test.message) {
			t.Errorf("%s %s: %s", test.method, test.path, body)
		}
	}
}

// TestMetadata checks what is inherited by what.
func TestMetadata(t *testing.T) {
	s := start(t, Options{})
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x","contentType":"text/plain","tags":{"a":"1","b":"2"},"attributes":{"exp":2208992461}}`, 200)
	body := do(t, s, "PATCH", "/secrets/n/"+query, `{"tags":{"c":"3"}}`, 200)
	if !strings.Contains(body, `"tags":{"c":"3"}}`) || !strings.Contains(body, `"contentType":"text/plain"`) || !strings.Contains(body, `"exp":2208992461`) {
		t.Errorf("an update replaces the tags and keeps the rest: %s", body)
	}
	body = do(t, s, "PUT", "/secrets/n"+query, `{"value":"y"}`, 200)
	if strings.Contains(body, "tags") || strings.Contains(body, "contentType") || strings.Contains(body, "exp") {
		t.Errorf("a new version inherits: %s", body)
	}
	do(t, s, "PATCH", "/secrets/n/"+query, `{"attributes":{"enabled":false}}`, 200)
	do(t, s, "GET", "/secrets/n/"+query, "", 403)
	body = do(t, s, "PUT", "/secrets/n"+query, `{"value":"z"}`, 200)
	if !strings.Contains(body, `"enabled":true`) {
		t.Errorf("a new version is disabled: %s", body)
	}
}

func TestPurgeProtection(t *testing.T) {
	s := start(t, Options{PurgeProtection: true})
	body := do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 200)
	if !strings.Contains(body, `"recoveryLevel":"Recoverable","recoverableDays":90`) {
		t.Errorf("recovery level: %s", body)
	}
	do(t, s, "DELETE", "/secrets/n"+query, "", 200)
	body = do(t, s, "DELETE", "/deletedsecrets/n"+query, "", 403)
	if !strings.Contains(body, `Operation \"purge\" is not allowed because purge protection is enabled for this vault.`) {
		t.Errorf("purge: %s", body)
	}
	do(t, s, "GET", "/deletedsecrets/n"+query, "", 200)
}

func TestRetention(t *testing.T) {
	c := newClock()
	s := start(t, Options{Now: c.Now, RetentionDays: 7})
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 200)
	do(t, s, "DELETE", "/secrets/n"+query, "", 200)
	c.advance(s.options.retention() - 1)
	do(t, s, "GET", "/deletedsecrets/n"+query, "", 200)
	c.advance(1)
	do(t, s, "GET", "/deletedsecrets/n"+query, "", 404)
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 200)
}

func TestBackup(t *testing.T) {
	s := start(t, Options{})
	set := do(t, s, "PUT", "/secrets/n"+query, `{"value":"x","tags":{"a":"1"}}`, 200)
	backup := do(t, s, "POST", "/secrets/n/backup"+query, "", 200)
	if strings.Contains(backup, `"x"`) {
		t.Error("the backup shows the value")
	}
	conflict := do(t, s, "POST", "/secrets/restore"+query, backup, 409)
	if !strings.Contains(conflict, "There was a conflict restoring the secret") {
		t.Errorf("conflict: %s", conflict)
	}
	do(t, s, "DELETE", "/secrets/n"+query, "", 200)
	do(t, s, "POST", "/secrets/restore"+query, backup, 409)
	do(t, s, "DELETE", "/deletedsecrets/n"+query, "", 204)
	restored := do(t, s, "POST", "/secrets/restore"+query, backup, 200)
	if strings.Contains(restored, `"value"`) {
		t.Error("the answer to a restore shows the value")
	}
	if got := do(t, s, "GET", "/secrets/n/"+query, "", 200); got != set {
		t.Errorf("restored %s, want %s", got, set)
	}
	do(t, s, "POST", "/secrets/restore"+query, `{"value":"bm9uZQ"}`, 400)
}

func TestManaged(t *testing.T) {
	s := start(t, Options{})
	if err := s.AddManaged("golden", "cert", "pkcs12"); err != nil {
		t.Fatal(err)
	}
	if body := do(t, s, "GET", "/secrets"+query, "", 200); !strings.Contains(body, `"managed":true`) {
		t.Errorf("list: %s", body)
	}
	do(t, s, "PUT", "/secrets/cert"+query, `{"value":"x"}`, 403)
	do(t, s, "DELETE", "/secrets/cert"+query, "", 403)
}
