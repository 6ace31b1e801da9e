package ingest

import (
	"fmt"
	"strings"
)

// Error is a file that cannot be read at all, as opposed to one that says
// something CloudFront would reject.
type Error struct {
	// File is the path as given, "-" for standard input, "" where it is not known.
	File string
	// Line is the line of the mistake, from 1; 0 where there is none.
	Line int
	// Message says what is wrong, lower case, without a full stop.
	Message string
	// Hint says what to do about it, or is "".
	Hint string
}

// Error returns file, line and message on one line. The hint is not part of it.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		b.WriteString(": ")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	b.WriteString(e.Message)
	return b.String()
}
