// Package inside is the helper that becomes a plugin, on Linux: what happens in the
// new process, between its start and the plugin's first instruction. Policy is what it
// is told, and inside_linux.go has its steps in order; each has a file.
//
// It imports little on purpose: see init there.
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
