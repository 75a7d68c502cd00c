package sandbox

// EnvCommands is set, to the address of the host's ear, in a process whose commands
// the host runs.
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
