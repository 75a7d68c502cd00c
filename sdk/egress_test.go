package sdk_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/wire"
)

// TestTheProxysWordIsNoAnswerOfAHost: what the proxy of sz says of a plain request is the
// error that a plugin with a network of its own would have had.
func TestTheProxysWordIsNoAnswerOfAHost(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if reason := strings.TrimPrefix(r.URL.Path, "/"); reason != "" {
			w.Header().Set("Sz-Reason", reason)
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	t.Setenv(wire.EnvEgress, proxy.URL)
	for reason, want := range map[string]string{
		"refused":     "store.example:8080 could not be reached",
		"not-granted": "store.example:8080 is not granted to this plugin",
		"":            "502",
	} {
		request, err := http.NewRequestWithContext(t.Context(), "PUT", "http://store.example:8080/"+reason, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := sdk.HTTPClient(t.Context()).Do(request)
		if err == nil {
			_ = response.Body.Close()
			if reason != "" || response.StatusCode != http.StatusBadGateway {
				t.Errorf("%q: %s", reason, response.Status)
			}
			continue
		}
		if failed, ok := errors.AsType[*sdk.Error](err); !ok || failed.Code != "unreachable" || !strings.Contains(failed.Summary+" "+failed.Detail, want) {
			t.Errorf("%q: %v", reason, err)
		}
	}
}
