package sdk

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/secretzero/sz/sdk/secret"
)

// maxAnswer bounds what [Send] reads, in bytes.
const maxAnswer = 4 << 20

// Send makes one request with [HTTPClient] and returns the body of the answer, of at
// most 4 MiB, which the log of the call does not show. Headers are pairs of a name and
// a text; an empty text is left out. Its errors are those of [HTTPClient] and
// [HTTPError].
func Send(ctx context.Context, method, url string, body secret.Value, headers ...string) (secret.Value, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, body.Reader())
	if err != nil {
		return secret.Value{}, &Error{Class: InvalidConfig, Code: "bad-url", Summary: "a request cannot be made to the address that the configuration gives"}
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] != "" {
			request.Header.Set(headers[i], headers[i+1])
		}
	}
	response, err := HTTPClient(ctx).Do(request)
	if err != nil {
		return secret.Value{}, err
	}
	defer func() { _ = response.Body.Close() }()
	if err := HTTPError(response); err != nil {
		return secret.Value{}, err
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(answer) > maxAnswer {
		err = fmt.Errorf("an answer of more than %d bytes", maxAnswer)
	}
	if err != nil {
		return secret.Value{}, &Error{Class: Unavailable, Code: "no-answer", Summary: hostOf(response) + " did not answer in full"}
	}
	value := secret.New(answer)
	if hide := hider(ctx); hide != nil {
		hide(value)
	}
	return value, nil
}
