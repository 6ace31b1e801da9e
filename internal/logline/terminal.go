package logline

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/edgesim/edgesim/recording"
)

// Terminal is a [recording.Recorder] for a person who is watching: one short line per
// exchange, and for the first failure of a kind the reason and the command that shows how
// to fix it.
type Terminal struct {
	// To is the terminal; required. Each line is one Write.
	To io.Writer
	// Redactor hides secrets in the line. Default: credentials are hidden.
	Redactor *recording.Redactor
	// Width truncates lines to this many columns. Default: no limit.
	Width int
	// Color shows failures in red.
	Color bool
	// Show is the command that shows an exchange; the id is appended.
	Show string

	mu   sync.Mutex
	told map[kind]bool
}

// kind is what failures have in common that are reported once.
type kind struct {
	cause  string
	origin string
}

// mostKinds limits how many kinds are remembered; a hostile viewer cannot make more, as
// there are only so many causes and origins.
const mostKinds = 10_000

var _ recording.Recorder = (*Terminal)(nil)

// shownID is how much of an id is shown: enough for recordings show.
const shownID = 10

// Record writes the line.
func (t *Terminal) Record(e *recording.Exchange) {
	redactor := t.Redactor
	if redactor == nil {
		redactor = &recording.Redactor{}
	}
	e = redactor.Redact(e)
	id := e.ID[:min(shownID, len(e.ID))]
	head := fmt.Sprintf("%s  %d  %-4s ", e.Start.Local().Format("15:04:05"), e.Response.Status, Printable(e.Viewer.Method))
	target, tail := Printable(redactor.Target(e.Viewer.URI)), "  "+id
	if e.Cause != nil {
		tail = fmt.Sprintf("  %s %s  %s", e.Cause.Rule, e.Cause.Name, id)
	}
	if e.Forced != "" {
		tail = "  (forced)" + tail
	}
	const leastTarget = 12
	if room := t.Width - len(head) - len(tail); t.Width > 0 && len(target) > max(room, leastTarget) {
		target = cut(target, max(room, leastTarget))
	}
	var b strings.Builder
	on, off := "", ""
	if t.Color && e.Cause != nil {
		on, off = "\x1b[31m", "\x1b[0m"
	}
	b.WriteString(on + head + target + tail + off + "\n")
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Cause != nil && t.first(kind{string(e.Cause.Name), e.Origin}) {
		t.why(&b, Printable(e.Cause.Detail))
		t.fix(&b, t.Show+" "+id)
	}
	_, _ = io.WriteString(t.To, b.String()) // nobody can be told that the terminal is gone
}

// first reports whether a kind of failure is reported for the first time.
func (t *Terminal) first(k kind) bool {
	if t.told[k] || len(t.told) >= mostKinds {
		return false
	}
	if t.told == nil {
		t.told = map[kind]bool{}
	}
	t.told[k] = true
	return true
}

// The lines below an exchange's line start in the column of its status.
const (
	whyLabel = "          why  "
	fixLabel = "          fix  "
	// nearLabel is fixLabel if the command needs the space.
	nearLabel = "  fix  "
)

// why writes the reason, truncated at the terminal's width.
func (t *Terminal) why(b *strings.Builder, text string) {
	if t.Width > 0 {
		text = cut(text, max(t.Width-len(whyLabel), 20))
	}
	b.WriteString(whyLabel + text + "\n")
}

// fix writes the command, which is never truncated or broken: if it does not fit after the
// label, the label moves to the left; if that is not enough, the command gets its own line.
func (t *Terminal) fix(b *strings.Builder, command string) {
	length := utf8.RuneCountInString(command)
	switch {
	case t.Width <= 0 || len(fixLabel)+length <= t.Width:
		b.WriteString(fixLabel + command + "\n")
	case len(nearLabel)+length <= t.Width:
		b.WriteString(nearLabel + command + "\n")
	default:
		b.WriteString(strings.TrimRight(fixLabel, " ") + "\n  " + command + "\n")
	}
}

// cut truncates a text to this many characters.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// Printable replaces, by their numbers, characters that would change how a terminal or the
// text around them reads: control characters, and those that change its direction.
func Printable(text string) string {
	if !strings.ContainsFunc(text, unprintable) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unprintable(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unprintable(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e ||
		r >= 0x2060 && r <= 0x2069 || r == 0xfeff || r == 0xfffd
}
