package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

func (p *program) recordingsRmCommand() *cli.Command {
	return &cli.Command{
		Name: "rm", Usage: "delete exchanges", ArgsUsage: "[ID …]",
		Description: "Deletes the exchanges with these IDs (or beginnings of IDs), or those that the filters select.\n" +
			"Without either, --all is required.\n\n" +
			"Example:\n" +
			"  edgesim recordings rm --path '/healthz*'",
		Flags: append(append(filterFlags(), whereFlags()...),
			&cli.BoolFlag{Name: "all", Usage: "delete every exchange"}),
		Action: p.recordingsRm,
	}
}

func (p *program) recordingsRm(c *cli.Context) error {
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	filtered := slices.ContainsFunc(filterFlags(), func(flag cli.Flag) bool { return c.IsSet(nameOf(flag)) })
	switch {
	case filtered && c.NArg() > 0:
		return usage{err: errors.New("ids and filters exclude each other")}
	case c.Bool("all") && (filtered || c.NArg() > 0):
		return usage{err: errors.New("--all goes with neither ids nor filters")}
	case !c.Bool("all") && !filtered && c.NArg() == 0:
		return usage{err: errors.New("nothing says which exchanges"), hint: "give ids, or filters, or --all"}
	}
	store, err := p.openRecordings(c, true)
	if err != nil {
		return err
	}
	defer store.Close()
	ids, err := p.chosen(c, store, f)
	if err != nil {
		return err
	}
	removed := 0
	for batch := range slices.Chunk(ids, pageSize) {
		n, err := store.Delete(c.Context, batch...)
		if removed += n; err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.out.stdout, "%s forgotten\n", plural(removed, "exchange"))
	return err
}

// chosen returns the ids of the selected exchanges. They are collected before any is
// deleted, so that a mistake in one name deletes none.
func (p *program) chosen(c *cli.Context, store recording.Store, f recording.Filter) ([]string, error) {
	var ids []string
	if c.NArg() == 0 {
		err := p.each(c, store, f, 0, func(e *recording.Exchange) error {
			ids = append(ids, e.ID)
			return nil
		})
		return ids, err
	}
	for _, name := range c.Args().Slice() {
		e, err := p.find(c, store, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, e.ID)
	}
	return ids, nil
}

func (p *program) recordingsStatsCommand() *cli.Command {
	return &cli.Command{
		Name: "stats", Usage: "count exchanges by status and cause",
		Flags:  append(whereFlags(), &cli.BoolFlag{Name: "json", Usage: "print JSON, as /api/stats does"}),
		Action: p.recordingsStats,
	}
}

func (p *program) recordingsStats(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	store, err := p.openRecordings(c, false)
	if err != nil {
		return err
	}
	defer store.Close()
	s, err := store.Stats(c.Context)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		data, err := json.MarshalIndent(s, "", "  ")
		if err == nil {
			_, err = fmt.Fprintf(p.out.stdout, "%s\n", data)
		}
		return err
	}
	out := p.out.stdout
	fmt.Fprintf(out, "%s, %d bytes\n", plural(int(s.Exchanges), "exchange"), s.Bytes)
	if s.Exchanges == 0 {
		return nil
	}
	const format = "2006-01-02 15:04:05 UTC"
	fmt.Fprintf(out, "from %s to %s\n\n", s.Oldest.UTC().Format(format), s.Newest.UTC().Format(format))
	for _, status := range slices.Sorted(maps.Keys(s.Statuses)) {
		fmt.Fprintf(out, "%8d  %d\n", s.Statuses[status], status)
	}
	if len(s.Causes) > 0 {
		fmt.Fprintln(out)
	}
	for _, name := range slices.SortedFunc(maps.Keys(s.Causes), byCount(s.Causes)) {
		fmt.Fprintf(out, "%8d  %s\n", s.Causes[name], name)
	}
	return nil
}

// byCount puts the most frequent cause first.
func byCount(causes map[policy.CauseName]int64) func(a, b policy.CauseName) int {
	return func(a, b policy.CauseName) int {
		switch {
		case causes[a] > causes[b]:
			return -1
		case causes[a] < causes[b]:
			return 1
		case a < b:
			return -1
		}
		return 1
	}
}
