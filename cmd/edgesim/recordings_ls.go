package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/recording"
)

func (p *program) recordingsLsCommand() *cli.Command {
	return &cli.Command{
		Name: "ls", Usage: "list exchanges, newest first",
		Description: "One line per exchange: time, status, request, cause, and ID. On a terminal, IDs are shortened to a\n" +
			"prefix, which show accepts. \"forced\" and \"replayed\" mark responses of a fault on demand or a\n" +
			"recording instead of the origin.",
		Flags: append(append(filterFlags(), whereFlags()...),
			&cli.IntFlag{Name: "limit", Value: 50, Usage: "list at most `N`; 0 lists all"},
			&cli.BoolFlag{Name: "json", Usage: "print one line of JSON each, as in /api/exchanges"}),
		Action: p.recordingsLs,
	}
}

func (p *program) recordingsLs(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	if c.Int("limit") < 0 {
		return usage{err: fmt.Errorf("--limit %d is less than 0", c.Int("limit"))}
	}
	store, err := p.openRecordings(c, false)
	if err != nil {
		return err
	}
	defer store.Close()
	l := p.newLister(c.Bool("json"))
	return p.each(c, store, f, c.Int("limit"), l.write)
}

// lister prints exchanges, one per line.
type lister struct {
	to    io.Writer
	json  bool
	width int
	ink   ink
	begun bool
}

func (p *program) newLister(asJSON bool) *lister {
	return &lister{to: p.out.stdout, json: asJSON, width: widthOf(p.out.stdout), ink: inkFor(p.out.stdout)}
}

// The columns before the request.
const (
	listedID    = 10 // on a terminal
	listHead    = "%-24s %6s %9s  %-7s "
	listHeadFit = "%-8s %6s %9s  %-7s "
)

// write prints one exchange.
func (l *lister) write(e *recording.Exchange) error {
	if l.json {
		data, err := json.Marshal(e.Summary())
		if err == nil {
			_, err = fmt.Fprintf(l.to, "%s\n", data)
		}
		return err
	}
	cause := "-"
	if e.Cause != nil {
		cause = string(e.Cause.Rule) + " " + string(e.Cause.Name)
	}
	if mark := staged(e); mark != "" {
		cause += " (" + mark + ")"
	}
	asked := shown(e.Viewer.Scheme + "://" + e.Viewer.Host + e.Viewer.URI)
	took := fmt.Sprintf("%.1f", float64(e.Duration)/float64(time.Millisecond))
	if l.width == 0 {
		if !l.begun {
			l.begun = true
			fmt.Fprintf(l.to, listHead+"%s  %s  %s\n", "TIME", "STATUS", "MS", "METHOD", "ID", "URL", "CAUSE")
		}
		_, err := fmt.Fprintf(l.to, listHead+"%s  %s  %s\n", e.Start.UTC().Format("2006-01-02T15:04:05.000Z"), fmt.Sprint(e.Response.Status),
			took, shown(e.Viewer.Method), e.ID, asked, cause)
		return err
	}
	return l.fit(e, asked, took, cause)
}

// staged explains why an exchange says nothing about its origin: a fault on demand or a
// recording was played. "" if it does.
func staged(e *recording.Exchange) string {
	var marks []string
	if e.Forced != "" {
		marks = append(marks, "forced by "+shown(e.Forced))
	}
	if e.Replayed != "" {
		marks = append(marks, "replayed")
	}
	return strings.Join(marks, ", ")
}

// fit prints a line for a terminal: the URL gets the space that the others leave, or its
// own line with the cause if that is too little.
func (l *lister) fit(e *recording.Exchange, asked, took, cause string) error {
	id := shown(e.ID)
	id = id[:min(listedID, len(id))]
	head := fmt.Sprintf("%-*s ", listedID, id) + fmt.Sprintf(listHeadFit, e.Start.UTC().Format("15:04:05"), fmt.Sprint(e.Response.Status), took, shown(e.Viewer.Method))
	if !l.begun {
		l.begun = true
		title := fmt.Sprintf("%-*s ", listedID, "ID") + fmt.Sprintf(listHeadFit, "TIME UTC", "STATUS", "MS", "METHOD") + "URL"
		fmt.Fprintln(l.to, l.ink.bold+fitted(title, l.width)+l.ink.off)
	}
	color := ""
	switch {
	case e.Cause != nil || e.Response.Status >= 500:
		color = l.ink.red
	case e.Response.Status >= 400:
		color = l.ink.yellow
	}
	off := ""
	if color != "" {
		off = l.ink.off
	}
	lines := []string{color + fitted(head+asked, l.width) + off}
	if room := l.width - utf8.RuneCountInString(head); room < 24 {
		lines = []string{color + fitted(strings.TrimRight(head, " "), l.width) + off, "  " + fitted(asked, l.width-2)}
	}
	if e.Cause != nil || staged(e) != "" {
		lines = append(lines, "  "+color+fitted(cause, l.width-2)+off)
	}
	_, err := fmt.Fprintln(l.to, strings.Join(lines, "\n"))
	return err
}

// fitted truncates a text to a number of columns and marks the truncation.
func fitted(text string, width int) string {
	if utf8.RuneCountInString(text) <= width || width < 2 {
		return text
	}
	runes := []rune(text)
	return string(runes[:width-1]) + "…"
}

// shown makes foreign text safe for a line: no escapes, no line ends, no spaces that would
// look like columns.
func shown(text string) string { return logline.Printable(text) }
