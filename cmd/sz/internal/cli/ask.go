package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
)

// interactive reports that there is a person to ask: the answer is read from a
// terminal, and the question is shown on one.
func interactive(c *cli.Context) bool {
	stdin, inOK := c.App.Reader.(*os.File)
	stderr, errOK := fileOf(c.App.ErrWriter)
	return inOK && errOK && ui.Terminal(stdin) && ui.Terminal(stderr)
}

// ask asks a person and gives back the answer.
func ask(c *cli.Context, question string) string {
	fmt.Fprint(c.App.ErrWriter, "\n"+question)
	for _, w := range []io.Writer{c.App.Writer, c.App.ErrWriter} {
		if s, ok := w.(stream); ok {
			_ = s.Flush() // somebody is waiting for it
		}
	}
	answer, _ := bufio.NewReader(c.App.Reader).ReadString('\n')
	return strings.TrimSpace(answer)
}
