package emulator

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"PUT#3=commit-then-drop":              {Method: "PUT", N: 3, Kind: CommitThenDrop},
		"get#1=delay:2s":                      {Method: "GET", N: 1, Kind: Slow, Delay: 2 * time.Second},
		"GET /deletedsecrets/{name}#*=500":    {Method: "GET", Route: "/deletedsecrets/{name}", Kind: ServerError},
		"*#2=429":                             {Method: "*", N: 2, Kind: TooManyRequests},
		"* /secrets/{name}#1=commit-then-500": {Method: "*", Route: "/secrets/{name}", N: 1, Kind: CommitThenError},
		"PUT#1=429:3s":                        {Method: "PUT", N: 1, Kind: TooManyRequests, Delay: 3 * time.Second},
		"DELETE#1=drop":                       {Method: "DELETE", N: 1, Kind: Drop},
	} {
		if got, err := ParseFault(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "PUT", "PUT#1", "PUT=500", "PUT#0=500", "PUT#-1=500", "PUT#x=500", "#1=500", "PUT#1=", "PUT#1=501", "PUT#1=delay", "PUT#1=delay:x", "PUT#1=429:", "PUT#1=drop:1s"} {
		if f, err := ParseFault(text); err == nil {
			t.Errorf("%q is accepted as %+v", text, f)
		}
	}
}

// TestFaults lets the second of three sets go wrong in each way, and counts what
// was stored and what was logged.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		fault  string
		status int // 0 for a lost connection
		stored int
		fired  int
	}{
		{"PUT#2=drop", 0, 2, 1}, {"PUT#2=commit-then-drop", 0, 3, 1},
		{"PUT#2=500", 500, 2, 1}, {"PUT#2=commit-then-500", 500, 3, 1},
		{"PUT#2=429", 429, 2, 1}, {"PUT#2=delay:1ms", 200, 3, 1},
		{"PUT /secrets/{name}#2=500", 500, 2, 1}, {"* /secrets/{name}#2=500", 500, 2, 1}, {"*#2=500", 500, 2, 1},
		{"PUT /secrets/{name}/{version}#2=500", 200, 3, 0}, {"PATCH#2=500", 200, 3, 0},
	} {
		t.Run(test.fault, func(t *testing.T) {
			fault, err := ParseFault(test.fault)
			if err != nil {
				t.Fatal(err)
			}
			s := start(t, Options{Faults: []Fault{fault}})
			for i := range 3 {
				r, err := try(s, "PUT", "/secrets/n"+query, s.Token(), `{"value":"x"}`)
				want := http.StatusOK
				if i == 1 {
					want = test.status
				}
				if r.status != want || (err != nil) != (want == 0) {
					t.Errorf("request %d: status %d, want %d: %v", i+1, r.status, want, err)
				}
			}
			if got := s.List()[0].Versions; got != test.stored {
				t.Errorf("%d versions, want %d", got, test.stored)
			}
			fired := 0
			for _, r := range s.Requests() {
				if r.Fault != "" {
					fired++
				}
			}
			if fired != test.fired {
				t.Errorf("the fault fired %d times, want %d", fired, test.fired)
			}
			if s.Count("PUT") != 3 || s.Count("PUT /secrets/{name}") != 3 || s.Counts()["*"] != 3 || s.Count("PATCH") != 0 {
				t.Errorf("counts are %v", s.Counts())
			}
		})
	}
}

// TestHooks checks that Before sees a vault without what was asked for, After one
// with it, and that Log has the request before the answer is there.
func TestHooks(t *testing.T) {
	var s *Server
	var seen []string
	versions := func(when string) func(Request) {
		return func(r Request) {
			seen = append(seen, when+" "+r.Method+" "+strings.Repeat("v", len(s.List())))
		}
	}
	log := func(r Request) {
		if r.AppID == systemIdentity {
			seen = append(seen, "log")
		}
	}
	s = start(t, Options{Before: versions("before"), After: versions("after"), Log: log})
	do(t, s, "PUT", "/secrets/n"+query, `{"value":"x"}`, 200)
	if got := strings.Join(seen, ", "); got != "before PUT , after PUT v, log" {
		t.Errorf("saw %s", got)
	}
}
