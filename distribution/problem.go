package distribution

import (
	"fmt"
	"strings"
)

// Problem is one setting that CloudFront's API would reject.
type Problem struct {
	// Path is the setting in the API's spelling, e.g. "Origins.Items[0].ConnectionTimeout".
	Path string
	// File, Line and Column are where it stands, from 1; "" and 0 where that is
	// not known.
	File         string
	Line, Column int
	// Value is what the setting holds, as text; "" where it is missing.
	Value string
	// Allowed is what may stand there, e.g. "1-10"; "" where there is no list or range.
	Allowed string
	// Rule is the id of the documented rule, e.g. "CF-CONF-07"; "" where none is recorded.
	Rule string
	// Message says what is wrong, lower case, without a full stop.
	Message string
	// Fix is the corrected value or the change to make, as an imperative; "" where there is no one fix.
	Fix string
	// Quota is set where a default quota of AWS is exceeded, which AWS raises
	// on request: the account at hand may well be allowed more.
	Quota bool
}

// String returns the problem on one line: file and line, field, reason, value,
// allowed range, rule id, fix.
func (p Problem) String() string { return Place(p.File, p.Line) + p.Path + ": " + p.sentence() }

// Place writes the place in front of a message: "file:12: ", or less where less
// is known.
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

// sentence is the problem without its place.
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

// InvalidError is a configuration that CloudFront's API would reject.
type InvalidError struct {
	// Problems are all of them, in the order of the configuration; never empty.
	Problems []Problem
	// Unknown are the fields of the same files that nobody knows: often the
	// misspelled form of what a problem misses.
	Unknown []Notice
}

// Error returns one line for each sentence, and then the fields nobody knows.
func (e *InvalidError) Error() string {
	return strings.Join(append(Lines(e.Problems), NoticeLines(e.Unknown)...), "\n")
}
