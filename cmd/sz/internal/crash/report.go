// Package crash tells of a panic of sz without a word that could be a value.
//
// What a goroutine panics with may be anything, and Go prints it, with the arguments of
// each function, straight to the descriptor of standard error. So that descriptor leads
// to a second process of sz for as long as the first one runs, see [Watch], and all that
// comes out of it is a [Report].
package crash

import (
	"path"
	"slices"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// maxFrames is how many functions a report names.
const maxFrames = 30

// spoken are the panics of the runtime that are shown: they have no text of ours.
var spoken = []string{
	"runtime error: invalid memory address or nil pointer dereference", "runtime error: index out of range",
	"runtime error: slice bounds out of range", "runtime error: integer divide by zero", "runtime error: makeslice: len out of range",
	"runtime error: makeslice: cap out of range", "runtime error: hash of unhashable type", "runtime error: comparing uncomparable type",
	"interface conversion", "assignment to entry in nil map", "close of closed channel", "close of nil channel", "send on closed channel",
	"sync: negative WaitGroup counter", "sync: unlock of unlocked mutex", "all goroutines are asleep - deadlock!",
	"concurrent map writes", "concurrent map read and map write", "concurrent map iteration and map write", "stack overflow",
	"runtime: out of memory", "runtime: cannot allocate memory",
}

var (
	function = regex.Of(`^(created by )?[A-Za-z0-9_./\-*()\[\]·,]+$`)
	place    = regex.Of(`^\t([A-Za-z0-9_./@+\-]+\.(?:go|s):[0-9]+)`)
)

// Report is what may be said of a crash, of all that Go prints of it: which of the
// runtime's own errors it was, and the functions that led there, without arguments. It
// is empty where there was no crash.
func Report(printed string) string {
	lines := strings.Split(printed, "\n")
	first := slices.IndexFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "SIG")
	})
	if first < 0 {
		return ""
	}
	report := []string{"error: sz failed, which is a fault of its own: " + cause(lines[first])}
	begin := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "goroutine ") && strings.HasSuffix(line, ":") })
	if begin >= 0 {
		report = append(report, frames(lines[begin+1:])...)
	}
	return strings.Join(append(report, "please report it with these lines; no value is in them", ""), "\n")
}

func cause(line string) string {
	_, text, _ := strings.Cut(line, ": ")
	for _, known := range spoken {
		if strings.HasPrefix(text, known) {
			return known
		}
	}
	return "a panic, whose text is not shown because it could be a value"
}

// frames are the functions of one goroutine with their places.
func frames(lines []string) []string {
	var out []string
	for i := 0; i+1 < len(lines) && len(out) < maxFrames && lines[i] != ""; i += 2 {
		name, _, _ := strings.Cut(lines[i], " in goroutine ")
		if at := strings.LastIndex(name, "("); at > 0 && strings.HasSuffix(name, ")") && !strings.HasSuffix(name, "*)") {
			name = name[:at]
		}
		where := place.FindStringSubmatch(lines[i+1])
		if where == nil || !function.MatchString(name) {
			continue
		}
		out = append(out, "  "+path.Base(name)+" "+path.Base(where[1]))
	}
	return out
}
