package pluginhost

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is kept of a plugin's output: the head, where a panic names its
// cause, and nothing of the rest. Reading never stops, so a plugin that floods
// its output is not blocked and costs no memory.
const (
	keptOutput = 16 << 10
	shownLines = 12
)

// output drains one pipe. Its goroutine ends when the last writer of the pipe
// does; done is closed then.
type output struct {
	mu   sync.Mutex
	most int // bytes that are kept
	head bytes.Buffer
	cut  bool
	done chan struct{}
}

// keepMore keeps more of what comes from now on.
func (o *output) keepMore(most int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.most = most
}

// raw is what was kept, as it came.
func (o *output) raw() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.head.Bytes())
}

func drain(r *os.File) *output {
	o := &output{most: keptOutput, done: make(chan struct{})}
	go func() {
		defer close(o.done)
		defer r.Close()
		_, _ = io.Copy(o, r)
	}()
	return o
}

// Write keeps what fits and counts the rest as read.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := o.most - o.head.Len()
	if room < len(p) {
		o.cut = true
	}
	o.head.Write(p[:max(0, min(room, len(p)))])
	return len(p), nil
}

// text is the head as a few harmless lines.
func (o *output) text() string {
	o.mu.Lock()
	raw, cut := o.head.String(), o.cut
	o.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(harmless(raw)), "\n")
	if len(lines) > shownLines {
		lines, cut = lines[:shownLines], true
	}
	if cut {
		lines = append(lines, "…")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// harmless replaces what could move a terminal's cursor or reorder its text.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return '·'
		}
		return r
	}, s)
}
