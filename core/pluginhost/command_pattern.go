package pluginhost

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// A command pattern is a command line of words, in which a word in capitals stands
// for a text of a form, and words in brackets may be left out together:
//
//	az account get-access-token -o json --resource https://vault.azure.net [--tenant TENANT] [--subscription TEXT]
type commandPattern struct {
	words    []string
	optional [][]string // groups that may follow, in this order
}

// forms are the texts that a word in capitals stands for. None begins with a dash,
// so that none is taken for a flag.
var forms = map[string]regex.Regex{
	"GUID":   regex.Of(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
	"TENANT": regex.Of(`^[0-9A-Za-z][0-9A-Za-z.-]{0,252}$`),
	"TEXT":   regex.Of(`^[0-9A-Za-z][0-9A-Za-z ._()-]{0,127}$`),
}

var groupForm = regex.Of(`\[([^\[\]]*)\]`)

func parseCommandPattern(text string) commandPattern {
	var p commandPattern
	for _, group := range groupForm.FindAllStringSubmatch(text, -1) {
		p.optional = append(p.optional, strings.Fields(group[1]))
	}
	p.words = strings.Fields(groupForm.ReplaceAllString(text, ""))
	return p
}

// matches reports that a command is one of those that the pattern stands for.
func (p commandPattern) matches(args []string) bool {
	if len(p.words) == 0 || !wordsMatch(p.words, args) {
		return false
	}
	rest := args[len(p.words):]
	for _, group := range p.optional {
		if wordsMatch(group, rest) {
			rest = rest[len(group):]
		}
	}
	return len(rest) == 0
}

// wordsMatch compares the first words of args.
func wordsMatch(words, args []string) bool {
	if len(args) < len(words) {
		return false
	}
	for i, word := range words {
		if !wordMatches(word, args[i]) {
			return false
		}
	}
	return true
}

func wordMatches(word, arg string) bool {
	switch form, ok := forms[word]; {
	case ok:
		return form.MatchString(arg)
	case strings.HasPrefix(word, scriptWord):
		return isScript(word, arg)
	}
	return word == arg
}

// commandOf is the command in what a plugin gave to its shell: `sh -c LINE`, or the
// words themselves.
func commandOf(args []string) ([]string, error) {
	if len(args) == 3 && args[1] == "-c" {
		return splitLine(args[2])
	}
	return nil, errors.New("only one command line is run, as sh -c LINE")
}

// splitLine takes a command line apart that is nothing but words, of which some are
// quoted. Whatever a shell would do more than that is an error.
func splitLine(line string) ([]string, error) {
	var words []string
	for rest := strings.TrimLeft(line, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var word string
		var err error
		if word, rest, err = nextWord(rest); err != nil {
			return nil, err
		}
		words = append(words, word)
	}
	return words, nil
}

func nextWord(text string) (word, rest string, err error) {
	for text != "" && text[0] != ' ' {
		if text[0] == '"' || text[0] == '\'' {
			quoted, after, closed := strings.Cut(text[1:], text[:1])
			if !closed {
				return "", "", errors.New("a quote is not closed")
			}
			if text[0] == '"' && strings.ContainsAny(quoted, "$`\\") {
				return "", "", errors.New("nothing is substituted in it")
			}
			word, text = word+quoted, after
			continue
		}
		if c := text[0]; c < ' ' || strings.IndexByte("$`\\;|&<>(){}[]*?~#!=%^\x7f", c) >= 0 {
			return "", "", fmt.Errorf("%q means something to a shell, and there is none", c)
		}
		word, text = word+text[:1], text[1:]
	}
	return word, text, nil
}

// allowed finds out whether one of the patterns stands for a command.
func allowed(patterns []commandPattern, args []string) bool {
	return slices.ContainsFunc(patterns, func(p commandPattern) bool { return p.matches(args) })
}
