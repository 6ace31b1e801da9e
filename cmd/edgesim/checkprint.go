package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/check"
)

// reportPrinter returns what prints a report in the format asked for.
func (p *program) reportPrinter(c *cli.Context) (func(*check.Report) error, error) {
	format := c.String("format")
	switch format {
	case "text":
		return func(r *check.Report) error {
			t := checkText{w: p.out.stdout, ink: inkFor(p.out.stdout), width: widthOf(p.out.stdout), verbose: c.Bool("verbose")}
			return t.print(r)
		}, nil
	case "json":
		return func(r *check.Report) error { return r.WriteJSON(p.out.stdout) }, nil
	}
	return nil, usage{err: fmt.Errorf("--format %q is neither text nor json", format)}
}
