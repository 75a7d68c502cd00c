// Command sz-plugin-etcd is a plugin of sz that stores secrets as keys of etcd, through
// the JSON gateway of its version 3.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

type cluster struct {
	Endpoint string `sz:"endpoint,required" pattern:"https?://[^/?#@]+" hint:"http://HOST:PORT or https://HOST:PORT" network:"to store secrets there" doc:"the URL of etcd"`
}

type place struct {
	Key string `sz:"key,required,identity" min:"1" max:"512" doc:"the key that holds the secret"`
}

type object map[string]any

// answer is whatever etcd answers, and what that tells of a key.
type answer struct {
	Header    struct{ Revision string }
	Succeeded bool
	Responses [1]map[string]answer
	Kvs       []answer
	Value     []byte
	Revision  string `json:"mod_revision"`
}

var absent error = &sdk.Error{Class: sdk.NotFound, Code: "not-found", Summary: "the key is not there"}

func main() {
	key := sdk.TargetOf[cluster, place]{Kind: "etcd_key", Summary: "a key that holds one secret", Check: check, Write: write, Inspect: inspect, Read: read, Retire: retire}
	etcd := sdk.ProviderOf[cluster, cluster]{Kind: "etcd", Summary: "an etcd cluster", Targets: []sdk.TargetFor[cluster]{key}}
	sdk.Serve(sdk.Plugin{Name: "etcd", Version: "0.1.0", Summary: "secrets as keys of etcd", Providers: []sdk.Provider{etcd}})
}

// check makes the endpoint part of the address: one key of two clusters is two places.
func check(_ context.Context, c cluster, w sdk.Wanted[place]) (sdk.Place, error) {
	return sdk.Place{Address: strings.ToLower(c.Endpoint) + "#" + w.Config.Key}, nil
}

func just(key []byte) object { return object{"key": key} }

// call asks etcd something about the key at an address.
func call(ctx context.Context, address, method string, request func(key []byte) object) (a answer, err error) {
	endpoint, key, _ := strings.Cut(address, "#")
	body, _ := json.Marshal(request([]byte(key))) // of texts and bytes, which always can be
	text, err := sdk.Send(ctx, "POST", endpoint+"/v3/kv/"+method, secret.New(body))
	if err == nil && (json.Unmarshal(text.Expose(), &a) != nil || a.Header.Revision == "") {
		err = &sdk.Error{Class: sdk.Internal, Code: "bad-answer", Summary: "what answers at the endpoint is not etcd"}
	}
	return a, err
}

// read gives the value out; with it the SDK answers challenges.
func read(ctx context.Context, _ cluster, r sdk.Read[place]) (sdk.ReadResult, error) {
	a, err := call(ctx, r.Address, "range", just)
	if err != nil || len(a.Kvs) == 0 {
		return sdk.ReadResult{}, cmp.Or(err, absent)
	}
	return sdk.ReadResult{Payload: secret.NewText(secret.New(a.Kvs[0].Value)), Receipt: sdk.Receipt{Version: 1, Revision: a.Kvs[0].Revision}}, nil
}

func inspect(ctx context.Context, c cluster, i sdk.Inspection[place]) (sdk.State, error) {
	there, err := read(ctx, c, sdk.Read[place]{Target: i.Target})
	if err == absent {
		return sdk.State{Presence: sdk.Absent}, nil
	}
	return sdk.State{Presence: sdk.Present, Receipt: there.Receipt}, err
}

// write puts the value there in one transaction, if the key has the revision that it
// should have, which is 0 when it should not be there.
func write(ctx context.Context, _ cluster, w sdk.Write[place]) (sdk.WriteResult, error) {
	value, err := w.Payload.Flat()
	if err != nil {
		return sdk.WriteResult{Outcome: sdk.NotApplied}, err
	}
	a, err := call(ctx, w.Address, "txn", func(key []byte) object {
		expected := object{"key": key, "target": "MOD", "mod_revision": cmp.Or(w.Expect.Receipt.Revision, "0")}
		put := object{"request_put": object{"key": key, "value": value.Expose()}}
		look := object{"request_range": object{"key": key}}
		return object{"compare": []object{expected}, "success": []object{put}, "failure": []object{look}}
	})
	if err != nil || a.Succeeded {
		return sdk.WriteResult{Receipt: sdk.Receipt{Version: 1, Revision: a.Header.Revision}}, err
	}
	if there := a.Responses[0]["response_range"].Kvs; len(there) > 0 && value.Equal(secret.New(there[0].Value)) {
		return sdk.WriteResult{Outcome: sdk.Unchanged, Receipt: sdk.Receipt{Version: 1, Revision: there[0].Revision}}, nil
	}
	return sdk.WriteResult{}, &sdk.Error{Class: sdk.Conflict, Code: "changed", Summary: "the key was changed since the plan was made", Hint: "plan again"}
}

func retire(ctx context.Context, _ cluster, r sdk.Retire[place]) (sdk.WriteResult, error) {
	if r.Revision != "" || r.Mode != sdk.RetireDelete && r.Mode != sdk.RetirePurge {
		return sdk.WriteResult{}, &sdk.Error{Class: sdk.Unsupported, Code: "unsupported", Summary: "a key can only be deleted"}
	}
	_, err := call(ctx, r.Address, "deleterange", just)
	return sdk.WriteResult{}, err
}
