package identity

import (
	"errors"
	"net"
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
