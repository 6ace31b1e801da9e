package documents_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/internal/documents"
)

// TestFind: blocks and code spans, with their numbers; other languages, words
// that are not commands, and comments are left out.
func TestFind(t *testing.T) {
	t.Parallel()
	text := "# Title\n" +
		"`make` and `make quick` and `edgesim\nserve .`\n" +
		"\n" +
		"    $ edgesim demo      # a tour\n" +
		"    HTTP/1.1 502\n" +
		"    edgesim invalidate '#tag'\n" +
		"\n" +
		"```sh\nedgesim lab \\\n  --list\n```\n" +
		"```json\n{}\n```\n" +
		"```js\nnode.run()\n```\n"
	var got []string
	for _, l := range documents.Find(text) {
		got = append(got, fmt.Sprint(l.Number, " ", l.Text))
	}
	want := []string{"2 make quick", "2 edgesim serve .", "5 edgesim demo", "7 edgesim invalidate '#tag'", "10 edgesim lab --list"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// TestCommands: one line, several commands.
func TestCommands(t *testing.T) {
	t.Parallel()
	got := fmt.Sprintf("%q", documents.Commands(`A=1 edgesim check 'a b' "c" > out.xml && x | y& B=2 z "" q=1`))
	want := `[["edgesim" "check" "a b" "c"] ["x"] ["y"] ["z" "" "q=1"]]`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
