package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/secretzero/sz/sdk"
)

// What GitHub Actions tells a job that may ask for tokens
// (docs.github.com/actions/reference/security/oidc, "Methods for requesting the OIDC
// token").
const (
	githubURL   = "ACTIONS_ID_TOKEN_REQUEST_URL"
	githubToken = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
)

// github exchanges a token that GitHub makes for a job.
func (m *maker) github(s Settings) (azcore.TokenCredential, error) {
	address, err := url.Parse(os.Getenv(githubURL))
	token := os.Getenv(githubToken)
	switch {
	case address.String() == "" || token == "":
		return nil, &refusal{
			class: sdk.Authentication, code: "not-in-github-actions", absent: true, why: "the job may not ask GitHub for a token: " + githubURL + " and " + githubToken + " are not set",
			hint: "give the job the permission: `permissions: {id-token: write}`; for local work run `az login` and use kind: cli",
		}
	case err != nil || address.Scheme != "https" || address.Host == "":
		return nil, &refusal{class: sdk.Authentication, code: "bad-github-url", why: githubURL + " is no https address"}
	}
	query := address.Query()
	query.Set("audience", cmp.Or(s.Audience, m.cloud.audience))
	address.RawQuery = query.Encode()
	return m.exchange(s, func(ctx context.Context) (string, error) {
		text, err := m.askGitHub(ctx, address.String(), token)
		if err != nil {
			return "", &refusal{class: sdk.Authentication, code: "no-github-token", why: "GitHub gave the job no token", detail: err.Error(), hint: "run the job again; a job may ask for a token while it runs, and only with `permissions: {id-token: write}`"}
		}
		return text, nil
	})
}

func (m *maker) askGitHub(ctx context.Context, address, token string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	response, err := m.client.Transport.Do(request)
	if err != nil {
		return "", errors.New(clip(withoutQuery(err)))
	}
	defer response.Body.Close()
	var answer struct {
		Value string `json:"value"`
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxFile))
	switch {
	case response.StatusCode != http.StatusOK:
		return "", fmt.Errorf("%s answered %s", request.URL.Host, response.Status)
	case err != nil || json.Unmarshal(body, &answer) != nil || answer.Value == "":
		return "", fmt.Errorf("%s answered something that is no token", request.URL.Host)
	}
	return answer.Value, nil
}

// withoutQuery is the text of a failed request without its address.
func withoutQuery(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err.Error()
	}
	return err.Error()
}
