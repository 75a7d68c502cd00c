// Command sz-plugin-vault stores secrets in a key/value engine of HashiCorp Vault, version
// 2, whose API is at developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2.
package main

import (
	"context"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

type entry struct {
	URL   string       `sz:"url,required,identity" network:"to reach Vault" doc:"the server, such as https://vault.example:8200"`
	Mount string       `sz:"mount,identity" default:"secret" doc:"where the engine is mounted"`
	Path  string       `sz:"path,name" doc:"the path in it; the secret's name when nothing is said"`
	Token secret.Value `sz:"token" env:"VAULT_TOKEN" doc:"the token"`
}

func main() {
	sdk.Serve(sdk.Plugin{Name: "vault", Version: "0.1.0", Summary: "secrets in Vault", Providers: []sdk.Provider{sdk.ProviderOf[sdk.None, sdk.None]{
		Kind: "vault", Summary: "Vault", Targets: []sdk.TargetFor[sdk.None]{sdk.TargetOf[sdk.None, entry]{
			Kind: "vault_kv", Summary: "the key value of a path", Write: write, Inspect: inspect, Read: read,
		}},
	}}})
}

func (e entry) send(ctx context.Context, method string, body secret.Value) (secret.Payload, error) {
	answer, err := sdk.Send(ctx, method, e.URL+"/v1/"+e.Mount+"/data/"+e.Path, body, "X-Vault-Token", string(e.Token.Expose()))
	if err != nil {
		return secret.Payload{}, err
	}
	return secret.ParseJSON(answer)
}

// get is what a path holds and its version; "0" when it is not there.
func (e entry) get(ctx context.Context) (secret.Value, string, error) {
	answer, err := e.send(ctx, "GET", secret.Value{})
	if sdk.Is(err, sdk.NotFound) {
		return secret.Value{}, "0", nil
	}
	return at(answer, "data", "data", "value"), string(at(answer, "data", "metadata", "version").Expose()), err
}

func at(p secret.Payload, names ...string) secret.Value {
	for _, name := range names {
		p, _ = p.Field(name)
	}
	return p.Scalar()
}

func object(name string, p secret.Payload) secret.Payload {
	return secret.NewObject([]secret.Field{{Name: name, Value: p}})
}

// write has Vault compare the version with what sz expects, which is 0 for a path that must
// not be there, and then looks whose value is there: after a lost answer it may be this one.
func write(ctx context.Context, _ sdk.None, w sdk.Write[entry]) (sdk.WriteResult, error) {
	value, err := w.Payload.Flat()
	text := secret.NewText(value)
	if err == nil && text.Type() != secret.Text {
		err = &sdk.Error{Class: sdk.Unsupported, Code: "not-text", Summary: "Vault keeps text, and the value is none", Hint: "encode it, as with base64"}
	}
	if err != nil {
		return sdk.WriteResult{Outcome: sdk.NotApplied}, err
	}
	// Of two texts the greater one: a version, or 0 where there is none.
	expected := secret.Scalar(secret.Number, secret.FromString(max("0", w.Expect.Receipt.Revision)))
	body, _ := secret.NewObject([]secret.Field{{Name: "options", Value: object("cas", expected)}, {Name: "data", Value: object("value", text)}}).EncodeJSON()
	if _, err := w.Config.send(ctx, "POST", body); err != nil && !sdk.Is(err, sdk.InvalidConfig) { // 400 is another version
		return sdk.WriteResult{}, err
	}
	stored, version, err := w.Config.get(ctx)
	if err == nil && !stored.Equal(value) {
		err = &sdk.Error{Class: sdk.Conflict, Code: "changed", Summary: w.Config.Path + " was changed since the plan was made", Hint: "plan again"}
	}
	return sdk.WriteResult{Receipt: sdk.Receipt{Version: 1, Revision: version}}, err
}

func inspect(ctx context.Context, _ sdk.None, i sdk.Inspection[entry]) (sdk.State, error) {
	_, version, err := i.Config.get(ctx)
	if err != nil || version == "0" {
		return sdk.State{Presence: sdk.Absent}, err
	}
	return sdk.State{Presence: sdk.Present, Receipt: sdk.Receipt{Version: 1, Revision: version}}, nil
}

func read(ctx context.Context, _ sdk.None, r sdk.Read[entry]) (sdk.ReadResult, error) {
	value, version, err := r.Config.get(ctx)
	return sdk.ReadResult{Payload: secret.NewText(value), Receipt: sdk.Receipt{Version: 1, Revision: version}}, err
}
