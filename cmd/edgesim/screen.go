package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/recording"
)

// requestLines shows requests to a person at a terminal; nil if the log has them, because a
// format was requested or it goes elsewhere.
func (p *program) requestLines(s *settings, at addresses) recording.Recorder {
	if !p.watched {
		return nil
	}
	show := "edgesim recordings show"
	switch {
	case s.keeping.record == recordOff:
		show = "edgesim check"
	case s.keeping.record == recordMemory:
		show += " --record http://" + at.forPeople().Inspect
	case s.keeping.record != "":
		show += " --record " + s.keeping.record
	case s.state != "":
		show += " --state " + s.state
	}
	return &logline.Terminal{To: p.out.stderr, Redactor: &s.keeping.redactor, Width: widthOf(p.out.stderr), Color: colored(p.out.stderr), Show: show}
}

// firstScreen prints what is running and what to try, for a terminal of width columns; 0
// means no limit. Warnings follow.
func firstScreen(out io.Writer, s *settings, all []*distribution.Distribution, at addresses, width int) {
	at = at.forPeople()
	row := func(label, text string) {
		for _, line := range columns.Wrap(text, max(width-screenLabel, 0)) {
			fmt.Fprintf(out, "  %-*s%s\n", screenLabel-2, label, line)
			label = ""
		}
	}
	fmt.Fprintf(out, "edgesim %s\n", version().Version)
	var edge []string
	if at.HTTP != "" {
		edge = append(edge, "http://"+at.HTTP)
	}
	if at.HTTPS != "" {
		edge = append(edge, "https://"+at.HTTPS)
	}
	row("edge", strings.Join(edge, "  "))
	for i, line := range originLines(all, s.connect) {
		label := ""
		if i == 0 {
			label = "origin"
		}
		row(label, line)
	}
	if at.Inspect != "" {
		row("page", "http://"+at.Inspect)
		row("API", "http://"+at.Inspect+"/api/exchanges")
	}
	row("record", s.keeping.said(s))
	switch {
	case at.HTTP != "":
		row("try", fmt.Sprintf("curl -i http://%s/", at.HTTP))
	case at.HTTPS != "":
		row("try", fmt.Sprintf("curl -ik https://%s/", at.HTTPS))
	}
}

// screenLabel is the width of the label column of a screen.
const screenLabel = 10

// mostOrigins is how many origins the first screen lists.
const mostOrigins = 4

// originLines lists the origins, or the first of many.
func originLines(all []*distribution.Distribution, connect map[string]string) []string {
	var lines []string
	for _, d := range all {
		for i := range d.Origins {
			id := d.Origins[i].ID + ": "
			if d.Origins[i].ID == ingest.OriginID { // the only one, with a generated name
				id = ""
			}
			lines = append(lines, id+originAddress(&d.Origins[i], connect))
		}
	}
	if len(lines) > mostOrigins {
		more := len(lines) - mostOrigins + 1
		lines = append(slices.Clone(lines[:mostOrigins-1]), fmt.Sprintf("and %d more (edgesim config lists them)", more))
	}
	return lines
}

// said says where exchanges are recorded and how many.
func (k *keeping) said(s *settings) string {
	switch {
	case k.record == recordOff:
		return "nothing"
	case k.record == recordMemory:
		return "in memory, until the end"
	case isDatabase(k.record):
		return "in PostgreSQL"
	}
	dir := k.record
	if dir == "" {
		state, err := s.stateDir()
		if err != nil {
			return "on disk"
		}
		dir = recordingsDir(state)
	}
	var limits []string
	if k.keep > 0 {
		limits = append(limits, fmt.Sprintf("the newest %d", k.keep))
	}
	if k.keepBytes > 0 {
		limits = append(limits, fmt.Sprintf("%.3g GB", float64(k.keepBytes)/1e9))
	}
	if len(limits) == 0 {
		return dir
	}
	return dir + "  (" + strings.Join(limits, ", ") + ")"
}
