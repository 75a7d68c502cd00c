package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// signedIn is a token of the person who uses the emulator, signed in with an
// application, for a resource and in a tenant.
func signedIn(resource, tenant, application string) (token string, expires time.Time, err error) {
	query := url.Values{"api-version": {"2019-08-01"}, "resource": {strings.TrimSuffix(resource, "/")}, "tenant": {tenant}, "signed_in_as": {application}}
	var answer struct {
		Token   string `json:"access_token"`
		Expires string `json:"expires_on"`
	}
	if err := ask("/msi/token?"+query.Encode(), &answer); err != nil {
		return "", expires, err
	}
	unix, err := strconv.ParseInt(answer.Expires, 10, 64)
	return answer.Token, time.Unix(unix, 0), err
}

// ask asks the identity host of the emulator in whose environment this runs, the
// way every client finds it: through the proxy, trusting SSL_CERT_FILE.
func ask(path string, into any) error {
	base, ok := strings.CutSuffix(os.Getenv("IDENTITY_ENDPOINT"), "/msi/token")
	if !ok {
		return errors.New("no emulator: run this inside `keyvault-emulator exec`, or with the environment that serve prints")
	}
	request, err := http.NewRequest(http.MethodGet, base+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("X-IDENTITY-HEADER", os.Getenv("IDENTITY_HEADER"))
	client := &http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the emulator answered %s", response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}
