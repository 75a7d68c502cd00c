// Package inside is the way from a new process to a plugin, on Linux: what happens in
// it between its start and the plugin's first instruction. [Policy] is what the plugin
// may touch, [Prepare] makes a list of system calls of it, and [Child.Start] has a new
// process make them. inside_linux.go has the steps in order; each has a file.
//
// It imports little on purpose: see init in stub_linux.go.
package inside

// EnvCommands is set in a process whose commands the host runs.
const EnvCommands = "SZ_PLUGIN_COMMANDS"

// CommandRequest is a command that a plugin wants to have run.
type CommandRequest struct {
	Args []string `json:"args"` // as the plugin gave them to its shell
}

// CommandAnswer is how it went.
type CommandAnswer struct {
	Stdout []byte `json:"stdout"`
	Stderr []byte `json:"stderr"`
	Code   int    `json:"code"`
}
