package probe

import (
	"context"

	"github.com/secretzero/sz/sdk"
)

// order tells the attacker what to do.
type order struct {
	Attack string            `sz:"attack,required" doc:"the key of a row"`
	Args   map[string]string `sz:"args" doc:"where things are"`
}

// done and failed begin the attacker's answer.
const (
	done   = "done: "
	failed = "failed: "
)

// Serve is the attacker's main function.
func Serve() {
	sdk.Serve(sdk.Plugin{
		Name: Name, Version: "1.0.0", Summary: "attacks its sandbox",
		Providers: []sdk.Provider{sdk.ProviderOf[struct{}, struct{}]{
			Kind: Name, Summary: "attacks its sandbox",
			Targets: []sdk.TargetFor[struct{}]{sdk.TargetOf[struct{}, order]{
				Kind: "attack", Summary: "one attack",
				Check: func(_ context.Context, _ struct{}, w sdk.Wanted[order]) (sdk.Place, error) {
					detail, err := attack(w.Config.Attack, w.Config.Args)
					if err != nil {
						return sdk.Place{Address: failed + printable(err.Error())}, nil
					}
					return sdk.Place{Address: done + printable(detail)}, nil
				},
				Write: func(context.Context, struct{}, sdk.Write[order]) (sdk.WriteResult, error) {
					return sdk.WriteResult{Outcome: sdk.NotApplied}, nil
				},
			}},
		}},
	})
}

// printable keeps an address within what the host takes for one.
func printable(text string) string {
	out := []rune(text)
	for i, r := range out {
		if r < ' ' || r > '~' {
			out[i] = ' '
		}
	}
	return string(out[:min(len(out), 600)])
}
