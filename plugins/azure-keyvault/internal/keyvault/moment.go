package keyvault

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// rotationPeriod in place of a time means that of the secret.
const rotationPeriod = "rotation_period"

const momentHint = "write it as 2027-01-31T00:00:00Z, as 90d (y, w, d and h), or as rotation_period where the secret has one"

// moment is a point in time, or a time from the making of a value. The zero moment is
// none.
type moment struct {
	at    time.Time
	after time.Duration
}

// parseMoment reads a date or a duration; the empty text is none.
func parseMoment(text string, period time.Duration, periods bool) (moment, error) {
	switch {
	case text == "":
		return moment{}, nil
	case text == rotationPeriod && periods && period > 0:
		return moment{after: period}, nil
	case text == rotationPeriod:
		return moment{}, errors.New("is rotation_period, and the secret has none")
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return moment{at: at}, nil
	}
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return moment{at: at}, nil
	}
	after, ok := duration(text)
	if !ok {
		return moment{}, errors.New("is neither a date nor a duration")
	}
	return moment{after: after}, nil
}

// maxPeriod is as long as a period may be, in the units that it is written in.
const maxPeriod = 100 * 365 * 24

// duration reads a number of years, weeks, days or hours.
func duration(text string) (time.Duration, bool) {
	hours := map[string]int{"y": 365 * 24, "w": 7 * 24, "d": 24, "h": 1}
	for unit, each := range hours {
		number, ok := strings.CutSuffix(text, unit)
		if n, err := strconv.Atoi(number); ok && err == nil && n > 0 && n <= maxPeriod/each {
			return time.Duration(n*each) * time.Hour, true
		}
	}
	return 0, false
}

// from is the point in time for a value made at a time; nil for none. The service
// keeps seconds.
func (m moment) from(made time.Time) *time.Time {
	at := m.at
	switch {
	case m.after > 0:
		at = made.Add(m.after)
	case m.at.IsZero():
		return nil
	}
	at = at.UTC().Truncate(time.Second)
	return &at
}

// moments are when the value of a target, made at a time, may be used. The
// configuration was checked before.
func moments(c TargetConfig, period time.Duration, made time.Time) (expires, notBefore *time.Time) {
	end, _ := parseMoment(c.Expires, period, true)
	start, _ := parseMoment(c.NotBefore, period, false)
	return end.from(made), start.from(made)
}
