package columns_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/columns"
)

// TestWrap: lines are broken at spaces, and never within text to be copied.
func TestWrap(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		text  string
		width int
		want  []string
	}{
		"words":                  {"one two  three four", 9, []string{"one two", "three", "four"}},
		"no width":               {"one  two", 0, []string{"one  two"}},
		"nothing":                {"", 9, []string{""}},
		"exactly":                {"one two", 7, []string{"one two"}},
		"letters, not bytes":     {"äöü äöü", 7, []string{"äöü äöü"}},
		"spaces that fit":        {"one  two", 8, []string{"one  two"}},
		"a URL":                  {"see https://docs.example.com/a/very/long/page for it", 20, []string{"see", "https://docs.example.com/a/very/long/page", "for it"}},
		"backquotes":             {"run `edgesim function test FILE` and see", 20, []string{"run", "`edgesim function test FILE`", "and see"}},
		"a flag and its value":   {"send it there with --connect app.example.com=127.0.0.1:PORT instead", 30, []string{"send it there", "with --connect app.example.com=127.0.0.1:PORT", "instead"}},
		"a command":              {"then edgesim check --scan https://a.example lists them", 20, []string{"then", "edgesim check --scan https://a.example", "lists them"}},
		"a command of a command": {"say edgesim recordings show failed --record PATH here", 12, []string{"say", "edgesim recordings show", "failed --record PATH", "here"}},
		"an operator":            {"then nginx -t && nginx -s reload", 16, []string{"then", "nginx -t && nginx -s reload"}},
		"a program with words":   {"now systemctl reload haproxy is due", 12, []string{"now", "systemctl reload haproxy", "is due"}},
		"a flag in a sentence":   {"either --listen, --inspect or both may be off", 20, []string{"either --listen,", "--inspect or both", "may be off"}},
		"a unit":                 {"it took 12.0 ms, or so", 12, []string{"it took", "12.0 ms, or", "so"}},
		"a dash":                 {"a - b - c - d", 5, []string{"a - b", "- c -", "d"}},
		"a program as a name":    {"ask curl: it is an honest viewer", 12, []string{"ask curl: it", "is an honest", "viewer"}},
	} {
		if got := columns.Wrap(row.text, row.width); !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

// FuzzWrap: no word is lost or broken, and a line that is too long is one piece.
func FuzzWrap(f *testing.F) {
	f.Add("one two `three four` --five six && seven", 10)
	f.Add("edgesim", 1)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width <= 0 {
			t.Skip()
		}
		if got, want := strings.Join(strings.Fields(strings.Join(columns.Wrap(text, width), " ")), " "), strings.Join(strings.Fields(text), " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
