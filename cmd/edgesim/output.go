package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/proxy"
)

// The output style of the program: results go to stdout; everything else goes to stderr as
// "edgesim: …", in lower case, without a period, followed by "hint: …" lines that say what
// to do. Color only on a terminal, never with NO_COLOR.

// output is where the program writes.
type output struct {
	stdout, stderr io.Writer
}

// failure prints why a command ended early.
func (o output) failure(err error) {
	for _, line := range strings.Split(strings.TrimRight(err.Error(), "\n"), "\n") {
		o.said("edgesim: ", line)
	}
	for _, line := range strings.Split(hintOf(err), "\n") {
		if line != "" {
			o.said("hint: ", line)
		}
	}
}

// hintOf returns what an error says about how to fix it: the hint of the command first,
// otherwise that of the package that returned the error.
func hintOf(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		if u, ok := inner.(usage); ok && u.hint != "" {
			return u.hint
		}
	}
	var sick unwell
	if errors.As(err, &sick) {
		return sick.hint
	}
	var unreadable *ingest.Error
	if errors.As(err, &unreadable) {
		return unreadable.Hint
	}
	var ca *proxy.CAError
	if errors.As(err, &ca) {
		return ca.Hint
	}
	return ""
}

// note prints a line that is not a result.
func (o output) note(format string, args ...any) {
	o.said("edgesim: ", fmt.Sprintf(format, args...))
}

// said prints a line with a prefix, wrapped on a terminal.
func (o output) said(voice, line string) {
	if width := widthOf(o.stderr); width > 0 {
		line = strings.Join(columns.Wrap(line, width-len(voice)), "\n"+strings.Repeat(" ", len(voice)))
	}
	fmt.Fprintf(o.stderr, "%s%s\n", voice, line)
}

// line prints a line of a screen, which a person reads at the start.
func (o output) line(format string, args ...any) {
	fmt.Fprintf(o.stderr, format+"\n", args...)
}

// usage is a mistake in how the program was called or in its input: exit code 2, with a
// hint.
type usage struct {
	err  error
	hint string
}

// Error says what is wrong.
func (u usage) Error() string { return u.err.Error() }

// Unwrap returns the underlying error.
func (u usage) Unwrap() error { return u.err }

// ExitCode returns the exit code of wrong usage, 2.
func (u usage) ExitCode() int { return exitUsage }

// concluded is the exit code of a command that has already printed everything.
type concluded int

// Error is never printed: everything has been reported.
func (c concluded) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// ExitCode returns the code itself.
func (c concluded) ExitCode() int { return int(c) }

// isTerminal reports whether a person may be reading w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colored reports whether color may be used on w.
func colored(w io.Writer) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}
