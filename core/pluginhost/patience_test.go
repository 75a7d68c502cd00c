package pluginhost

import (
	"testing"
	"time"

	"github.com/secretzero/sz/sdk/schema"
)

func TestPatienceGrowsWithWhatTakesLong(t *testing.T) {
	within := func(timeout schema.Value) GeneratorItem {
		return GeneratorItem{Kind: "plain", Config: schema.NewMap([]schema.Field{{Name: timeoutKey, Value: timeout}})}
	}
	for name, c := range map[string]struct {
		items []GeneratorItem
		want  time.Duration
	}{
		"nothing":         {nil, generateCall},
		"plain values":    {make([]GeneratorItem, 256), generateCall},
		"two pairs":       {[]GeneratorItem{{Kind: "pair"}, {Kind: "pair"}, {Kind: "plain"}}, generateCall + 2*structuredValue},
		"its own time":    {[]GeneratorItem{within(schema.NewString("90s")), within(schema.NewString("1m"))}, generateCall + 150*time.Second},
		"too long":        {[]GeneratorItem{within(schema.NewString("9999h"))}, generateCall + maxTimeout},
		"no time":         {[]GeneratorItem{within(schema.NewString("-1h")), within(schema.NewString("soon"))}, generateCall},
		"another setting": {[]GeneratorItem{within(schema.NewNumber("30"))}, generateCall},
	} {
		if got := patience(pairs, c.items); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
