package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/replay"
	"github.com/edgesim/edgesim/recording"
)

func (p *program) recordingsReplayCommand() *cli.Command {
	return &cli.Command{
		Name: "replay", Usage: "send recorded requests again and show what changed", ArgsUsage: "[ID|FILE.har …]",
		Description: "Sends the viewers' requests again, oldest first, through the edge at --to, and compares status, cause,\n" +
			"headers and body with the recording. With --from-recording, they go through an edge in this process\n" +
			"for --config, and the recording answers instead of the origins: this shows what a configuration\n" +
			"change does, without any origin. An ID is as in show; a FILE is an exported file or a browser's HAR.\n" +
			"Without either, the filters select exchanges.\n\n" +
			"Redacted headers and incompletely recorded bodies are not sent; the output says so.\n" +
			"Exit codes: 0 nothing changed, 1 something changed, 3 something could not be sent as recorded.\n\n" +
			"Examples:\n" +
			"  edgesim recordings replay failed --to http://127.0.0.1:8080\n" +
			"  edgesim recordings replay browser.har\n" +
			"  edgesim recordings replay --from-recording --config dist-config.json",
		Flags: append(append(filterFlags(), whereFlags()...),
			&cli.StringFlag{Name: "to", Value: "http://" + defaultListen, Usage: "send to the edge at `URL`; https is verified with the CA in --state"},
			&cli.BoolFlag{Name: "from-recording", Usage: "use an edge for --config that answers from the recording"},
			&cli.StringFlag{Name: "config", Usage: "with --from-recording: the distribution in `FILE`, as serve reads it"},
			&cli.IntFlag{Name: "limit", Value: 100, Usage: "send at most the newest `N` that the filters select; 0 sends all"},
			&cli.BoolFlag{Name: "json", Usage: "print one line of JSON for each request"}),
		Action: p.recordingsReplay,
	}
}

func (p *program) recordingsReplay(c *cli.Context) error {
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	if c.Bool("from-recording") == (c.String("config") == "") {
		return usage{err: errors.New("--from-recording and --config go together")}
	}
	store, names, err := p.replayStore(c)
	if err != nil {
		return err
	}
	defer store.Close()
	requests, err := p.replayed(c, store, f, names)
	if err != nil {
		return err
	}
	if len(requests) == 0 {
		return usage{err: errors.New("no recorded request is meant"), hint: "edgesim recordings ls shows what the filters choose"}
	}
	v, err := p.viewerFor(c, store)
	if err != nil {
		return err
	}
	defer v.close()
	if n := otherScheme(v, requests); n > 0 {
		p.out.note("warning: %s came over another scheme than %s, which the edge may answer otherwise", plural(n, "recorded request"), v.to.Scheme)
	}
	r := &replayReport{to: p.out, json: c.Bool("json"), ink: inkFor(p.out.stdout), width: widthOf(p.out.stdout)}
	for _, e := range requests {
		if err := r.one(e, func() (*replay.Seen, error) { return v.send(c.Context, e) }); err != nil {
			return err
		}
	}
	return r.end()
}

// otherScheme counts the requests that were recorded with a scheme other than the one they
// are sent with.
func otherScheme(v *replayViewer, requests []*recording.Exchange) int {
	n := 0
	for _, e := range requests {
		if v.to != nil && e.Viewer.Scheme != v.to.Scheme {
			n++
		}
	}
	return n
}

// replayStore opens what the arguments name: a file among them is the recording itself,
// everything else is an id.
func (p *program) replayStore(c *cli.Context) (recording.Store, []string, error) {
	var file string
	var names []string
	for _, arg := range c.Args().Slice() {
		if isFile(arg) || strings.HasSuffix(arg, ".har") || strings.HasSuffix(arg, ".jsonl") {
			if file != "" {
				return nil, nil, usage{err: fmt.Errorf("one file is taken at a time: %s and %s were given", file, arg)}
			}
			file = arg
			continue
		}
		names = append(names, arg)
	}
	if file != "" {
		if c.IsSet("record") {
			return nil, nil, usage{err: errors.New("both a file and --record were given: one of them says what is sent again")}
		}
		store, err := p.readRecordings(file, false)
		return store, names, err
	}
	store, err := p.openRecordings(c, false)
	return store, names, err
}

// replayed returns the complete exchanges whose requests are sent, oldest first.
func (p *program) replayed(c *cli.Context, store recording.Store, f recording.Filter, names []string) ([]*recording.Exchange, error) {
	var all []*recording.Exchange
	for _, name := range names {
		e, err := p.named(c, store, name)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	if len(names) > 0 {
		return all, nil
	}
	f.Bodies = true
	err := p.each(c, store, f, c.Int("limit"), func(e *recording.Exchange) error {
		all = append([]*recording.Exchange{e}, all...)
		return nil
	})
	return all, err
}

// replayReport prints the result of each request, and counts.
type replayReport struct {
	to                         output
	json                       bool
	ink                        ink
	width                      int
	same, changed, unsent, cut int
}

// one sends one request and prints what changed.
func (r *replayReport) one(e *recording.Exchange, send func() (*replay.Seen, error)) error {
	line := struct {
		ID      string          `json:"id"`
		Method  string          `json:"method"`
		URL     string          `json:"url"`
		Outcome string          `json:"outcome"`
		Why     string          `json:"why,omitempty"`
		Without []string        `json:"without,omitempty"`
		Changes []replay.Change `json:"changes,omitempty"`
	}{ID: e.ID, Method: e.Viewer.Method, URL: e.Viewer.Scheme + "://" + e.Viewer.Host + e.Viewer.URI, Outcome: "same"}
	if line.Why = replay.Obstacle(e); line.Why == "" {
		seen, err := send()
		if err != nil {
			return err
		}
		line.Changes, line.Without = replay.Compare(e, seen), replay.RedactedFields(e)
	}
	switch {
	case line.Why != "":
		line.Outcome = "not sent"
		r.unsent++
	case len(line.Changes) > 0:
		line.Outcome = "changed"
		r.changed++
	default:
		r.same++
	}
	if len(line.Without) > 0 {
		r.cut++
	}
	if r.json {
		data, err := json.Marshal(line)
		if err == nil {
			_, err = fmt.Fprintf(r.to.stdout, "%s\n", data)
		}
		return err
	}
	color := map[string]string{"changed": r.ink.red, "not sent": r.ink.yellow}[line.Outcome]
	off := ""
	if color != "" {
		off = r.ink.off
	}
	r.print(color, fmt.Sprintf("%-8s  %d  %s %s", line.Outcome, e.Response.Status, shown(line.Method), shown(line.URL)), off)
	if line.Why != "" {
		r.print("", "          "+line.Why, "")
	}
	if len(line.Without) > 0 {
		r.print("", "          sent without "+strings.Join(line.Without, ", ")+", redacted in the recording", "")
	}
	for _, change := range line.Changes {
		r.print("", fmt.Sprintf("          %s: %s -> %s", change.What, orNone(change.Before), orNone(change.After)), "")
	}
	return nil
}

// print prints a line, truncated to the terminal.
func (r *replayReport) print(color, text, off string) {
	if r.width > 0 {
		text = fitted(text, r.width)
	}
	fmt.Fprintln(r.to.stdout, color+text+off)
}

// orNone returns a value, or a word for none.
func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, value)
}

// end prints the totals, and returns them as an exit code.
func (r *replayReport) end() error {
	r.to.note("%d as before, %d changed, %d not sent", r.same, r.changed, r.unsent)
	if r.cut > 0 {
		r.to.note("warning: %s sent without redacted fields; record with --keep-secrets to send them", plural(r.cut, "request"))
	}
	switch {
	case r.changed > 0:
		return concluded(exitFailed)
	case r.unsent > 0 || r.cut > 0:
		return concluded(exitUndecided)
	}
	return nil
}
