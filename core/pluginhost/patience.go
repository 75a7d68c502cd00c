package pluginhost

import (
	"time"

	"github.com/secretzero/sz/sdk/schema"
)

const (
	// generateCall is how long a batch of values may take; what takes longer for one
	// value has its own time besides.
	generateCall = time.Minute
	// structuredValue is how long one value of a structured kind may take: the search
	// for the primes of a large RSA key has no end, only a likely one.
	structuredValue = 10 * time.Second
	// timeoutKey is the setting with which a kind of value says how long one may take.
	timeoutKey = "timeout"
	// maxTimeout bounds what a setting may claim.
	maxTimeout = time.Hour
)

// patience is how long a batch of values may take.
func patience(d Description, items []GeneratorItem) time.Duration {
	total := generateCall
	for _, item := range items {
		if len(generatorOf(d, item.Kind).Fields) > 0 {
			total += structuredValue
		}
		if own, err := time.ParseDuration(item.Config.Get(timeoutKey).Expose()); err == nil && item.Config.Get(timeoutKey).Kind() == schema.String {
			total += min(max(own, 0), maxTimeout)
		}
	}
	return total
}
