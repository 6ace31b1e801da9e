package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
)

// reportPrinter returns a function that prints a report in the requested format.
//
// On GitHub Actions, annotations are also written to standard error, which the runner
// reads, too.
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
	case "junit":
		return func(r *check.Report) error { return r.WriteJUnit(p.out.stdout, c.String("fail-on") == "warn") }, nil
	case "sarif":
		return func(r *check.Report) error { return r.WriteSARIF(p.out.stdout) }, nil
	}
	return nil, usage{err: fmt.Errorf("--format %q is not one of text, json, junit, sarif", format)}
}

// nothingChecked tells readers of reports and annotations why they are empty, and returns
// err, which tells people the same.
func (p *program) nothingChecked(c *cli.Context, print func(*check.Report) error, err error) error {
	r := check.Unreadable(err, new(edge.Clock).Now())
	r.Version = version().Version
	if c.String("format") != "text" {
		if wrong := print(r); wrong != nil {
			return wrong
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		subject := ""
		if info, statErr := os.Stat(c.Args().First()); statErr == nil && info.Mode().IsRegular() {
			subject = c.Args().First()
		}
		if wrong := r.WriteUnreadable(p.out.stderr, subject); wrong != nil {
			return wrong
		}
	}
	return err
}
