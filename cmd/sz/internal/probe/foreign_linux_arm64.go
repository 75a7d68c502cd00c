package probe

import "errors"

// foreignCall has no gate of another architecture to enter by: a 64-bit program of
// this processor cannot call as a 32-bit one.
func foreignCall(args) (string, error) { return "", errors.New("this processor has no such gate") }
