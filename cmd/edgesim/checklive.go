package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/policy"
)

// checkLive compares a real distribution with the simulation of its configuration. It
// contacts the internet, which nothing else here does unasked.
func (p *program) checkLive(c *cli.Context) error {
	format := c.String("format")
	if format != "text" && format != "json" {
		return usage{err: fmt.Errorf("--format %q: comparisons are printed as text or json", format)}
	}
	s, paths, err := p.liveSettings(c)
	if err != nil {
		return err
	}
	folders, err := s.openFolders()
	if err != nil {
		return err
	}
	defer folders.Close()
	real, simulated := newClient(s), newClient(s)
	if s.keyLog != "" {
		log, err := keyLogFile(s.keyLog)
		if err != nil {
			return err
		}
		defer log.Close() // after the clients
		real.KeyLog, simulated.KeyLog = log, log
	}
	defer real.Close()
	defer simulated.Close()
	simulated.ExplainWithin = explainFully
	cases, err := check.Live(c.Context, check.LiveConfig{
		Edge: newEdge(s, simulated, nil), Client: real, URL: c.String("live"), Host: c.String("host"), Method: c.String("method"), Paths: paths,
	})
	if saveErr := saveCases(c.String("save"), cases); saveErr != nil {
		return saveErr
	}
	if printErr := p.printCases(format, cases); printErr != nil {
		return printErr
	}
	var cause *policy.Cause
	switch {
	case errors.Is(err, context.Canceled):
		p.out.note("stopped after %d of %d paths", len(cases), len(paths))
		return concluded(exitUndecided)
	case errors.As(err, &cause):
		p.out.note("%s could not be reached: %s", c.String("live"), cause.Detail)
		return concluded(exitUndecided)
	case err != nil:
		return usage{err: fmt.Errorf("--live: %w", err)}
	case slices.ContainsFunc(cases, func(c check.Case) bool { return len(c.Differences) > 0 }):
		return concluded(exitFailed)
	}
	return nil
}

// liveSettings reads the configuration and the paths: the first argument is the CONFIG
// unless --origin is given, the others are paths.
func (p *program) liveSettings(c *cli.Context) (*settings, []string, error) {
	args := c.Args().Slice()
	var result *ingest.Result
	var err error
	switch {
	case c.String("origin") != "":
		result, err = fromOrigin(c, c.String("origin"))
	case len(args) == 0:
		err = usage{err: errors.New("--live compares with a simulation: it needs the CONFIG or --origin, and paths"),
			hint: "edgesim check --live https://d111111abcdef8.cloudfront.net dist-config.json / /index.html"}
	default:
		result, err = p.fromFile(c, args[0])
		args = args[1:]
	}
	if err != nil {
		return nil, nil, usage{err: err}
	}
	if len(args) == 0 {
		args = []string{"/"}
	}
	for _, path := range args {
		if !strings.HasPrefix(path, "/") {
			return nil, nil, usage{err: fmt.Errorf("--live: the path %q does not begin with /", path)}
		}
	}
	s, err := p.merge(c, result)
	return s, args, err
}

// saveCases writes each case to a separate file in a folder; "" means none.
func saveCases(dir string, cases []check.Case) error {
	if dir == "" || len(cases) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usage{err: fmt.Errorf("--save: %w", err)}
	}
	for _, c := range cases {
		data, err := json.MarshalIndent(c, "", "  ")
		if err != nil {
			return err
		}
		if err := writeWhole(filepath.Join(dir, caseFile(c)), append(data, '\n')); err != nil {
			return usage{err: fmt.Errorf("--save: %w", err)}
		}
	}
	return nil
}

// caseFile names the file of a case by its host and path.
func caseFile(c check.Case) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, c.Host+c.Path)
	return strings.ToLower(c.Method) + "-" + name[:min(len(name), 120)] + ".json"
}

// printCases prints the differences between the answers.
func (p *program) printCases(format string, cases []check.Case) error {
	if format == "json" {
		e := json.NewEncoder(p.out.stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Cases []check.Case `json:"cases"`
		}{cases})
	}
	colors := inkFor(p.out.stdout)
	for _, c := range cases {
		label, color := "SAME", colors.green
		if len(c.Differences) > 0 {
			label, color = "DIFFERS", colors.red
		}
		fmt.Fprintf(p.out.stdout, "%s%-9s%s %s %s (live %d %s, simulated %d %s)\n", color, label, colors.off, c.Method, c.Path,
			c.Live.Status, c.Live.Timing, c.Simulated.Status, c.Simulated.Timing)
		for _, d := range c.Differences {
			fmt.Fprintf(p.out.stdout, "          %s: live %q, simulated %q\n", d.What, d.Live, d.Simulated)
		}
	}
	return nil
}
