package cli

import (
	"encoding/json"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/jsonschema"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/sdk/schema"
)

func schemaCommand() *cli.Command {
	return &cli.Command{
		Name:      "schema",
		Usage:     "print the JSON Schema of Secretfiles, for editors",
		UsageText: "sz schema [-o FILE]",
		Description: "The schema knows the kinds that the installed plugins serve. An editor with a\n" +
			"YAML language server takes it from a first line such as\n\n" +
			"   # yaml-language-server: $schema=./Secretfile.schema.json",
		Flags: append(pluginFlags(),
			&cli.StringFlag{Name: flagOutput, Aliases: []string{"o"}, Usage: "write to a `FILE`, over what it holds"},
			&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		),
		Action: printSchema,
	}
}

func printSchema(c *cli.Context) error {
	user, err := newAuthority(c, ".")
	if err != nil {
		return err
	}
	host, err := newHost(c, ".", user, &redact.Masker{})
	if err != nil {
		return err
	}
	defer func() { _ = host.Close() }() // it holds no secret and nothing of ours is lost with it
	catalog, err := host.Catalog(c.Context)
	if catalog == nil {
		return fail(exitProvider, err.Error())
	}
	if err != nil {
		plainUI(c).Info("warning: a plugin cannot be used: %v", err)
	}
	document, err := json.MarshalIndent(jsonschema.Document(schemasOf(catalog)), "", "  ")
	if err != nil {
		return err
	}
	document = append(document, '\n')
	if name := c.String(flagOutput); name != "" {
		return overwrite(name, document)
	}
	_, err = c.App.Writer.Write(document)
	return err
}

// schemasOf are the schemas of everything in a catalog.
func schemasOf(catalog *pluginhost.Catalog) jsonschema.Kinds {
	kinds := jsonschema.Kinds{Generators: map[string]schema.Object{}}
	for _, p := range catalog.Plugins {
		for _, g := range p.Generators {
			kinds.Generators[g.Kind] = g.Config
		}
		for _, d := range p.Providers {
			provider := jsonschema.Provider{Kind: d.Kind, Config: d.Config, Targets: map[string]schema.Object{}}
			for _, t := range d.Targets {
				provider.Targets[t.Kind] = t.Config
			}
			kinds.Providers = append(kinds.Providers, provider)
		}
	}
	return kinds
}
