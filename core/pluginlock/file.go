package pluginlock

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/secretzero/sz/core/hclfile"
)

// Read reads the lock file of the project in root. A project without one gives the
// zero File and false.
func Read(root *os.Root) (File, bool, error) {
	var f File
	err := hclfile.Read(root, Name, &f)
	if hclfile.IsMissing(err) {
		return File{}, false, nil
	}
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return File{}, false, fmt.Errorf("%s: %w", Name, err)
	}
	return f, true, nil
}

// Decode reads the text of a lock file.
func Decode(text []byte) (File, error) {
	var f File
	if err := hclfile.Decode(Name, text, &f); err != nil {
		return File{}, err
	}
	return f, f.check()
}

// Encode is the one form in which lock files are written.
func (f File) Encode() []byte {
	var b strings.Builder
	b.WriteString("# The plugins that this project uses, written by `sz init`. It belongs in version\n# control: sz takes no plugin that is not the one that stands here.\n")
	for _, p := range f.Plugins {
		fmt.Fprintf(&b, "\nplugin %s {\n", quote(p.Name))
		fmt.Fprintf(&b, "  version     = %s\n  protocol    = %d\n", quote(p.Version), p.Protocol)
		if p.Signer != "" {
			fmt.Fprintf(&b, "  signer      = %s\n", quote(p.Signer))
		}
		fmt.Fprintf(&b, "  description = %s\n  hashes = {\n", quote(p.Description))
		for _, platform := range slices.Sorted(maps.Keys(p.Hashes)) {
			fmt.Fprintf(&b, "    %s = %s\n", platform, quote(p.Hashes[platform]))
		}
		b.WriteString("  }\n  grants {\n")
		for _, g := range p.Grants.fields() {
			writeList(&b, g.key, *g.list)
		}
		b.WriteString("  }\n}\n")
	}
	return []byte(b.String())
}

func writeList(b *strings.Builder, key string, list []string) {
	switch len(list) {
	case 0:
	case 1:
		fmt.Fprintf(b, "    %s = [%s]\n", key, quote(list[0]))
	default:
		fmt.Fprintf(b, "    %s = [\n", key)
		for _, item := range list {
			fmt.Fprintf(b, "      %s,\n", quote(item))
		}
		b.WriteString("    ]\n")
	}
}

// quote writes a text in HCL, whose escapes are not Go's and where $ and % before {
// would begin an interpolation.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(text, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case unicode.IsControl(r):
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(b.String())
}

// Write replaces the lock file of the project in root, whole or not at all.
func (f File) Write(root *os.Root) error {
	if err := f.check(); err != nil {
		return err
	}
	const temp = Name + ".new"
	if info, err := root.Lstat(Name); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", Name)
	}
	_ = root.Remove(temp)
	file, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("%s: %w", Name, err)
	}
	_, err = file.Write(f.Encode())
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = root.Rename(temp, Name)
	}
	if err != nil {
		_ = root.Remove(temp)
		return fmt.Errorf("%s: %w", Name, err)
	}
	return nil
}
