//go:build !faultpoints

package crash

// Fault does nothing in the sz that people get.
func Fault() {}
