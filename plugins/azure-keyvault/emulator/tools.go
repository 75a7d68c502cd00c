package emulator

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// tools are the programs that people sign in to Azure with.
var tools = []string{"az", "azd", "pwsh"}

// Tools writes the programs az, azd and pwsh into a directory, to be put into PATH.
// They are scripts that run program, which is keyvault-emulator, and give out tokens of
// this emulator, however little of an environment they are started with.
func (s *Server) Tools(dir, program string) error {
	for _, tool := range tools {
		var script strings.Builder
		script.WriteString("#!/bin/sh\n")
		for _, variable := range append(s.reach(), s.identityEnv()...) {
			script.WriteString("export " + shellWord(variable) + "\n")
		}
		script.WriteString("exec " + shellWord(program) + " " + tool + " \"$@\"\n")
		if err := os.WriteFile(filepath.Join(dir, tool), []byte(script.String()), 0o700); err != nil {
			return fmt.Errorf("tools: %w", err)
		}
	}
	return nil
}

// shellWord makes a text one word for a POSIX shell.
func shellWord(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
