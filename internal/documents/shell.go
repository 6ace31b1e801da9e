package documents

import "strings"

// Commands splits a shell line at && ; | and & into its commands, each a list of words
// without their quotes. Assignments before a command and redirections are left out. It is
// for the lines of our documents, which contain no substitutions.
func Commands(line string) [][]string {
	var commands [][]string
	var words []string
	var word strings.Builder
	quote, begun, redirected := rune(0), false, false
	endWord := func() {
		text := word.String()
		word.Reset()
		if !begun {
			return
		}
		begun = false
		switch {
		case redirected: // the file
			redirected = false
		case len(words) == 0 && isAssignment(text):
		default:
			words = append(words, text)
		}
	}
	endCommand := func() {
		endWord()
		if len(words) > 0 {
			commands = append(commands, words)
		}
		words = nil
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ':
			endWord()
		case r == '&' || r == ';' || r == '|':
			endCommand()
		case r == '>' || r == '<':
			endWord()
			redirected = true
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	endCommand()
	return commands
}

// isAssignment reports whether a word sets a variable for the following command.
func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}
