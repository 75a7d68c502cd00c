package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

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
