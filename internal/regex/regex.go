// Package regex has regular expressions that are compiled when they are first used.
// Compiling those of a program takes longer than starting it, and of most of them a run
// needs none.
package regex

import (
	"regexp"
	"sync"
)

// Regex is a regular expression, with the methods of [regexp.Regexp] that are used.
// Safe for concurrent use.
type Regex struct {
	text     string
	compiled func() *regexp.Regexp
}

// Of is the regular expression of a text in the syntax of package regexp. One that is wrong
// panics at its first use.
func Of(expression string) Regex {
	return Regex{expression, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

// String is the expression.
func (p Regex) String() string { return p.text }

// Match reports whether it is found in b.
func (p Regex) Match(b []byte) bool { return p.compiled().Match(b) }

// MatchString reports whether it is found in s.
func (p Regex) MatchString(s string) bool { return p.compiled().MatchString(s) }

// Find is [regexp.Regexp.Find].
func (p Regex) Find(b []byte) []byte { return p.compiled().Find(b) }

// FindAll is [regexp.Regexp.FindAll].
func (p Regex) FindAll(b []byte, n int) [][]byte { return p.compiled().FindAll(b, n) }

// FindStringSubmatch is [regexp.Regexp.FindStringSubmatch].
func (p Regex) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

// FindAllStringSubmatch is [regexp.Regexp.FindAllStringSubmatch].
func (p Regex) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(s, n)
}

// FindStringSubmatchIndex is [regexp.Regexp.FindStringSubmatchIndex].
func (p Regex) FindStringSubmatchIndex(s string) []int {
	return p.compiled().FindStringSubmatchIndex(s)
}

// ReplaceAllString is [regexp.Regexp.ReplaceAllString].
func (p Regex) ReplaceAllString(s, with string) string {
	return p.compiled().ReplaceAllString(s, with)
}

// ReplaceAllStringFunc is [regexp.Regexp.ReplaceAllStringFunc].
func (p Regex) ReplaceAllStringFunc(s string, with func(string) string) string {
	return p.compiled().ReplaceAllStringFunc(s, with)
}
