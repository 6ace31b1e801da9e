package main

import (
	"bytes"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

func (p *program) configCommand() *cli.Command {
	return &cli.Command{
		Name:      "config",
		Usage:     "print the effective distribution, every default filled in, with warnings",
		ArgsUsage: "CONFIG",
		Description: "The distribution goes to standard output as API JSON; what is unknown, unsimulated or\n" +
			"inferred goes to standard error.\n\n" +
			"Examples:\n" +
			"  edgesim config dist-config.json\n" +
			"  aws cloudfront get-distribution-config --id E123 | edgesim config -\n" +
			"  edgesim config --origin https://www.example.com",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "format", Value: "api-json", Usage: "`FORMAT` of the output: api-json or yaml", Category: formatCategory},
		}, originFlags()...),
		Action: p.config,
	}
}

func (p *program) config(c *cli.Context) error {
	encode, ok := map[string]func(*distribution.Distribution) ([]byte, error){
		"api-json": ingest.EncodeAPIJSON, "yaml": ingest.EncodeYAML,
	}[c.String("format")]
	if !ok {
		return usage{err: fmt.Errorf("--format %q is neither api-json nor yaml", c.String("format"))}
	}
	result, err := p.ingest(c)
	if err != nil {
		return usage{err: err}
	}
	p.notices(result.Distribution)
	data, err := encode(result.Distribution)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out.stdout, "%s\n", bytes.TrimRight(data, "\n"))
	return err
}
