package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/lab"
)

// labScreen lists origins: a table if it fits into width columns, and in files; otherwise
// two rows for each.
func labScreen(out io.Writer, origins []labOrigin, width int) error {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "HOST\tADDRESS\tSTATUS\tCAUSE\tWHAT IS WRONG WITH IT\n")
	for _, o := range origins {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", o.Host, cmp.Or(o.Address, "-"), o.Status, causeOf(o.Fault), o.Title)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if fits(table.String(), width) {
		_, err := io.WriteString(out, table.String())
		return err
	}
	for _, o := range origins {
		originEntry(out, strings.TrimSpace(o.Host+" "+o.Address), o.Fault, width)
	}
	return nil
}

// originEntry prints an origin in two rows: status and name, cause and title.
func originEntry(out io.Writer, name string, f lab.Fault, width int) {
	label := strconv.Itoa(f.Status) + "  "
	text := f.Title
	if c := causeOf(f); c != noCause {
		text = c + ": " + text
	}
	for _, part := range []string{name, text} {
		for _, line := range columns.Wrap(part, width-len(label)) {
			fmt.Fprintf(out, "%s%s\n", label, line)
			label = strings.Repeat(" ", len(label))
		}
	}
}

// fits reports whether no line of a text is longer than width columns; 0 means no limit.
func fits(text string, width int) bool {
	if width <= 0 {
		return true
	}
	for line := range strings.Lines(text) {
		if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > width {
			return false
		}
	}
	return true
}
