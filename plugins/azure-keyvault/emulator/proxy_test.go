package emulator

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestProxy(t *testing.T) {
	s := start(t, Options{Vaults: []string{"Known", "other.vault.azure.cn"}})
	for _, test := range []struct {
		request string
		status  int
	}{
		{"CONNECT known.vault.azure.net:443", 200},
		{"CONNECT KNOWN.VAULT.AZURE.NET:443", 200},
		{"CONNECT known.vault.azure.cn:443", 200},
		{"CONNECT other.vault.azure.cn:443", 200},
		{"CONNECT login.microsoftonline.com:443", 200},
		{"CONNECT login.chinacloudapi.cn:443", 200},
		{"CONNECT login.microsoftonline.us:443", 200},
		{"CONNECT identity.keyvault-emulator.test:443", 200},
		{"CONNECT unknown.vault.azure.net:443", 502},
		{"CONNECT other.vault.azure.net:443", 502},
		{"CONNECT known.vault.azure.net:80", 403},
		{"CONNECT a.known.vault.azure.net:443", 403},
		{"CONNECT vault.azure.net:443", 403},
		{"CONNECT known.managedhsm.azure.net:443", 403},
		{"CONNECT known.vault.azure.net.example.com:443", 403},
		{"CONNECT example.com:443", 403},
		{"CONNECT 169.254.169.254:443", 403},
		{"GET http://169.254.169.254/metadata/identity/oauth2/token", 403},
		{"GET http://known.vault.azure.net/secrets", 403},
		{"GET /", 403},
	} {
		conn, err := net.Dial("tcp", s.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		method, _, _ := strings.Cut(test.request, " ")
		fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\n\r\n", test.request)
		response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
		if err != nil || response.StatusCode != test.status {
			t.Errorf("%s: %v, %v, want %d", test.request, response, err, test.status)
		}
		_ = conn.Close()
	}
	refused := 0
	for _, r := range s.Requests() {
		if r.Status == 403 || r.Status == 502 {
			refused++
		}
	}
	if refused != 12 {
		t.Errorf("%d refusals are logged, want 12", refused)
	}
}

// TestHostOfTheConnection wants a request to be for the host whose certificate
// was shown.
func TestHostOfTheConnection(t *testing.T) {
	s := start(t, Options{})
	pool := x509.NewCertPool()
	pool.AddCert(s.authority.certificate)
	conn := tls.Client(tunnel(t, s, host), &tls.Config{ServerName: host, RootCAs: pool})
	fmt.Fprint(conn, "GET /secrets HTTP/1.1\r\nHost: other.vault.azure.net\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("got %v, %v", response, err)
	}
	leaf := conn.ConnectionState().PeerCertificates[0]
	if len(leaf.DNSNames) != 1 || leaf.DNSNames[0] != host || leaf.NotAfter.After(s.authority.certificate.NotAfter) {
		t.Errorf("certificate for %v until %s", leaf.DNSNames, leaf.NotAfter)
	}
}
