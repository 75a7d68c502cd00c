package identity

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
)

// A port that was open a moment ago and is closed stands for a machine without a
// metadata service: no packet leaves this one.
func TestNoManagedIdentityIsSaidAtOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := reachable(t.Context(), address); err != nil {
		t.Errorf("an open port: %v", err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	r, ok := errors.AsType[*refusal](reachable(t.Context(), address))
	if !ok || !r.absent || !strings.Contains(r.why, "no managed identity endpoint is reachable") || !strings.Contains(r.hint, "az login") {
		t.Errorf("a closed port: %+v", r)
	}
	for _, name := range []string{"IDENTITY_ENDPOINT", "MSI_ENDPOINT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "https://identity.example/token")
			if err := reachable(t.Context(), address); err != nil {
				t.Errorf("the app tells where the endpoint is: %v", err)
			}
		})
	}
}

type answering struct{ requests int }

func (a *answering) Do(*http.Request) (*http.Response, error) {
	a.requests++
	return &http.Response{StatusCode: http.StatusBadGateway}, nil
}

// A proxy that answers for the metadata service is not taken for it.
func TestMetadataServiceIsLookedForBeforeItIsAsked(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inner := &answering{}
	transport := &metadataTransport{inner, listener.Addr().String()}
	ask := func(url string) error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = transport.Do(request)
		return err
	}
	if err := ask("http://127.0.0.1/metadata/identity/oauth2/token"); err != nil || inner.requests != 1 {
		t.Errorf("somebody is there: %v, %d requests", err, inner.requests)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ask("http://127.0.0.1/metadata/identity/oauth2/token"); err == nil || inner.requests != 1 {
		t.Errorf("nobody is there: %v, %d requests", err, inner.requests)
	}
	if err := ask("https://login.microsoftonline.com/common"); err != nil || inner.requests != 2 {
		t.Errorf("another host: %v", err)
	}
}
