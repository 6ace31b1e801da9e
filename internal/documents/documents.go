// Package documents finds the command lines in our documents, so that tests can run them.
package documents

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Line is a command line in a document.
type Line struct {
	// Document is the path of the document relative to the root, with slashes.
	Document string
	// Number is the line number, from 1.
	Number int
	// Text is the command line without prompt and comment.
	Text string
}

// Read returns every command line in the Markdown files below a folder: in indented blocks,
// in fenced shell blocks, and in code spans that begin with the name of a program followed
// by something else. CHANGELOG.md, which is history, and testdata are left out.
func Read(root string) ([]Line, error) {
	var found []Line
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (d.Name() == "testdata" || d.Name() == "node_modules" || d.Name()[0] == '.'):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".md" || d.Name() == "CHANGELOG.md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		for _, l := range Find(string(text)) {
			l.Document = filepath.ToSlash(name)
			found = append(found, l)
		}
		return err
	})
	return found, err
}

// programs are the words that start a command line.
var programs = regexp.MustCompile(`^([A-Z_]+=\S+ )*(edgesim|make|go|curl|docker|aws|openssl|terraform|node|git|dig|certbot|nginx|apachectl|echo|\./[\w.-]+)( |$)`)

// span is a piece of code in a sentence; it may continue on the next line.
var span = regexp.MustCompile("`([^`]+)`")

// Find returns the command lines of one document.
func Find(text string) []Line {
	lines := strings.Split(text, "\n")
	var found []Line
	add := func(number int, text string, alone bool) {
		text = withoutComment(strings.TrimPrefix(strings.TrimSpace(text), "$ "))
		if programs.MatchString(text) && (alone || strings.Contains(text, " ")) {
			found = append(found, Line{Number: number, Text: text})
		}
	}
	fence, shell := false, false
	prose := slices.Clone(lines)
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if language, ok := strings.CutPrefix(strings.TrimSpace(line), "```"); ok {
			fence, shell = !fence, slices.Contains([]string{"", "sh", "console", "bash"}, language)
			prose[i] = ""
			continue
		}
		indented := strings.HasPrefix(line, "    ")
		if !fence && !indented {
			continue
		}
		prose[i] = ""
		if fence && !shell {
			continue
		}
		number := i + 1
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + strings.TrimSpace(lines[i])
			prose[i] = ""
		}
		add(number, line, true)
	}
	all := strings.Join(prose, "\n")
	for _, at := range span.FindAllStringSubmatchIndex(all, -1) {
		add(1+strings.Count(all[:at[0]], "\n"), strings.ReplaceAll(all[at[2]:at[3]], "\n", " "), false)
	}
	slices.SortStableFunc(found, func(a, b Line) int { return a.Number - b.Number })
	return found
}

// withoutComment removes everything after a # that starts a word outside quotes.
func withoutComment(line string) string {
	quote := rune(0)
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '#' && i > 0 && line[i-1] == ' ':
			return strings.TrimSpace(line[:i])
		}
	}
	return strings.TrimSpace(line)
}
