package secretfile

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

const day = 24 * time.Hour

// units of a period, largest first. A month is for how long a value may live, not
// for how long something is kept.
var units = []struct {
	letter byte
	length time.Duration
	month  bool
}{{'y', 365 * day, false}, {'m', 30 * day, true}, {'w', 7 * day, false}, {'d', day, false}, {'h', time.Hour, false}}

// maxPeriod keeps sums far from overflow.
const maxPeriod = 100 * 365 * day

var (
	errNotPeriod    = errors.New("is not a period")
	errPeriodLength = errors.New("is zero or longer than 100 years")
)

// parsePeriod reads numbers with units, largest first and each once, as in 1w2d.
func parsePeriod(text string, months bool) (time.Duration, error) {
	var total time.Duration
	next := 0
	for i := 0; i < len(text); {
		start := i
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		n, err := strconv.ParseInt(text[start:i], 10, 32)
		if err != nil || i == len(text) {
			return 0, errNotPeriod
		}
		unit := next
		for unit < len(units) && (units[unit].letter != text[i] || units[unit].month && !months) {
			unit++
		}
		if unit == len(units) {
			return 0, errNotPeriod
		}
		total += time.Duration(n) * units[unit].length
		if n == 0 || total > maxPeriod || total < 0 {
			return 0, errPeriodLength
		}
		next, i = unit+1, i+1
	}
	if total == 0 {
		return 0, errNotPeriod
	}
	return total, nil
}

// period is a period at a key of a map; zero when there is none.
func (d *decoder) period(owner *syntax.Node, key, of string, months bool) time.Duration {
	n := owner.Get(key)
	if n.IsNull() {
		return 0
	}
	v := d.eval.value(n)
	if v.Kind() == schema.Unknown {
		return 0
	}
	hint := "write it as 90d, 12w, 1y or 1w2d"
	if v.Kind() != schema.String && v.Kind() != schema.Number {
		d.report(n.Range, "bad-period", fmt.Sprintf("%s of %s must be a period, not %s", key, of, v.Kind()), hint)
		return 0
	}
	period, err := parsePeriod(v.plain(), months)
	if err != nil {
		d.report(n.Range, "bad-period", fmt.Sprintf("%s of %s %s", key, of, err), hint)
	}
	return period
}
