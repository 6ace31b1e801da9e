package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/recording"
)

// requestLines is what a person at a terminal sees of the requests; nil where the
// log has them, as somebody asked for a format or it goes elsewhere.
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

// firstScreen says on a terminal what runs and what to try. Warnings come after
// it.
func (p *program) firstScreen(s *settings, all []*distribution.Distribution, at addresses) {
	at = at.forPeople()
	row := func(label, format string, args ...any) {
		p.out.line("  %-7s %s", label, fmt.Sprintf(format, args...))
	}
	p.out.line("edgesim %s", version().Version)
	var edge []string
	if at.HTTP != "" {
		edge = append(edge, "http://"+at.HTTP)
	}
	if at.HTTPS != "" {
		edge = append(edge, "https://"+at.HTTPS)
	}
	row("edge", "%s", strings.Join(edge, "  "))
	for i, line := range originLines(all, s.connect) {
		label := ""
		if i == 0 {
			label = "origin"
		}
		row(label, "%s", line)
	}
	if at.Inspect != "" {
		row("page", "http://%s  (API: http://%s/api/exchanges)", at.Inspect, at.Inspect)
	}
	row("record", "%s", s.keeping.said(s))
	switch {
	case at.HTTP != "":
		row("try", "curl -i http://%s/", at.HTTP)
	case at.HTTPS != "":
		row("try", "curl -ik https://%s/", at.HTTPS)
	}
}

// mostOrigins is how many origins the first screen names.
const mostOrigins = 4

// originLines names the origins, the first of many.
func originLines(all []*distribution.Distribution, connect map[string]string) []string {
	var lines []string
	for _, d := range all {
		for i := range d.Origins {
			lines = append(lines, d.Origins[i].ID+": "+originAddress(&d.Origins[i], connect))
		}
	}
	if len(lines) > mostOrigins {
		more := len(lines) - mostOrigins + 1
		lines = append(slices.Clone(lines[:mostOrigins-1]), fmt.Sprintf("and %d more (edgesim config lists them)", more))
	}
	return lines
}

// said says where exchanges are kept and how many.
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
