// Command sz-plugin-webdav is a plugin of sz that stores secrets as files on WebDAV servers.
package main

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

type file struct {
	URL string `sz:"url,required,identity" pattern:"https?://[^@?#]+" hint:"an http or https URL without a user or a query" network:"to store secrets there" doc:"the URL of the file"`
}

func main() {
	target := sdk.TargetOf[sdk.None, file]{Kind: "webdav_file", Summary: "a file that holds one secret", Write: write, Inspect: inspect, Read: read}
	provider := sdk.ProviderOf[sdk.None, sdk.None]{Kind: "webdav", Summary: "files on WebDAV servers", Targets: []sdk.TargetFor[sdk.None]{target}}
	sdk.Serve(sdk.Plugin{Name: "webdav", Version: "0.1.0", Summary: "secrets in files on WebDAV servers", Providers: []sdk.Provider{provider}})
}

// read gets the file. The revision is its ETag without the quotes; sdk.Send would be
// shorter, but gives no headers of the answer. A 404 becomes an error of class NotFound.
func read(ctx context.Context, _ sdk.None, ask sdk.Read[file]) (sdk.ReadResult, error) {
	response, err := sdk.HTTPClient(ctx).Get(ask.Config.URL)
	if err != nil {
		return sdk.ReadResult{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(http.MaxBytesReader(nil, response.Body, 4<<20))
	receipt := sdk.Receipt{Version: 1, Revision: strings.Trim(response.Header.Get("ETag"), `"`)}
	return sdk.ReadResult{Payload: secret.NewText(secret.New(content)), Receipt: receipt}, cmp.Or(sdk.HTTPError(response), err)
}

// inspect says what is there; the SDK matches the revisions, and compares by read.
func inspect(ctx context.Context, s sdk.None, i sdk.Inspection[file]) (sdk.State, error) {
	found, err := read(ctx, s, sdk.Read[file]{Target: i.Target})
	if sdk.Is(err, sdk.NotFound) {
		return sdk.State{Presence: sdk.Absent}, nil
	}
	return sdk.State{Presence: sdk.Present, Receipt: found.Receipt}, err
}

// write lets the server compare what is there with what should be. It looks afterwards
// for the ETag, which not every server answers a PUT with, and after a conflict: when
// the value is there already, this write was sent before.
func write(ctx context.Context, s sdk.None, w sdk.Write[file]) (sdk.WriteResult, error) {
	value, err := w.Payload.Flat()
	if err != nil {
		return sdk.WriteResult{Outcome: sdk.NotApplied}, err
	}
	match, noneMatch := `"`+w.Expect.Receipt.Revision+`"`, ""
	if w.Expect.Receipt.Revision == "" {
		match, noneMatch = "", "*"
	}
	same, other := sdk.Applied, sdk.OutcomeUnknown
	_, err = sdk.Send(ctx, "PUT", w.Config.URL, value, "If-Match", match, "If-None-Match", noneMatch)
	if sdk.Is(err, sdk.Conflict) {
		same, other = sdk.Unchanged, sdk.NotApplied
	} else if err != nil {
		return sdk.WriteResult{}, err
	}
	found, lookErr := read(ctx, s, sdk.Read[file]{Target: w.Target})
	if lookErr == nil && value.Equal(found.Payload.Scalar()) {
		return sdk.WriteResult{Outcome: same, Receipt: found.Receipt}, nil
	}
	return sdk.WriteResult{Outcome: other}, cmp.Or(err, lookErr)
}
