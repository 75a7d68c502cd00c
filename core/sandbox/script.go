package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// maxFirstLine bounds the first line of a script, in bytes, as the kernel does.
const maxFirstLine = 256

// shebang is what the first line of a script says: who runs it, and with which
// argument before the script's own path. The zero shebang is a file that the machine
// runs itself.
type shebang struct{ interpreter, argument string }

// program is what the kernel executes for the binary of a plugin: the binary itself,
// or the interpreter of a script.
type program struct {
	file *os.File
	text *os.File // the script; nil for none
	says shebang
}

// Interpreter is the program that runs a file, as the first line of it says; empty for
// a file that the machine runs itself. An interpreter is part of the machine, as the
// libraries are that other programs are linked with: nobody hashes it.
func Interpreter(file io.ReaderAt) (string, error) {
	s, err := readShebang(file)
	return s.interpreter, err
}

func readShebang(file io.ReaderAt) (shebang, error) {
	head := make([]byte, maxFirstLine)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return shebang{}, err
	}
	text, ok := bytes.CutPrefix(head[:n], []byte("#!"))
	if !ok {
		return shebang{}, nil
	}
	line, _, ended := bytes.Cut(text, []byte("\n"))
	if !ended || bytes.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }) {
		return shebang{}, errors.New("it begins with #! and has no first line of printable ASCII that names who runs it")
	}
	interpreter, argument, _ := strings.Cut(strings.Trim(string(line), " \t"), " ")
	switch {
	case !path.IsAbs(interpreter) || path.Clean(interpreter) != interpreter:
		return shebang{}, fmt.Errorf("its first line says that %q runs it; name who runs it by its whole path, such as #!/usr/bin/python3", interpreter)
	case path.Base(interpreter) == "env":
		return shebang{}, fmt.Errorf("its first line leaves it to %s to look for who runs it; name it by its whole path, such as #!/usr/bin/python3", interpreter)
	}
	return shebang{interpreter, strings.Trim(argument, " \t")}, nil
}

// argv are the arguments of an interpreter for a script at a path, as the kernel
// makes them.
func (s shebang) argv(script string) []string {
	if s.argument == "" {
		return []string{s.interpreter, script}
	}
	return []string{s.interpreter, s.argument, script}
}
