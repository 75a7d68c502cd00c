package emulator

import (
	"strings"
	"testing"
	"time"
)

// TestLimit writes 1,000 versions as fast as the limit lets: the last one is due
// 700 / 30 s after the first with a bucket, in the fourth window otherwise.
func TestLimit(t *testing.T) {
	for limit, want := range map[Limit]time.Duration{LimitBucket: 23400 * time.Millisecond, LimitWindow: 30 * time.Second, Unlimited: 0} {
		c := newClock()
		l := newLimiter(Options{Limit: limit, LimitWrites: limitWrites, LimitWindow: limitWindow, Now: c.Now})
		begin := c.Now()
		for n := 0; n < 1000; {
			if l.allow("a") {
				n++
			} else {
				c.advance(100 * time.Millisecond)
			}
		}
		if got := c.Now().Sub(begin); got < want-100*time.Millisecond || got > want {
			t.Errorf("%q: 1,000 versions in %s, want %s", limit, got, want)
		}
		if !l.allow("b") {
			t.Errorf("%q: another vault is throttled", limit)
		}
	}
}

func TestThrottled(t *testing.T) {
	c := newClock()
	s := start(t, Options{Limit: LimitBucket, Now: c.Now})
	s.limiter.vaults["golden"] = &allowance{1, c.Now()}
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 200)
	r := send(t, s, "PUT", "/secrets/n"+query, s.Token(), `{"value":"x"}`)
	want := `{"error":{"code":"Throttled","message":"Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached"}}`
	if r.status != 429 || r.body != want {
		t.Errorf("%d %s", r.status, r.body)
	}
	checkHeaders(t, "15 throttled", r)
	do(t, s, "GET", "/secrets/n/"+query, "", 200)
	c.advance(time.Second)
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 200)
}

func TestPermissions(t *testing.T) {
	denial, err := ParseDenial("reader:set")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{Deny: []Denial{denial, {Permission: PermissionPurge}}})
	reader := s.TokenFor("https://vault.azure.net", "reader")
	r := send(t, s, "PUT", "/secrets/n"+query, reader, `{"value":"x"}`)
	if r.status != 403 || !strings.Contains(r.body, `"innererror":{"code":"ForbiddenByRbac"}`) ||
		!strings.Contains(r.body, "Action: 'Microsoft.KeyVault/vaults/secrets/setSecret/action'") || !strings.Contains(r.body, "appid=reader;") {
		t.Errorf("%d %s", r.status, r.body)
	}
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 200)
	if r := send(t, s, "GET", "/secrets/n/"+query, reader, ""); r.status != 200 {
		t.Errorf("get by the reader: %d", r.status)
	}
	do(t, s, "DELETE", "/secrets/n"+query, "", 200)
	do(t, s, "DELETE", "/deletedsecrets/n"+query, "", 403)
	for _, text := range []string{"", "x", "app:", "app:own"} {
		if d, err := ParseDenial(text); err == nil {
			t.Errorf("%q is accepted as %+v", text, d)
		}
	}
}

func TestFirewall(t *testing.T) {
	s := start(t, Options{Firewall: true})
	if body := do(t, s, "GET", "/secrets"+query, "", 403); !strings.Contains(body, "ForbiddenByFirewall") {
		t.Errorf("got %s", body)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{RetentionDays: 6}, {RetentionDays: 91}, {PageSize: 26}, {PageSize: -1}, {Limit: "x"}, {Latency: -1}, {Window: -1}, {LimitWrites: -1}, {LimitWindow: -1}, {Address: "x"}, {StateFile: "/dev/null/x"}} {
		if s, err := Start(o); err == nil {
			t.Errorf("%+v is accepted", o)
			_ = s.Close()
		}
	}
}

func TestRetryAfterIsSaidWhereAsked(t *testing.T) {
	s := start(t, Options{Faults: []Fault{{Method: "PUT", N: 1, Kind: TooManyRequests, Delay: 3 * time.Second}}})
	if r := send(t, s, "PUT", "/secrets/n"+query, s.Token(), `{"value":"x"}`); r.status != 429 || r.header.Get("Retry-After") != "3" {
		t.Errorf("%d, Retry-After %q", r.status, r.header.Get("Retry-After"))
	}
}

// TestAccessPolicies words refusals as the other model of rights does, which has no
// right of its own for updates.
func TestAccessPolicies(t *testing.T) {
	s := start(t, Options{AccessPolicies: true, Deny: []Denial{{Permission: PermissionSet}}})
	for _, method := range []string{"PUT", "PATCH"} {
		body := do(t, s, method, "/secrets/n"+query, `{"value":"x"}`, 403)
		for _, part := range []string{`"innererror":{"code":"AccessDenied"}`, "does not have secrets set permission on key vault 'golden;location=", "oid="} {
			if !strings.Contains(body, part) {
				t.Errorf("%s: %q is missing in %s", method, part, body)
			}
		}
	}
	do(t, s, "GET", "/secrets/n/"+query, "", 404)
}
