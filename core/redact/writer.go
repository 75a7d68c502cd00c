package redact

import (
	"io"
	"sync"
)

// Writer masks the values that sz made in a stream, also where one is written in
// pieces. What could be the beginning of a value is held back until more is written,
// or until Flush. It is safe for concurrent use.
type Writer struct {
	masker *Masker
	to     io.Writer

	mu   sync.Mutex
	held []byte
}

// Writer is a stream to w on which the values that sz made are masked.
func (m *Masker) Writer(w io.Writer) *Writer { return &Writer{masker: m, to: w} }

// Write masks and passes on p, with what was held back before it.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.pass(append(w.held, p...), false); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush passes on what was held back: there is no more to come, or somebody is waiting
// for it.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(w.held, true)
}

func (w *Writer) pass(text []byte, last bool) error {
	w.masker.mu.Lock()
	w.masker.known.settle()
	masked, rest := w.masker.known.mask(text, scan{own: true, last: last})
	w.masker.mu.Unlock()
	w.held = append([]byte(nil), text[len(text)-rest:]...)
	if len(masked) == 0 {
		return nil
	}
	_, err := w.to.Write(masked)
	return err
}
