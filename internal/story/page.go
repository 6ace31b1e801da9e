package story

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/edgesim/edgesim/internal/logline"
)

// Options say how a story is set. The zero value is for a pipe: no color, and
// lines of any length.
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

// narrowest is the fewest columns that text is broken for: below that the
// terminal breaks it better.
const narrowest = 20

// page is what a story is written on.
type page struct {
	to      io.Writer
	options Options
	err     error
}

// line writes one line, broken where it is too long. What breaks stands two
// columns further in.
func (p *page) line(indent int, color, text string) {
	text = printable(text)
	width := p.options.Width
	if width > 0 && width < indent+narrowest {
		width = indent + narrowest
	}
	for first := true; first || text != ""; first = false {
		if !first {
			indent += 2
		}
		room := 0
		if width > 0 {
			room = max(width-indent, narrowest)
		}
		var part string
		part, text = breakAt(text, room)
		p.write(strings.Repeat(" ", indent), color, part)
		if !first {
			indent -= 2
		}
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

// breakAt returns the part of a text that fits into a number of columns, broken
// at a space where there is one in the second half, and the rest.
func breakAt(text string, room int) (part, rest string) {
	if room <= 0 || utf8.RuneCountInString(text) <= room {
		return text, ""
	}
	end := 0
	for n := 0; n < room; n++ {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	if space := strings.LastIndexByte(text[:end+1], ' '); space > end/2 {
		return text[:space], strings.TrimLeft(text[space:], " ")
	}
	// A URL is copied: it goes to a line of its own, and stays whole even there.
	begin := strings.LastIndexByte(text[:end], ' ') + 1
	if word, _, _ := strings.Cut(text[begin:], " "); strings.Contains(word, "://") {
		if begin > 1 {
			return text[:begin-1], text[begin:]
		}
		return word, strings.TrimLeft(text[len(word):], " ")
	}
	return text[:end], text[end:]
}

// printable makes foreign text fit for a terminal: no escapes, no line ends, and
// nothing that turns the direction of what follows.
func printable(text string) string { return logline.Printable(text) }
