package sandbox

import (
	"strings"
	"testing"
)

func TestFirstLine(t *testing.T) {
	for _, c := range []struct{ name, text, interpreter, argument, fault string }{
		{"binary", "\x7fELF and more", "", "", ""},
		{"empty", "", "", "", ""},
		{"python", "#!/usr/bin/python3 -IS\nPK", "/usr/bin/python3", "-IS", ""},
		{"spaces", "#! \t/usr/bin/python3  -I -S \n", "/usr/bin/python3", "-I -S", ""},
		{"no argument", "#!/usr/bin/python3\n", "/usr/bin/python3", "", ""},
		{"searched for", "#!/usr/bin/env python3\n", "", "", "leaves it to /usr/bin/env"},
		{"relative", "#!python3\n", "", "", "by its whole path"},
		{"out of the way", "#!/usr/bin/../../tmp/python3\n", "", "", "by its whole path"},
		{"nobody", "#!\n", "", "", "by its whole path"},
		{"no end", "#!/usr/bin/python3", "", "", "no first line"},
		{"too long", "#!/" + strings.Repeat("a", maxFirstLine) + "\n", "", "", "no first line"},
		{"windows", "#!/usr/bin/python3\r\n", "", "", "no first line"},
		{"escape", "#!/usr/bin/\x1b[2J\n", "", "", "no first line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readShebang(strings.NewReader(c.text))
			if got != (shebang{c.interpreter, c.argument}) {
				t.Errorf("it is %+v", got)
			}
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("error: %v", err)
			}
		})
	}
}
