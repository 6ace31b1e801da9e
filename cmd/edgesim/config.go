package main

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

func (p *program) configCommand() *cli.Command {
	return &cli.Command{
		Name:      "config",
		Usage:     "print the effective distribution, or explain, list and compare distributions",
		ArgsUsage: "CONFIG…",
		Description: "CONFIG is API JSON, CloudFormation, SAM, a cdk.out folder, serverless.yml, Terraform (files, a\n" +
			"folder, terraform show -json, a state), an overlay, or a folder with any of these.\n" +
			"Prints the distribution as API JSON to standard output; remarks on unknown, unsimulated and\n" +
			"inferred settings go to standard error.\n\n" +
			"Examples:\n" +
			"  edgesim config dist-config.json\n" +
			"  edgesim config . --list\n" +
			"  edgesim config template.yaml --parameter Domain=www.example.com\n" +
			"  edgesim config cdk.out --explain https://www.example.com/api/users?page=2 --method POST --header 'Cookie: a=1'\n" +
			"  edgesim config main.tf --diff deployed.json\n" +
			"  aws cloudfront get-distribution-config --id E123 | edgesim config -",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "format", Value: "api-json", Usage: "`FORMAT` of the output: api-json or yaml", Category: formatCategory},
			&cli.BoolFlag{Name: "json", Usage: "with --list, --explain and --diff: print JSON", Category: formatCategory},
			&cli.BoolFlag{Name: "list", Usage: "list the distributions and their unresolved values", Category: askCategory},
			&cli.StringFlag{Name: "explain", Usage: "show how a request for `URL` would be handled: behavior, cache key, and every header the origin would get", Category: askCategory},
			&cli.StringFlag{Name: "method", Value: "GET", Usage: "with --explain: the request's `METHOD`", Category: askCategory},
			&cli.StringSliceFlag{Name: "header", Usage: "with --explain: a request header `FIELD`, 'Name: value' (repeatable)", Category: askCategory},
			&cli.StringFlag{Name: "diff", Usage: "show how requests would be handled differently under the configuration `OTHER`; exit code 1 if any would", Category: askCategory},
		}, originFlags()...),
		Action: p.config,
	}
}

// askCategory is the heading in help for the questions that config answers.
const askCategory = "Questions:"

func (p *program) config(c *cli.Context) error {
	encode, ok := map[string]func(*distribution.Distribution) ([]byte, error){
		"api-json": ingest.EncodeAPIJSON, "yaml": ingest.EncodeYAML,
	}[c.String("format")]
	if !ok {
		return usage{err: fmt.Errorf("--format %q is neither api-json nor yaml", c.String("format"))}
	}
	if c.Bool("list") {
		return p.configList(c)
	}
	result, err := p.ingest(c)
	if err != nil {
		return usage{err: err}
	}
	switch {
	case c.String("explain") != "":
		return p.configExplain(c, result)
	case c.String("diff") != "":
		return p.configDiff(c, result)
	case len(result.Distributions) > 1 && !c.IsSet("distribution"):
		if err := p.printList(c.Bool("json"), result.Distributions); err != nil {
			return err
		}
		return usage{err: fmt.Errorf("there are %d distributions", len(result.Distributions)), hint: "choose one with --distribution NAME"}
	}
	p.noticesOfAll([]*distribution.Distribution{result.Distribution})
	data, err := encode(result.Distribution)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out.stdout, "%s\n", bytes.TrimRight(data, "\n"))
	return err
}

// configList is --list, which includes what could not be served because something in it is
// unresolved.
func (p *program) configList(c *cli.Context) error {
	if c.String("origin") != "" || c.NArg() == 0 {
		return usage{err: errors.New("--list takes a CONFIG")}
	}
	result, err := p.readFiles(c, c.Args().Slice(), ingest.Options{List: true})
	if err != nil {
		return usage{err: err}
	}
	return p.printList(c.Bool("json"), result.Distributions)
}
