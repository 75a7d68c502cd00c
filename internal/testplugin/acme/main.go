// Command sz-plugin-acme is a plugin of a stranger, for tests: a target that hands
// what it is given to a web server, wherever the configuration says that it is.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// The build of a test sets these.
var (
	name    = "acme"
	version = "1.2.3"
	more    = "" // a host:port that this build asks for besides
	kind    = "acme"
)

// Config is what the provider is configured with.
type Config struct {
	URL string `sz:"url" doc:"where the server is"`
}

// Box is what the target is configured with.
type Box struct {
	Name string `sz:"name,required,identity" doc:"which box"`
	Leak bool   `sz:"leak" doc:"tell the value in an error, and on standard error"`
}

func main() {
	permissions := []sdk.Permission{
		{Kind: sdk.Network, Value: "api.acme.example:443", Reason: "to reach Acme"},
		{Kind: sdk.NetworkFrom, Value: "config.url", Reason: "to reach your own Acme"},
		{Kind: sdk.Environment, Value: "ACME_TOKEN", Reason: "to sign in"},
	}
	if more != "" {
		permissions = append(permissions, sdk.Permission{Kind: sdk.Network, Value: more, Reason: "for statistics"})
	}
	sdk.Serve(sdk.Plugin{
		Name: name, Version: version, Summary: "boxes at Acme",
		Providers: []sdk.Provider{sdk.ProviderOf[Config, string]{
			Kind: kind, Summary: "Acme", Permissions: permissions,
			Open:    func(_ context.Context, c Config, _ sdk.OpenInfo) (string, []sdk.Claim, error) { return c.URL, nil, nil },
			Targets: []sdk.TargetFor[string]{sdk.TargetOf[string, Box]{Kind: "box", Summary: "a box at Acme", Write: write, Inspect: inspect}},
		}},
	})
}

// inspect finds every box empty.
func inspect(context.Context, string, sdk.Inspection[Box]) (sdk.State, error) {
	return sdk.State{Presence: sdk.Absent}, nil
}

// write posts the name of the box; a server that is not there is no obstacle.
func write(ctx context.Context, url string, w sdk.Write[Box]) (sdk.WriteResult, error) {
	if w.Config.Leak {
		var value []byte
		w.Payload.Walk(func(v secret.Value) { value = v.Expose() })
		fmt.Fprintf(os.Stderr, "debug: storing %s\n", value)
		return sdk.WriteResult{Outcome: sdk.NotApplied}, fmt.Errorf("acme does not take %s, nor %s, nor %X", value, base64.StdEncoding.EncodeToString(append([]byte("x:"), value...)), value)
	}
	sdk.Progress(ctx, "filling the box", 1, 2)
	if url != "" {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/"+w.Config.Name, strings.NewReader(w.Mark.Operation))
		if err != nil {
			return sdk.WriteResult{}, err
		}
		answer, err := sdk.HTTPClient(ctx).Do(request)
		if err != nil {
			return sdk.WriteResult{Outcome: sdk.NotApplied}, fmt.Errorf("acme: %w", err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
		if answer.StatusCode != http.StatusOK {
			return sdk.WriteResult{Outcome: sdk.NotApplied}, fmt.Errorf("acme: %s", text)
		}
	}
	return sdk.WriteResult{Outcome: sdk.Applied}, nil
}
