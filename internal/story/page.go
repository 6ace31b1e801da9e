package story

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/logline"
)

// Options say how a story is formatted. The zero value is for a pipe: no color, and no
// limit on the length of lines.
type Options struct {
	// Width is the number of columns; longer lines are continued, indented, on
	// the next. 0 means no limit.
	Width int
	// Color marks what failed, with ANSI escapes.
	Color bool
}

// The kinds of color.
const (
	plain  = ""
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	dim    = "\x1b[2m"
	reset  = "\x1b[0m"
)

// narrowest is the minimum number of columns for which text is wrapped: below that the
// terminal wraps it better.
const narrowest = 20

// page is what a story is written on.
type page struct {
	to      io.Writer
	options Options
	err     error
}

// line writes one line. One that is too long is wrapped at spaces and continued with two
// more columns of indentation; what people may want to copy stays in one piece (see
// [columns.Wrap]).
func (p *page) line(indent int, color, text string) {
	text = printable(text)
	lines := []string{text}
	if width := p.options.Width; width > 0 && indent+utf8.RuneCountInString(text) > width {
		lines = columns.Wrap(text, max(width-indent-2, narrowest))
	}
	for i, line := range lines {
		if i == 1 {
			indent += 2
		}
		p.write(strings.Repeat(" ", indent), color, line)
	}
}

func (p *page) write(indent, color, text string) {
	if p.err != nil {
		return
	}
	line := indent + text
	if p.options.Color && color != plain && text != "" {
		line = indent + color + text + reset
	}
	_, p.err = io.WriteString(p.to, strings.TrimRight(line, " ")+"\n")
}

// gap writes an empty line.
func (p *page) gap() { p.write("", plain, "") }

// printable makes foreign text safe for a terminal: no escapes, no line ends, and nothing
// that changes the text direction.
func printable(text string) string { return logline.Printable(text) }
