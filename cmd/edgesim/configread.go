package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// ingest reads the CONFIG argument or the --origin flag.
func (p *program) ingest(c *cli.Context) (*ingest.Result, error) {
	origin := c.String("origin")
	switch {
	case c.NArg() > 0 && origin != "":
		return nil, errors.New("both CONFIG and --origin were given: one of them says what the origin is")
	case origin != "":
		return fromOrigin(c, origin)
	}
	if c.NArg() == 0 {
		name := c.Command.Name
		return nil, usage{err: errors.New("no CONFIG and no --origin was given"),
			hint: "edgesim " + name + " --origin https://www.example.com\nedgesim " + name + " dist-config.json\nedgesim demo needs neither"}
	}
	return p.fromFiles(c, c.Args().Slice())
}

// fromFile reads a single CONFIG.
func (p *program) fromFile(c *cli.Context, file string) (*ingest.Result, error) {
	return p.fromFiles(c, []string{file})
}

// fromFiles reads CONFIG arguments: files and folders.
func (p *program) fromFiles(c *cli.Context, files []string) (*ingest.Result, error) {
	return p.readFiles(c, files, ingest.Options{})
}

// readFiles reads files and folders with the options from the flags.
func (p *program) readFiles(c *cli.Context, files []string, opts ingest.Options) (*ingest.Result, error) {
	for _, name := range []string{"forward-host", "origin-ssl-protocols", "origin-connection-attempts", "origin-connection-timeout",
		"origin-read-timeout", "origin-keepalive-timeout", "origin-path"} {
		if c.IsSet(name) {
			return nil, fmt.Errorf("--%s goes with --origin; in a CONFIG the origin's own settings say it", name)
		}
	}
	parameters, err := pairs("parameter", c.StringSlice("parameter"))
	if err != nil {
		return nil, err
	}
	opts.Parameters, opts.DistributionID, opts.Stdin = parameters, c.String("distribution"), p.stdin
	opts.AssumeUnresolved = c.Bool("assume-unresolved")
	result, err := ingest.ReadFiles(files, opts)
	var rejected *distribution.InvalidError
	if errors.As(err, &rejected) {
		return nil, fmt.Errorf("CloudFront would reject this:\n%w", err)
	}
	var unresolved *ingest.UnresolvedError
	if errors.As(err, &unresolved) {
		return nil, usage{err: err, hint: "supply the values as shown, or --assume-unresolved to go on with placeholders"}
	}
	if err != nil {
		return nil, hinted(c, files, err)
	}
	if result.Distribution == nil {
		err = fmt.Errorf("%s names neither a distribution nor an origin", strings.Join(files, " "))
	}
	return result, err
}

// hinted returns why files could not be read, with a hint for the called command: if a host
// was given instead of a file, the flag for it.
func hinted(c *cli.Context, files []string, err error) error {
	command := c.Command.Name
	var unreadable *ingest.Error
	if !errors.As(err, &unreadable) || !slices.Contains([]string{"serve", "check", "config"}, command) {
		return err
	}
	if command != "check" && len(files) == 1 && schemeHint(files[0]) != "" {
		return usage{err: err, hint: fmt.Sprintf("edgesim %s --origin https://%s", command, files[0])}
	}
	return usage{err: err, hint: strings.ReplaceAll(unreadable.Hint, "edgesim serve ", "edgesim "+command+" ")}
}

// fromOrigin reads the --origin form.
func fromOrigin(c *cli.Context, origin string) (*ingest.Result, error) {
	for _, name := range []string{"parameter", "distribution", "assume-unresolved"} {
		if c.IsSet(name) {
			return nil, fmt.Errorf("--%s goes with a CONFIG, not with --origin", name)
		}
	}
	flags := ingest.OriginFlags{
		URL: origin, ForwardHost: c.Bool("forward-host"), Path: c.String("origin-path"),
		SSLProtocols: list(c.String("origin-ssl-protocols")),
	}
	for _, n := range []struct {
		flag, allowed string
		to            **int
	}{
		{"origin-connection-attempts", "1-3 (CF-CONF-06)", &flags.ConnectionAttempts},
		{"origin-connection-timeout", "1-10 seconds (CF-CONF-07)", &flags.ConnectionTimeout},
		{"origin-read-timeout", "1-120 seconds (CF-CONF-08)", &flags.ReadTimeout},
		{"origin-keepalive-timeout", "1-300 seconds (CF-CONF-09)", &flags.KeepaliveTimeout},
	} {
		var err error
		if *n.to, err = number(c, n.flag, n.allowed); err != nil {
			return nil, err
		}
	}
	return ingest.FromOrigin(flags)
}
