package sandbox

import "github.com/secretzero/sz/core/sandbox/internal/inside"

// EnvCommands is set in a process whose commands the host runs.
const EnvCommands = inside.EnvCommands

type (
	// CommandRequest is a command that a plugin wants to have run.
	CommandRequest = inside.CommandRequest
	// CommandAnswer is how it went.
	CommandAnswer = inside.CommandAnswer
)
