package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/pull"
)

func (p *program) pullCommand() *cli.Command {
	return &cli.Command{
		Name:      "pull",
		Usage:     "fetch deployed distributions, and everything they reference, into a folder for serve and check",
		ArgsUsage: "[ID …]",
		Description: "Without an ID, fetches every distribution. Uses the same credentials as the aws command, and only\n" +
			"for calls that read. Never writes credentials to the folder, but origin custom headers are part of\n" +
			"the configuration and are written unless --redact hides them.\n\n" +
			"Examples:\n" +
			"  edgesim pull E2ABCDEF123 -o cloudfront && edgesim serve cloudfront\n" +
			"  edgesim pull --profile production --redact",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "cloudfront", Usage: "write into the folder `DIR`"},
			&cli.StringFlag{Name: "profile", Usage: "the `PROFILE` of the AWS configuration (default: AWS_PROFILE)"},
			&cli.StringFlag{Name: "region", Usage: "the `REGION` to sign for (default: the profile's, or us-east-1)"},
			&cli.StringFlag{Name: "endpoint-url", Usage: "send requests to `URL` instead of AWS"},
			&cli.BoolFlag{Name: "redact", Usage: "hide the values of origin custom headers; they are then unresolved when the folder is read"},
		},
		Action: p.pull,
	}
}

func (p *program) pull(c *cli.Context) error {
	ctx, stop := signal.NotifyContext(c.Context, os.Interrupt)
	defer stop()
	report, err := pull.Run(ctx, pull.Options{
		IDs: c.Args().Slice(), Profile: c.String("profile"), Region: c.String("region"), EndpointURL: c.String("endpoint-url"),
		Folder: c.String("output"), Redact: c.Bool("redact"), Progress: func(line string) { p.out.note("%s", line) },
	})
	if err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted; nothing was written")
		}
		return usage{err: err, hint: "aws sts get-caller-identity shows whether there are credentials; --profile chooses others"}
	}
	for _, d := range report.Denied {
		p.out.note("not pulled: %s, which needs the permission %s", d.What, d.Permission)
	}
	for _, what := range report.Missing {
		p.out.note("not pulled: %s, which is not there", what)
	}
	overlay := report.Overlay
	_, err = fmt.Fprintln(p.out.stdout, overlay)
	p.out.note("pulled %d distributions; next: edgesim serve %s", len(report.Distributions), overlay)
	return err
}
