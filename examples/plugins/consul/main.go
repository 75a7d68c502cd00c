// Command sz-plugin-consul stores secrets in the key/value store of Consul, whose API is
// at developer.hashicorp.com/consul/api-docs/kv.
package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

type key struct {
	URL   string       `sz:"url,required,identity" network:"to reach Consul" doc:"the server, such as https://consul.example:8501"`
	Key   string       `sz:"key,name" doc:"the key; the secret's name when nothing is said"`
	Token secret.Value `sz:"token" env:"CONSUL_HTTP_TOKEN" doc:"the ACL token"`
}

func main() {
	sdk.Serve(sdk.Plugin{Name: "consul", Version: "0.1.0", Summary: "secrets in Consul", Providers: []sdk.Provider{sdk.ProviderOf[sdk.None, sdk.None]{
		Kind: "consul", Summary: "Consul", Targets: []sdk.TargetFor[sdk.None]{sdk.TargetOf[sdk.None, key]{
			Kind: "consul_kv", Summary: "a key", Write: write, Inspect: inspect, Read: read,
		}},
	}}})
}

// get is the value of a key and its index, which counts the writes.
func (k key) get(ctx context.Context) (secret.Value, string, error) {
	var found [1]struct {
		Value       []byte
		ModifyIndex uint64
	}
	answer, err := sdk.Send(ctx, "GET", k.URL+"/v1/kv/"+k.Key, secret.Value{}, "X-Consul-Token", string(k.Token.Expose()))
	if err == nil {
		err = json.Unmarshal(answer.Expose(), &found)
	}
	return secret.New(found[0].Value), fmt.Sprint(found[0].ModifyIndex), err
}

// write has Consul compare the index with what sz expects, which is none for a key that
// must not be there, and then looks whose value is there: after a lost answer it may be
// this one.
func write(ctx context.Context, _ sdk.None, w sdk.Write[key]) (sdk.WriteResult, error) {
	value, err := w.Payload.Flat()
	if err != nil {
		return sdk.WriteResult{Outcome: sdk.NotApplied}, err
	}
	url := w.Config.URL + "/v1/kv/" + w.Config.Key + "?cas=0" + w.Expect.Receipt.Revision
	if _, err := sdk.Send(ctx, "PUT", url, value, "X-Consul-Token", string(w.Config.Token.Expose())); err != nil {
		return sdk.WriteResult{}, err
	}
	stored, index, err := w.Config.get(ctx)
	if err == nil && !stored.Equal(value) {
		err = &sdk.Error{Class: sdk.Conflict, Code: "changed", Summary: w.Config.Key + " was changed since the plan was made", Hint: "plan again"}
	}
	return sdk.WriteResult{Receipt: sdk.Receipt{Version: 1, Revision: index}}, err
}

func inspect(ctx context.Context, _ sdk.None, i sdk.Inspection[key]) (sdk.State, error) {
	_, index, err := i.Config.get(ctx)
	if sdk.Is(err, sdk.NotFound) {
		return sdk.State{Presence: sdk.Absent}, nil
	}
	return sdk.State{Presence: sdk.Present, Receipt: sdk.Receipt{Version: 1, Revision: index}}, err
}

func read(ctx context.Context, _ sdk.None, r sdk.Read[key]) (sdk.ReadResult, error) {
	value, index, err := r.Config.get(ctx)
	return sdk.ReadResult{Payload: secret.NewText(value), Receipt: sdk.Receipt{Version: 1, Revision: index}}, err
}
