package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/secretzero/sz/internal/testbin"
)

// conforms SCHEMA FILE validates a JSON file by a schema that docs/ publishes. The schema
// lets later versions add keys; this version has none that the schema does not name.
func conforms(ts *testscript.TestScript, negated bool, args []string) {
	err := validate(filepath.Join(testbin.Root(), "docs", args[0]), ts.MkAbs(args[1]))
	if negated && err == nil {
		ts.Fatalf("%s is right by %s", args[1], args[0])
	}
	if !negated {
		ts.Check(err)
	}
}

func validate(schema, file string) error {
	text, err := os.ReadFile(schema)
	if err != nil {
		return err
	}
	closed := strings.ReplaceAll(string(text), `"type": "object",`, `"type": "object", "additionalProperties": false,`)
	document, err := validator.UnmarshalJSON(strings.NewReader(closed))
	if err != nil {
		return err
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource(schema, document); err != nil {
		return err
	}
	compiled, err := compiler.Compile(schema)
	if err != nil {
		return err
	}
	content, err := os.Open(file)
	if err != nil {
		return err
	}
	value, err := validator.UnmarshalJSON(content)
	if err = errors.Join(err, content.Close()); err != nil {
		return err
	}
	return compiled.Validate(value)
}
