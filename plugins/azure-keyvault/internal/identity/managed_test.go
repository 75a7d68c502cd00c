package identity

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
)

// A port that was open a moment ago and is closed stands for a machine without a
// metadata service: no packet leaves this one.
func TestNoManagedIdentityIsSaidAtOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := place{managedidentity.DefaultToIMDS, listener.Addr().String()}
	if err := at.reachable(t.Context()); err != nil {
		t.Errorf("an open port: %v", err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	r, ok := errors.AsType[*refusal](at.reachable(t.Context()))
	if !ok || !r.absent || !strings.Contains(r.why, "no managed identity endpoint is reachable") || !strings.Contains(r.hint, "az login") {
		t.Errorf("a closed port: %+v", r)
	}
	for source, known := range places {
		r, ok := errors.AsType[*refusal](place{source, at.address}.reachable(t.Context()))
		if !ok || r.absent || !strings.Contains(r.why, "the managed identity endpoint of "+known.name+" does not answer at "+at.address) || r.hint != known.check {
			t.Errorf("%s: %+v", source, r)
		}
	}
}

// The environment says what this place is, as azidentity reads it.
func TestPlaceIsWhatTheEnvironmentSays(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want place
	}{
		{nil, place{managedidentity.DefaultToIMDS, "169.254.169.254:80"}},
		{map[string]string{"IDENTITY_ENDPOINT": "http://127.0.0.1:41741/msi/token", "IDENTITY_HEADER": "x"}, place{managedidentity.AppService, "127.0.0.1:41741"}},
		{map[string]string{"IDENTITY_ENDPOINT": "https://10.0.0.4:2377/token", "IDENTITY_HEADER": "x", "IDENTITY_SERVER_THUMBPRINT": "x"}, place{managedidentity.ServiceFabric, "10.0.0.4:2377"}},
		{map[string]string{"IDENTITY_ENDPOINT": "http://localhost:40342/x", "IMDS_ENDPOINT": "http://localhost:40342"}, place{managedidentity.AzureArc, "localhost:40342"}},
		{map[string]string{"MSI_ENDPOINT": "http://10.0.0.5/x", "MSI_SECRET": "x"}, place{managedidentity.AzureML, "10.0.0.5:80"}},
		{map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"}, place{managedidentity.CloudShell, "localhost:50342"}},
		{map[string]string{"MSI_ENDPOINT": "nonsense"}, place{managedidentity.CloudShell, ""}},
	} {
		for _, name := range managedIdentityEnvironment {
			t.Setenv(name, c.env[name])
		}
		if got := thisPlace(); got != c.want {
			t.Errorf("%v: %v, want %v", c.env, got, c.want)
		}
	}
}

type answering struct{ requests int }

func (a *answering) Do(*http.Request) (*http.Response, error) {
	a.requests++
	return &http.Response{StatusCode: http.StatusBadGateway, Body: http.NoBody}, nil
}

// A proxy that answers for the metadata service is not taken for it.
func TestMetadataServiceIsLookedForBeforeItIsAsked(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inner := &answering{}
	transport := &managedTransport{Transporter: inner, place: place{managedidentity.DefaultToIMDS, listener.Addr().String()}}
	ask := func(url string) error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = transport.Do(request)
		return err
	}
	if err := ask("http://" + transport.place.address + "/metadata/identity/oauth2/token"); err != nil || inner.requests != 1 {
		t.Errorf("somebody is there: %v, %d requests", err, inner.requests)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ask("http://" + transport.place.address + "/metadata/identity/oauth2/token"); err == nil || inner.requests != 1 {
		t.Errorf("nobody is there: %v, %d requests", err, inner.requests)
	}
	if err := ask("https://login.microsoftonline.com/common"); err != nil || inner.requests != 2 {
		t.Errorf("another host: %v", err)
	}
}

// An endpoint of this machine that fails is asked once more, and that of a virtual
// machine, which may not be ready yet, as often as azidentity wants.
func TestEndpointThatFailsIsNotAskedForEver(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for source, most := range map[managedidentity.Source]int{managedidentity.AzureArc: 2, managedidentity.AppService: 2, managedidentity.DefaultToIMDS: 9} {
		inner := &answering{}
		transport := &managedTransport{Transporter: inner, place: place{source, listener.Addr().String()}}
		for range 9 {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+transport.place.address+"/token", nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = transport.Do(request); err != nil {
				if _, final := errors.AsType[*refusal](err); !final {
					t.Errorf("%s: %v", source, err)
				}
				break
			}
		}
		if inner.requests != most {
			t.Errorf("%s: asked %d times, want %d", source, inner.requests, most)
		}
	}
}
