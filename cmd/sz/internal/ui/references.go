package ui

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/pluginhost"
)

// ReferencesDocument is how a consumer reads secrets as JSON: format sz/refs/1.
type ReferencesDocument struct {
	Format     string       `json:"format"`
	Secretfile string       `json:"secretfile"`
	Consumer   string       `json:"consumer"`
	Texts      []References `json:"texts"`
}

// References is one text of a consumer.
type References struct {
	Text         string   `json:"text"`
	Usage        string   `json:"usage"`
	Placeholders []string `json:"placeholders"`
}

// NewReferencesDocument is the document of texts.
func NewReferencesDocument(path, consumer string, texts []pluginhost.References) ReferencesDocument {
	d := ReferencesDocument{Format: "sz/refs/1", Secretfile: path, Consumer: consumer, Texts: []References{}}
	for _, t := range texts {
		d.Texts = append(d.Texts, References{t.Text, t.Usage, append([]string{}, t.Placeholders...)})
	}
	return d
}

// References writes the texts, and beside them what to do with them.
func (u *UI) References(texts []pluginhost.References) {
	for _, t := range texts {
		fmt.Fprint(u.out, harmlessLines(t.Text))
		if len(t.Placeholders) > 0 {
			u.Info("replace %s", diag.Printable(strings.Join(t.Placeholders, " and ")))
		}
		if t.Usage != "" {
			u.Info("use: %s", diag.Printable(t.Usage))
		}
	}
}

// harmlessLines is a text of a plugin as it is, but for what would act on a terminal.
func harmlessLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(diag.Printable(line))
	}
	return b.String()
}
