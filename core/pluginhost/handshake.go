package pluginhost

import (
	"bytes"
	"errors"
	"io"
)

// maxHandshake bounds the one line that a plugin announces itself with, in bytes.
const maxHandshake = 4 << 10

var errLongHandshake = errors.New("it wrote more than a line to standard output before it was ready")

// firstLine is standard output as go-plugin gets to see it: the one line of the
// handshake, bounded. What a plugin writes after it is read, so that it is not
// blocked, and given to nobody.
type firstLine struct {
	io.ReadCloser
	given int
	done  bool
}

// Read gives the line, and after it waits for the end.
func (f *firstLine) Read(p []byte) (int, error) {
	if f.done {
		_, _ = io.Copy(io.Discard, f.ReadCloser)
		return 0, io.EOF
	}
	if f.given >= maxHandshake {
		f.done = true
		return 0, errLongHandshake
	}
	n, err := f.ReadCloser.Read(p[:min(len(p), maxHandshake-f.given)])
	if end := bytes.IndexByte(p[:n], '\n'); end >= 0 {
		n, f.done = end+1, true
	}
	f.given += n
	return n, err
}
