package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/recording"
)

func (p *program) recordingsTailCommand() *cli.Command {
	return &cli.Command{
		Name: "tail", Usage: "print exchanges as they finish, until Ctrl-C",
		Flags: append(append(filterFlags(), whereFlags()...),
			&cli.IntFlag{Name: "n", Value: 10, Usage: "start with the last `N`"},
			&cli.BoolFlag{Name: "json", Usage: "print one line of JSON each, as in /api/exchanges"}),
		Action: p.recordingsTail,
	}
}

// tailPause is how long tail waits before it polls again.
const tailPause = 200 * time.Millisecond

func (p *program) recordingsTail(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	store, err := p.openRecordings(c, false)
	if err != nil {
		return err
	}
	defer store.Close()
	l := p.newLister(c.Bool("json"))
	if f.Cursor, err = p.latest(c, store, f, c.Int("n"), l); err != nil {
		return err
	}
	f.OldestFirst, f.Limit = true, pageSize
	for {
		page, err := store.List(c.Context, f)
		switch {
		case c.Context.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		for n, e := range page.Exchanges {
			f.Cursor = page.Positions[n]
			if err := l.write(e); err != nil {
				return err
			}
		}
		if page.Next == "" && !waited(c.Context, tailPause) {
			return nil
		}
	}
}

// latest prints the last n exchanges, oldest first, and returns the position to continue
// from: that of the newest exchange, whether or not the filter selects it.
func (p *program) latest(c *cli.Context, store recording.Store, f recording.Filter, n int, l *lister) (string, error) {
	if n < 0 {
		return "", usage{err: fmt.Errorf("-n %d is less than 0", n)}
	}
	newest, err := store.List(c.Context, recording.Filter{Limit: 1})
	if err != nil || len(newest.Positions) == 0 {
		return "", err
	}
	var found []*recording.Exchange
	if n > 0 {
		err = p.each(c, store, f, n, func(e *recording.Exchange) error {
			found = append(found, e)
			return nil
		})
	}
	for i := len(found) - 1; i >= 0 && err == nil; i-- {
		err = l.write(found[i])
	}
	return newest.Positions[0], err
}

// waited waits and reports whether to continue.
func waited(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
