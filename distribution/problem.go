package distribution

import (
	"fmt"
	"strings"
)

// Problem is a setting that CloudFront's API would reject.
type Problem struct {
	// Path is the setting's path, as the API spells it, e.g.
	// "Origins.Items[0].ConnectionTimeout".
	Path string
	// File, Line and Column give its position, counting from 1; "" and 0 if
	// unknown.
	File         string
	Line, Column int
	// Value is the configured value as text; "" if it is missing.
	Value string
	// Allowed is the list or range of allowed values, e.g. "1-10"; "" if there is
	// none.
	Allowed string
	// Rule is the id of the documented rule, e.g. "CF-CONF-07"; "" if none is
	// recorded.
	Rule string
	// Message describes the problem, in lower case, without a final period.
	Message string
	// Fix is the corrected value or the change to make, in the imperative; "" if
	// there is no single fix.
	Fix string
	// Quota reports whether the setting exceeds a default AWS quota. AWS raises
	// these on request, so the account may allow more.
	Quota bool
}

// String returns the problem on one line: file and line, field, reason, value,
// allowed range, rule id, fix.
func (p Problem) String() string { return Place(p.File, p.Line) + p.Path + ": " + p.sentence() }

// Place formats a position as the prefix of a message, "file:12: ", or as much of
// it as is known.
func Place(file string, line int) string {
	switch {
	case file != "" && line > 0:
		return fmt.Sprintf("%s:%d: ", file, line)
	case file != "":
		return file + ": "
	case line > 0:
		return fmt.Sprintf("line %d: ", line)
	}
	return ""
}

// sentence is the problem without its position.
func (p Problem) sentence() string {
	var b strings.Builder
	b.WriteString(p.Message)
	if p.Value != "" {
		fmt.Fprintf(&b, ": got %q", clip(p.Value))
	}
	if p.Allowed != "" {
		fmt.Fprintf(&b, ", allowed: %s", p.Allowed)
	}
	if p.Rule != "" {
		fmt.Fprintf(&b, " (%s)", p.Rule)
	}
	if p.Fix != "" {
		fmt.Fprintf(&b, "; %s", p.Fix)
	}
	return b.String()
}

// clip shortens a value so that a problem stays readable.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// InvalidError reports a configuration that CloudFront's API would reject.
type InvalidError struct {
	// Problems are all problems found, in configuration order; never empty.
	Problems []Problem
	// Unknown are the unknown fields in the same files. One is often the
	// misspelling of a field that a problem reports as missing.
	Unknown []Notice
}

// Error returns one line per distinct sentence, followed by the unknown fields.
func (e *InvalidError) Error() string {
	return strings.Join(append(Lines(e.Problems), NoticeLines(e.Unknown)...), "\n")
}
