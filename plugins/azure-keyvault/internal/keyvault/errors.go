package keyvault

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/secretzero/sz/sdk"
)

// failure is what an error of the service says, taken apart. The zero failure is
// no error of the service: the connection failed, or there was no error.
type failure struct {
	err     error
	method  string // of the request
	status  int
	code    string
	inner   string
	message string
	// retryAfter is how long the service asks to wait; 0 when it does not say.
	retryAfter time.Duration
}

func classify(err error) failure {
	f := failure{err: err}
	response, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return f
	}
	f.status, f.code = response.StatusCode, response.ErrorCode
	if response.RawResponse == nil {
		return f
	}
	if request := response.RawResponse.Request; request != nil {
		f.method = request.Method
	}
	f.retryAfter = retryAfter(response.RawResponse.Header)
	// The SDK has read the body and put it back.
	text, _ := io.ReadAll(io.LimitReader(response.RawResponse.Body, 64<<10))
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Inner   struct {
				Code string `json:"code"`
			} `json:"innererror"`
		} `json:"error"`
	}
	if json.Unmarshal(text, &body) == nil {
		f.code, f.inner, f.message = body.Error.Code, body.Error.Inner.Code, clip(body.Error.Message)
	}
	response.RawResponse.Body = io.NopCloser(strings.NewReader(string(text)))
	return f
}

// retryAfter is how long an answer asks to wait; 0 when it does not say.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil {
		return 0
	}
	return time.Duration(min(max(seconds, 0), 3600)) * time.Second
}

func (f failure) notFound() bool  { return f.status == http.StatusNotFound }
func (f failure) throttled() bool { return f.status == http.StatusTooManyRequests }

// unreadable reports that a value may not be read, while the rest of what is known of
// it may: it is disabled, or the right to get secrets is missing.
func (f failure) unreadable() bool {
	return f.status == http.StatusForbidden && !f.blocked()
}

// blocked reports that the vault lets nothing of this machine in.
func (f failure) blocked() bool {
	for _, inner := range []string{"ForbiddenByFirewall", "ForbiddenByConnection", "ForbiddenByPolicy"} {
		if strings.HasPrefix(f.inner, inner) {
			return true
		}
	}
	return f.status == http.StatusForbidden && strings.Contains(f.message, "Client address is not authorized")
}

// doubtful reports that the request may have been carried out all the same: its
// answer was lost, or came from something in between.
func (f failure) doubtful() bool {
	if f.err == nil {
		return false
	}
	if _, unsent := errors.AsType[*unreachableError](f.err); unsent {
		return false
	}
	if _, stray := errors.AsType[*strayError](f.err); stray {
		return false
	}
	if _, ours := errors.AsType[*sdk.Error](f.err); ours {
		return false
	}
	return f.status == 0 || f.status == http.StatusRequestTimeout || f.status >= 500
}

func clip(text string) string {
	if len(text) > 1024 {
		return strings.ToValidUTF8(text[:1024], "") + "…"
	}
	return text
}
