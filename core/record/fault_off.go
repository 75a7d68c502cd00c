//go:build !faultpoints

package record

// faultPoint marks a place at which tests kill the process. A release has none.
func faultPoint(string) {}

func faultPoints(string, []string) {}
