package diag

import (
	"strings"
	"unicode/utf8"
)

// mask stands for a sealed piece of a line.
const mask = "(sealed)"

// maxLine is how much of a line of a file is shown, in characters.
const maxLine = 160

// excerpt is a line of a file as it is shown, and the columns in it, from 0, that
// a caret goes below.
type excerpt struct {
	text       string
	start, end int
}

// newExcerpt shows a line character by character, because what is shown for one
// may be wider than one, and the caret must follow.
func newExcerpt(line []rune, sealed []bool, start, end int) excerpt {
	cells := make([]string, len(line))
	for i, r := range line {
		switch {
		case sealed[i]:
			if i == 0 || !sealed[i-1] {
				cells[i] = lead(line, sealed, i) + mask
			}
		case r == '\t':
			cells[i] = " " // so that the caret stands below
		default:
			cells[i] = cell(string(r))
		}
	}
	breakCells(cells)
	e := excerpt{strings.Join(cells, ""), width(cells[:start]), width(cells[:end])}
	if start < len(sealed) && sealed[start] { // the caret stands below the mask
		if cells[start] == "" {
			e.start -= len(mask)
		} else {
			e.start += utf8.RuneCountInString(cells[start]) - len(mask)
		}
	}
	return e.window()
}

// lead keeps the blanks before sealed text: they say nothing, and the line reads
// better with them.
func lead(line []rune, sealed []bool, from int) string {
	n := 0
	for from+n < len(line) && sealed[from+n] && line[from+n] == ' ' {
		n++
	}
	return strings.Repeat(" ", n)
}

// breakCells breaks up what a CI system would take for a command.
func breakCells(cells []string) {
	line := strings.Join(cells, "")
	if !command.MatchString(line) {
		return
	}
	for i := 0; i+1 < len(cells); i++ {
		if cells[i] == "#" && cells[i+1] == "#" {
			cells[i] = "# "
		}
	}
}

func width(cells []string) int {
	n := 0
	for _, c := range cells {
		n += utf8.RuneCountInString(c)
	}
	return n
}

// window cuts a long line around the columns that matter.
func (e excerpt) window() excerpt {
	runes := []rune(e.text)
	if len(runes) <= maxLine {
		return e
	}
	from := min(max(0, e.start-maxLine/2), len(runes)-maxLine)
	shown := string(runes[from : from+maxLine])
	e.start, e.end = e.start-from, min(e.end-from, maxLine)
	if from > 0 {
		shown, e.start, e.end = "…"+shown, e.start+1, e.end+1
	}
	if from+maxLine < len(runes) {
		shown += "…"
	}
	e.text = shown
	return e
}
