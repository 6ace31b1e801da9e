package tree

import (
	"fmt"
	"strings"
)

// Error is a file that cannot be read at all, as opposed to one that says something that
// CloudFront would reject.
type Error struct {
	// File is the path as given, "-" for standard input, "" if unknown.
	File string
	// Line and Column are the position of the mistake, from 1; 0 if there is none.
	Line, Column int
	// Message describes the mistake, in lower case, without a period.
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
	switch {
	case e.Line > 0 && e.Column > 0:
		fmt.Fprintf(&b, "line %d, column %d: ", e.Line, e.Column)
	case e.Line > 0:
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	b.WriteString(e.Message)
	return b.String()
}

// Errorf returns an error at a position.
func Errorf(pos Position, format string, args ...any) *Error {
	return &Error{File: pos.File, Line: int(pos.Line), Column: int(pos.Column), Message: fmt.Sprintf(format, args...)}
}
