package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
)

const flagFormat = "format"

func graphCommand() *cli.Command {
	return &cli.Command{
		Name:      "graph",
		Usage:     "show which secrets are built of which, and where they go",
		UsageText: "sz graph [-f FILE] [--format text|mermaid|dot]",
		Description: "No value is shown, and no store is asked.\n\n" +
			"Exit status: 0 shown, 3 the Secretfile is wrong, 5 it breaks a policy.",
		Flags:  commonFlags(&cli.StringFlag{Name: flagFormat, Value: "text", Usage: "the `FORMAT`: text, mermaid or dot"}),
		Action: showGraph,
	}
}

func showGraph(c *cli.Context) error {
	write, ok := ui.GraphFormats[c.String(flagFormat)]
	if !ok {
		return fail(exitError, fmt.Sprintf("--format %s: the formats are text, mermaid and dot", c.String(flagFormat)))
	}
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	p.lenient = true
	if err := p.load(c.Context, c, true); err != nil {
		return err
	}
	graph := ui.NewGraphDocument(p.path, p.desired)
	if c.Bool(flagJSON) {
		return p.ui.JSON(graph)
	}
	p.ui.Diagnostics(p.warnings.Errors(), p.sources())
	p.ui.Print(write(graph))
	return nil
}
