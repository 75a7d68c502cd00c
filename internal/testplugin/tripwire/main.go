// Command sz-plugin-tripwire is a plugin for tests that ends itself as soon as it is
// asked to make, give out or change anything: who only looks never finds out.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// Spot is what the target is configured with.
type Spot struct {
	Name string `sz:"name,required,identity" doc:"which spot"`
}

// trip tells which call it was, and ends the process.
func trip(call string) {
	fmt.Fprintln(os.Stderr, "tripwire: asked to "+call)
	os.Exit(9)
}

func main() {
	sdk.Serve(sdk.Plugin{
		Name: "tripwire", Version: "1.0.0", Summary: "a trap for who does more than look",
		Generators: []sdk.Generator{sdk.GeneratorOf[struct{}]{
			Kind: "tripwire_text", Summary: "never made",
			Generate: func(context.Context, struct{}) (secret.Payload, error) {
				trip("generate")
				return secret.Payload{}, nil
			},
		}},
		Providers: []sdk.Provider{sdk.ProviderOf[struct{}, int]{
			Kind: "tripwire", Summary: "a place that is never changed",
			Open: func(context.Context, struct{}, sdk.OpenInfo) (int, []sdk.Claim, error) { return 0, nil, nil },
			Targets: []sdk.TargetFor[int]{sdk.TargetOf[int, Spot]{
				Kind: "spot", Summary: "a spot",
				Inspect: func(context.Context, int, sdk.Inspection[Spot]) (sdk.State, error) {
					return sdk.State{Presence: sdk.Absent}, nil
				},
				Read: func(context.Context, int, sdk.Read[Spot]) (sdk.ReadResult, error) {
					trip("read")
					return sdk.ReadResult{}, nil
				},
				Write: func(context.Context, int, sdk.Write[Spot]) (sdk.WriteResult, error) {
					trip("write")
					return sdk.WriteResult{}, nil
				},
				Update: func(context.Context, int, sdk.Update[Spot]) (sdk.WriteResult, error) {
					trip("update")
					return sdk.WriteResult{}, nil
				},
				Retire: func(context.Context, int, sdk.Retire[Spot]) (sdk.WriteResult, error) {
					trip("retire")
					return sdk.WriteResult{}, nil
				},
			}},
		}},
	})
}
