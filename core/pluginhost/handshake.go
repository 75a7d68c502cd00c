package pluginhost

import (
	"bufio"
	"errors"
	"io"
)

// maxHandshake bounds the one line that a plugin announces itself with, in bytes.
const maxHandshake = 4 << 10

// longHandshake is what go-plugin is shown in place of a longer one, and shows in turn.
const longHandshake = "(more than a line of 4096 bytes)\n"

// firstLine is standard output as go-plugin gets to see it: the one line of the
// handshake, bounded. What a plugin writes after it is read, so that it is not
// blocked, and given to nobody.
type firstLine struct {
	io.Closer
	from *bufio.Reader
	line []byte
	done bool
}

func newFirstLine(stdout io.ReadCloser) *firstLine {
	return &firstLine{Closer: stdout, from: bufio.NewReaderSize(stdout, maxHandshake)}
}

// Read gives the line, and after it waits for the end.
func (f *firstLine) Read(p []byte) (int, error) {
	if !f.done {
		f.done = true
		line, err := f.from.ReadSlice('\n')
		if f.line = append([]byte(nil), line...); errors.Is(err, bufio.ErrBufferFull) {
			f.line = []byte(longHandshake)
		}
	}
	if len(f.line) == 0 {
		_, _ = io.Copy(io.Discard, f.from)
		return 0, io.EOF
	}
	n := copy(p, f.line)
	f.line = f.line[n:]
	return n, nil
}
