//go:build !linux

package cli

import "os/exec"

// dieWithParent does what there is on this system: nothing.
func dieWithParent(*exec.Cmd) {}

// inForeground is not known on this system.
func inForeground() bool { return false }
