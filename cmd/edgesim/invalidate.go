package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/urfave/cli/v2"
)

func (p *program) invalidateCommand() *cli.Command {
	return &cli.Command{
		Name:      "invalidate",
		Usage:     "remove paths or tags from a running edge's cache, as CloudFront does",
		ArgsUsage: "PATH …",
		Description: "A PATH is that of the viewer's URL and begins with a slash; a * at the end matches anything.\n" +
			"If query strings are in the cache key, they are part of the path. #TAG is a cache tag.\n\n" +
			"Examples:\n" +
			"  edgesim invalidate '/*'\n" +
			"  edgesim invalidate /index.html '/img/*' '#news'",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "api", Usage: "the running edge's API at `URL`", Value: "http://" + defaultInspect},
			&cli.StringFlag{Name: "distribution", Usage: "only the distribution with this `ID|NAME` (default: all)"},
		},
		Action: p.invalidate,
	}
}

func (p *program) invalidate(c *cli.Context) error {
	if c.NArg() == 0 {
		return usage{err: errors.New("no path was given"), hint: "edgesim invalidate '/*' removes everything"}
	}
	edge, err := newRemoteStore(c.String("api"))
	if err != nil {
		return err
	}
	asked := struct {
		Paths        []string `json:"paths"`
		Distribution string   `json:"distribution,omitempty"`
	}{c.Args().Slice(), c.String("distribution")}
	var made struct {
		ID      string `json:"id"`
		Removed int    `json:"removed"`
	}
	err = edge.send(c.Context, http.MethodPost, "/api/invalidations", nil, asked, &made)
	var refused *statusError
	if errors.As(err, &refused) {
		return usage{err: refused}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out.stdout, "%s: %s removed\n", made.ID, copies(made.Removed))
	return nil
}

func copies(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return fmt.Sprintf("%d copies", n)
}
