package sdk_test

import (
	"context"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/plugintest"
)

type farConfig struct {
	Region string `sz:"region" doc:"where the boxes are"`
}

// farBoxes is a plugin that asks the user about what one setting holds.
func farBoxes(settings ...string) sdk.Plugin {
	regions := sdk.Allowance{Name: "regions", Summary: "regions that are far away", Settings: settings}
	return sdk.Plugin{Name: "boxes", Version: "0.1.0", Summary: "boxes", Providers: []sdk.Provider{sdk.ProviderOf[farConfig, sdk.None]{
		Kind: "boxes", Summary: "boxes", Allowances: []sdk.Allowance{regions},
		Open: func(_ context.Context, c farConfig, info sdk.OpenInfo) (sdk.None, []sdk.Claim, error) {
			if !regions.Allows(info, c.Region) {
				return sdk.None{}, nil, &sdk.Error{Class: sdk.InvalidConfig, Code: "far-region", Summary: "it is far away"}
			}
			return sdk.None{}, nil, nil
		},
	}}}
}

// What the user allows comes over the wire, and nothing else does.
func TestAllowances(t *testing.T) {
	for name, c := range map[string]struct {
		allowed map[string][]string
		opens   bool
	}{
		"nothing":         {nil, false},
		"this":            {map[string][]string{"other": {"x"}, "regions": {"mars", "moon"}}, true},
		"others":          {map[string][]string{"regions": {"mars", "*", "Moon"}}, false},
		"by another name": {map[string][]string{"region": {"moon"}}, false},
	} {
		p := plugintest.Start(t, farBoxes("region"), plugintest.Options{Allowed: c.allowed})
		if _, err := p.TryOpen("boxes", plugintest.Config{"region": "moon"}); (err == nil) != c.opens {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An allowance for what is no setting would never count.
func TestAllowanceForNoSetting(t *testing.T) {
	defer func() {
		if cause, _ := recover().(string); !strings.Contains(cause, "allowance regions is about regoin") {
			t.Errorf("recovered %q", cause)
		}
	}()
	sdk.NewHandler(farBoxes("region", "env.REGION", "regoin")).Describe()
	t.Error("it was described")
}
