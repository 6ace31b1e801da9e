// Package columns wraps text to a terminal's width, keeping in one piece what people may
// want to copy: a URL, an id, a command with its flags.
package columns

import (
	"strings"
	"unicode/utf8"
)

// Wrap breaks text into lines of at most width columns, at spaces; runs of spaces there
// become one. A word longer than a line is not broken, and neither is text that looks like
// a command: between backquotes, a program that hints name with its arguments, a flag with
// its value, a number with its unit. A width of 0 or less means one line.
func Wrap(text string, width int) []string {
	if width <= 0 || utf8.RuneCountInString(text) <= width && !strings.ContainsAny(text, "\n\t") {
		return []string{text}
	}
	var lines []string
	line := ""
	for _, piece := range pieces(strings.Fields(text)) {
		switch {
		case line == "":
			line = piece
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(piece) <= width:
			line += " " + piece
		default:
			lines = append(lines, line)
			line = piece
		}
	}
	return append(lines, line)
}

// programs are those that hints name, with how many of the following words always belong to
// them.
var programs = map[string]int{"edgesim": 2, "aws": 2, "curl": 1, "openssl": 1, "certbot": 1, "docker": 1, "systemctl": 2, "cat": 2}

// pieces joins the words between which a line must not break.
func pieces(words []string) []string {
	var all []string
	behind, quoted := 0, false // words that belong to a program; within backquotes
	for i, word := range words {
		joined := i > 0 && (quoted || behind > 0 || together(words[i-1], word))
		if joined {
			all[len(all)-1] += " " + word
		} else {
			all = append(all, word)
		}
		behind = max(behind-1, 0)
		if n := programs[strings.TrimLeft(word, "`\"'(")]; n > 0 {
			behind = n
		}
		if ends(word) {
			behind = 0
		}
		quoted = quoted != (strings.Count(word, "`")%2 == 1)
	}
	return all
}

// together reports whether two words belong together: in a command line, a flag and what
// precedes it, a flag and its value, both sides of an operator; elsewhere, a number and its
// unit.
func together(before, word string) bool {
	operator := func(w string) bool { return w == "&&" || w == "|" || w == ">" }
	if operator(word) || operator(before) {
		return true
	}
	if units[strings.TrimRight(word, ",;.)")] && before[len(before)-1] >= '0' && before[len(before)-1] <= '9' {
		return true
	}
	return isFlag(word) && !ends(before) || isFlag(before) && !ends(before)
}

// units follow a number.
var units = map[string]bool{"ms": true, "s": true, "MB": true, "GB": true, "bytes": true}

// isFlag reports whether a word is a flag: not a single dash or a negative number.
func isFlag(word string) bool {
	rest := strings.TrimLeft(word, "-")
	return len(word) > len(rest) && rest != "" && (rest[0] >= 'a' && rest[0] <= 'z' || rest[0] >= 'A' && rest[0] <= 'Z')
}

// ends reports whether a word ends a part of a sentence.
func ends(word string) bool { return strings.ContainsRune(",;:.?)", rune(word[len(word)-1])) }
