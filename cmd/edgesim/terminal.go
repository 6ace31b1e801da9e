package main

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// widthOf returns the number of columns for a line on w: COLUMNS, or else the terminal's; 0
// means that lines are not wrapped, as they go to a file.
func widthOf(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 0
}

// ink holds the colors of a report; the zero value has none.
type ink struct{ bold, red, green, yellow, faint, off string }

// inkFor returns colors if w may have them.
func inkFor(w io.Writer) ink {
	if !colored(w) {
		return ink{}
	}
	return ink{bold: "\x1b[1m", red: "\x1b[1;31m", green: "\x1b[32m", yellow: "\x1b[33m", faint: "\x1b[2m", off: "\x1b[0m"}
}
