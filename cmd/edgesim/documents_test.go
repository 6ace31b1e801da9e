package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/documents"
)

// parse parses a command line with the program's own flags, and runs nothing.
func parse(t *testing.T, words []string) error {
	t.Helper()
	p := &program{out: output{stdout: io.Discard, stderr: io.Discard}}
	app := p.app()
	var disarm func(commands []*cli.Command)
	disarm = func(commands []*cli.Command) {
		for _, c := range commands {
			c.Before = nil
			if len(c.Subcommands) == 0 {
				c.Action = func(*cli.Context) error { return nil }
			}
			disarm(c.Subcommands)
		}
	}
	disarm(app.Commands)
	return app.RunContext(t.Context(), interleave(app, words))
}

// asWords returns the words of a command of edgesim, or nil where another
// program is called.
func asWords(words []string) []string {
	if len(words) > 2 && slices.Equal(words[:3], []string{"go", "run", "./cmd/edgesim"}) {
		return append([]string{"edgesim"}, words[3:]...)
	}
	if words[0] == "edgesim" {
		return words
	}
	return nil
}

// TestDocumentsParse: every command of edgesim in a document, and in the examples
// of the help, has a command and flags that exist. What they do is run by
// test/e2e. It is not parallel: urfave/cli writes to its one HelpFlag whenever an
// app runs, and other tests run one.
func TestDocumentsParse(t *testing.T) {
	lines, err := documents.Read(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	parsed := 0
	for _, l := range lines {
		for _, words := range documents.Commands(l.Text) {
			if words = asWords(words); words == nil {
				continue
			}
			parsed++
			if err := parse(t, words); err != nil {
				t.Errorf("%s:%d: %s: %v", l.Document, l.Number, l.Text, err)
			}
		}
	}
	if parsed < 50 {
		t.Errorf("only %d commands were found", parsed)
	}
	var examples func(path string, commands []*cli.Command)
	examples = func(path string, commands []*cli.Command) {
		for _, c := range commands {
			_, text := splitExamples(c.Description)
			for _, l := range documents.Find("    " + strings.ReplaceAll(text, "\n", "\n    ")) {
				for _, words := range documents.Commands(l.Text) {
					if words[0] != "edgesim" {
						continue
					}
					if err := parse(t, words); err != nil {
						t.Errorf("%s --help: %s: %v", path, l.Text, err)
					}
				}
			}
			examples(path+" "+c.Name, c.Subcommands)
		}
	}
	examples("edgesim", (&program{}).app().Commands)
}

// flagWord is a flag as a sentence names it.
var flagWord = regexp.MustCompile("(?:^|[\\s`'\"(\\[,=])--([a-z][a-z0-9-]*)")

// TestDocumentsFlags: every flag that a document names in a sentence is one of
// edgesim's, or one of the foreign ones.
func TestDocumentsFlags(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"help": true, "version": true, helpAll: true}
	var collect func([]*cli.Command)
	collect = func(commands []*cli.Command) {
		for _, c := range commands {
			for _, f := range c.Flags {
				known[f.Names()[0]] = true
			}
			collect(c.Subcommands)
		}
	}
	collect((&program{out: output{stdout: io.Discard}}).app().Commands)
	for _, name := range foreignFlags {
		known[name] = true
	}
	root := filepath.Join("..", "..")
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/causes/*.md", "examples/*/README.md", "internal/inspector/page/assets/*.js", "action.yml", "docker-compose.yml"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: no such files (%v)", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			for _, m := range flagWord.FindAllStringSubmatch(line, -1) {
				if !known[m[1]] {
					t.Errorf("%s:%d: there is no flag --%s", file, n, m[1])
				}
			}
		}
	}
}

// foreignFlags are flags of other programs that documents name.
var foreignFlags = []string{
	"scale", "build", "rm", "read-only", "build-arg", "target", "detach", "force-recreate", // docker
	"distribution-id", "paths", "certificate-chain", // aws
	"cacert", "data-binary", // curl
}
