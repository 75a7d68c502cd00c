package plan

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/secretzero/sz/internal/regex"
)

// Operation identifies the making of one value: N.T.R, where N counts the values
// of a secret, T is the UTC second it began and R is 80 random bits. It is the
// same in all targets of a value and never derived from it. It tells order and
// age without a lock file. The zero Operation is none.
type Operation struct {
	N      uint64
	Time   time.Time
	Random string // 20 hex digits
}

const operationTime = "20060102T150405Z"

var operationForm = regex.Of(`^([1-9][0-9]{0,17})\.([0-9]{8}T[0-9]{6}Z)\.([0-9a-f]{20})$`)

// NewOperation makes the id of the n-th value with randomness from random.
func NewOperation(n uint64, now time.Time, random io.Reader) (Operation, error) {
	var r [10]byte
	if _, err := io.ReadFull(random, r[:]); err != nil {
		return Operation{}, fmt.Errorf("operation id: %w", err)
	}
	return Operation{n, now.UTC().Truncate(time.Second), hex.EncodeToString(r[:])}, nil
}

// ParseOperation reads what [Operation.String] wrote. Anything else is an error:
// ids come back from stores where others may write.
func ParseOperation(text string) (Operation, error) {
	parts := operationForm.FindStringSubmatch(text)
	if parts == nil {
		return Operation{}, fmt.Errorf("operation id %q is not of the form N.TIME.RANDOM", clip(text))
	}
	n, err := strconv.ParseUint(parts[1], 10, 64)
	if err != nil {
		return Operation{}, fmt.Errorf("operation id: %w", err)
	}
	at, err := time.Parse(operationTime, parts[2])
	if err != nil {
		return Operation{}, fmt.Errorf("operation id: %w", err)
	}
	return Operation{n, at, parts[3]}, nil
}

// IsZero reports that there is no operation.
func (o Operation) IsZero() bool { return o == Operation{} }

// String is the id, or "" for none.
func (o Operation) String() string {
	if o.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d.%s.%s", o.N, o.Time.UTC().Format(operationTime), o.Random)
}

// Compare orders by N, then time, then randomness: the greatest is the live one.
func (o Operation) Compare(other Operation) int {
	return cmp.Or(cmp.Compare(o.N, other.N), o.Time.Compare(other.Time), strings.Compare(o.Random, other.Random))
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
