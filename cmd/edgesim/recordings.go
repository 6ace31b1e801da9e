package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/when"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

func (p *program) recordingsCommand() *cli.Command {
	return &cli.Command{
		Name:  "recordings",
		Usage: "list, show, tail, export and replay recorded exchanges",
		Description: "Reads the recordings that --record names: a folder, a PostgreSQL URL, a running edge\n" +
			"(http://" + defaultInspect + "), or a file that was exported (.har or .jsonl). The default is the folder\n" +
			"in which serve keeps them. A running edge writes there a moment after it responds; ls and show wait\n" +
			"for that. Read from the edge itself, by its URL, to see the newest at once.\n\n" +
			"Examples:\n" +
			"  edgesim recordings ls --cause cert-expired --since 1h\n" +
			"  edgesim recordings show Rb2xT0c5\n" +
			"  edgesim recordings tail --record http://" + defaultInspect + "\n" +
			"  edgesim recordings export --format har -o failures.har --status 5xx",
		Subcommands: []*cli.Command{
			p.recordingsLsCommand(),
			p.recordingsShowCommand(),
			p.recordingsTailCommand(),
			p.recordingsExportCommand(),
			p.recordingsReplayCommand(),
			p.recordingsRmCommand(),
			p.recordingsStatsCommand(),
			p.recordingsCheckCommand(),
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownSubcommand(c.Command, c.Args().First())
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// whereFlags select the recordings.
func whereFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "record", Usage: "read the recordings at `PATH|URL` (default: those of serve in the state directory)", Category: "Recordings:"},
		&cli.StringFlag{Name: "state", Usage: "`DIR` of serve's --state (default: the user's state directory)", Category: "Recordings:"},
	}
}

// filterCategory is the heading of the filters in help.
const filterCategory = "Only exchanges:"

// filterFlags select exchanges.
func filterFlags() []cli.Flag {
	const category = filterCategory
	return []cli.Flag{
		&cli.StringFlag{Name: "status", Usage: "with this `STATUS` or class: 502, 5xx", Category: category},
		&cli.StringFlag{Name: "cause", Usage: "with this `CAUSE`, by its short name: cert-expired", Category: category},
		&cli.StringFlag{Name: "rule", Usage: "with a finding of this `RULE`: CF-CERT-01", Category: category},
		&cli.StringFlag{Name: "host", Usage: "for this viewer `HOST`", Category: category},
		&cli.StringFlag{Name: "path", Usage: "for this `PATH`; a * at the end matches anything", Category: category},
		&cli.StringFlag{Name: "method", Usage: "with this `METHOD`", Category: category},
		&cli.StringFlag{Name: "since", Usage: "since this `TIME`, or within the last: 2026-01-02, 2026-01-02T15:04:05Z, 5m, 7d", Category: category},
		&cli.StringFlag{Name: "behavior", Usage: "of the behavior with this path `PATTERN`; * is the default behavior", Category: category},
		&cli.StringFlag{Name: "origin", Usage: "of the origin with this `ID`", Category: category},
		&cli.StringFlag{Name: "edge", Usage: "of the edge with this `NAME`", Category: category},
	}
}

// filterOf reads the filter flags.
func filterOf(c *cli.Context) (recording.Filter, error) {
	f := recording.Filter{
		Cause: policy.CauseName(c.String("cause")), Rule: policy.RuleID(strings.ToUpper(c.String("rule"))), Host: c.String("host"),
		Path: c.String("path"), Method: c.String("method"), Behavior: c.String("behavior"), Origin: c.String("origin"), Edge: c.String("edge"),
	}
	if text := c.String("status"); text != "" {
		status, err := strconv.Atoi(strings.TrimSuffix(text, "xx"))
		isClass := strings.HasSuffix(text, "xx")
		if err != nil || isClass && (status < 1 || status > 9) || !isClass && (status < 100 || status > 999) {
			return f, usage{err: fmt.Errorf("--status %q is neither a status like 502 nor a class like 5xx", text)}
		}
		f.Status = status
	}
	if f.Cause != "" && f.Cause != recording.CauseReplayNoMatch && !slices.ContainsFunc(policy.Causes(), func(s policy.CauseSpec) bool { return s.Name == f.Cause }) {
		names := make([]string, len(policy.Causes()))
		for i, s := range policy.Causes() {
			names[i] = string(s.Name)
		}
		return f, usage{err: fmt.Errorf("--cause %q is not the name of a cause", f.Cause), hint: "the causes are " + strings.Join(names, ", ")}
	}
	if _, ok := policy.RuleByID(f.Rule); f.Rule != "" && !ok {
		return f, usage{err: fmt.Errorf("--rule %q is not in the catalogue", f.Rule), hint: "an id looks like CF-CERT-01"}
	}
	if f.Path != "" && f.Path[0] != '/' && f.Path != "*" {
		return f, usage{err: fmt.Errorf("--path %q does not begin with /", f.Path)}
	}
	if text := c.String("since"); text != "" {
		since, err := readSince(text, time.Now())
		if err != nil {
			return f, err
		}
		f.Since = since
	}
	return f, nil
}

// readSince parses a time, or a duration back from now.
func readSince(text string, now time.Time) (time.Time, error) {
	at, err := when.Since(text, now)
	if err != nil {
		return at, usage{err: fmt.Errorf("--since %w", err)}
	}
	return at, nil
}

// pageSize is how many exchanges are requested at a time.
const pageSize = 400

// each calls do with every exchange that the filter selects, page by page, up to limit of
// them; 0 means no limit. The next page is read while do processes the current one.
func (p *program) each(c *cli.Context, store recording.Store, f recording.Filter, limit int, do func(*recording.Exchange) error) error {
	var damaged []recording.Damaged
	defer func() { p.noteDamaged(damaged) }()
	ctx, cancel := context.WithCancel(c.Context)
	var page recording.Page
	var failed error
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	read := func(done int) {
		f.Limit = pageSize
		if limit > 0 {
			f.Limit = min(pageSize, limit-done)
		}
		reading.Go(func() { page, failed = store.List(ctx, f) })
	}
	read(0)
	for done := 0; ; {
		reading.Wait()
		if failed != nil {
			return failed
		}
		now := page
		damaged = append(damaged, now.Damaged...)
		done += len(now.Exchanges)
		last := now.Next == "" || limit > 0 && done >= limit
		if !last {
			f.Cursor = now.Next
			read(done)
		}
		for _, e := range now.Exchanges {
			if err := do(e); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

// searched is how many of the newest exchanges are searched for the beginning of an id.
const searched = 20000

// find returns the exchange with an id, or with an unambiguous beginning of one.
func (p *program) find(c *cli.Context, store recording.Store, id string) (*recording.Exchange, error) {
	e, err := store.Get(c.Context, id)
	var absent *recording.NotFoundError
	if !errors.As(err, &absent) {
		return e, err
	}
	var found []string
	err = p.each(c, store, recording.Filter{}, searched, func(e *recording.Exchange) error {
		if strings.HasPrefix(e.ID, id) {
			found = append(found, e.ID)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, usage{err: fmt.Errorf("no exchange has an id that begins with %q", id),
			hint: fmt.Sprintf("edgesim recordings ls lists them; a beginning is looked for among the newest %d, a whole id among all", searched)}
	case len(found) > 1:
		return nil, usage{err: fmt.Errorf("%d exchanges have ids that begin with %q", len(found), id), hint: "give more of it: " + strings.Join(found[:min(3, len(found))], ", ")}
	}
	return store.Get(c.Context, found[0])
}
