package reach

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/sdk/schema"
)

// script is the line of a command that makes a value: what is run, and the hash of
// each file of the project that goes with it, as it was read for the plan. Environment
// is in a line of its own, by name, and what goes to standard input may be a secret.
func (c *computer) script(secret string, p plan.Part) {
	line := fmt.Sprintf("secret %s runs %s", secret, words(p.Config.Get("command"), p.Config.Get("args")))
	if p.Config.Get("shell").Bool() {
		line += " in a shell"
	}
	for _, v := range p.Config.Get("variables").Fields() {
		line += fmt.Sprintf(", SZ_ARG_%s is %s", v.Name, words(v.Value))
	}
	if !p.Config.Get("stdin").IsNull() {
		line += ", with something on standard input"
	}
	for _, f := range p.Files {
		sum := sha256.Sum256(f.Data)
		line += fmt.Sprintf(", %q is sha256:%s", f.Path, hex.EncodeToString(sum[:]))
	}
	for _, variable := range p.Source.EnvNames() {
		c.add(p.Range, "secret %s: its command is given environment variable %s", secret, variable)
	}
	c.add(p.Range, "%s", line)
}

// words are texts one after the other, each in quotes; what came from the environment
// is masked.
func words(values ...schema.Value) string {
	var list []string
	for _, v := range values {
		switch v.Kind() {
		case schema.Null:
		case schema.List:
			for _, item := range v.Items() {
				list = append(list, words(item))
			}
		default:
			list = append(list, strconv.Quote(v.String()))
		}
	}
	return strings.Join(list, " ")
}
