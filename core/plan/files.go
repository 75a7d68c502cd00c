package plan

import (
	"path"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
)

// files reads what the settings of a kind name of the project, once: what is shown to
// a person for approval is what the plugin gets, whatever happens to the file between.
//
// Only a text with a slash is a name, as in a shell: ./make is a file and make is a
// program. What cannot be read is left to the plugin, which finds no file there.
func (b *builder) files(p *Part) {
	read := b.outside.ReadFile
	for _, setting := range b.kinds.GeneratorFiles(p.Kind) {
		for _, name := range texts(p.Config.Get(setting)) {
			if read == nil || !strings.Contains(name, "/") || path.IsAbs(name) || p.has(name) {
				continue
			}
			if data, err := read(name); err == nil {
				p.Files = append(p.Files, File{name, data})
			}
		}
	}
}

func (p Part) has(name string) bool {
	for _, f := range p.Files {
		if f.Path == name {
			return true
		}
	}
	return false
}

// texts are the text or the texts of a setting.
func texts(v schema.Value) []string {
	if v.Kind() == schema.String {
		return []string{v.Expose()}
	}
	var list []string
	for _, item := range v.Items() {
		list = append(list, texts(item)...)
	}
	return list
}
