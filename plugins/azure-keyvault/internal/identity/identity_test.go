package identity

import (
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
	err = reachable(t.Context(), address)
	if err == nil || !strings.Contains(err.Error(), "no managed identity endpoint is reachable") || !strings.Contains(err.Error(), "az login") {
		t.Errorf("a closed port: %v", err)
	}
	t.Setenv("IDENTITY_ENDPOINT", "https://identity.example/token")
	if err := reachable(t.Context(), address); err != nil {
		t.Errorf("App Service tells where the endpoint is: %v", err)
	}
}
