package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/explain"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/policy"
)

// configExplain is config --explain: the picture of a request before it is sent.
func (p *program) configExplain(c *cli.Context, result *ingest.Result) error {
	fields, err := headerFlags(c.StringSlice("header"))
	if err != nil {
		return err
	}
	e, err := p.deciding(c, result, c.IsSet("distribution"))
	if err != nil {
		return err
	}
	// Functions at viewer-request are run; Lambda functions, which are processes, are not.
	var overlay *ingest.Overlay
	if o := result.Overlay; o != nil {
		overlay = &ingest.Overlay{Functions: o.Functions, Stores: o.Stores}
	}
	locations := locationsOf(result, c.IsSet("distribution"))
	for _, l := range locations {
		if l.Functions, err = functions.Load(l.Distribution, functionSources(overlay, nil)); err != nil {
			return usage{err: err}
		}
		defer l.Functions.Close()
	}
	e.Replace(locations)
	picture, err := explain.Draw(e, explain.Request{URL: c.String("explain"), Method: c.String("method"), Fields: fields})
	if err != nil {
		return usage{err: fmt.Errorf("--explain: %w", err)}
	}
	if c.Bool("json") {
		return p.printJSON(picture)
	}
	picture.Write(p.out.stdout, explain.Style{Color: colored(p.out.stdout)})
	return nil
}

// headerFlags parses --header 'Name: value'.
func headerFlags(flags []string) ([]policy.Field, error) {
	var fields []policy.Field
	for _, flag := range flags {
		name, value, ok := strings.Cut(flag, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, usage{err: fmt.Errorf("--header %q is not 'Name: value'", flag)}
		}
		fields = append(fields, policy.Field{Name: name, Value: strings.TrimSpace(value)})
	}
	return fields, nil
}

// deciding returns an edge that decides about requests but sends none.
func (p *program) deciding(c *cli.Context, result *ingest.Result, one bool) (*edge.Edge, error) {
	e := &edge.Edge{}
	if result.Overlay != nil {
		e.Geography = result.Overlay.Geography
	}
	var err error
	if e.Snapshot, err = policy.SnapshotFor(c.String("policy")); err != nil {
		return nil, usage{err: fmt.Errorf("--policy: %w", err)}
	}
	e.Replace(locationsOf(result, one))
	return e, nil
}

// locationsOf returns the locations of what was read, the chosen one first; one omits the
// others.
func locationsOf(result *ingest.Result, one bool) []*edge.Location {
	all := []*edge.Location{{Distribution: result.Distribution}}
	for _, d := range result.Distributions {
		if d != result.Distribution && !one {
			all = append(all, &edge.Location{Distribution: d})
		}
	}
	return all
}

// configDiff is config --diff: the differences in effect, in terms of requests.
func (p *program) configDiff(c *cli.Context, result *ingest.Result) error {
	other, err := p.readFiles(c, []string{c.String("diff")}, ingest.Options{})
	if err != nil {
		return usage{err: err}
	}
	one := c.IsSet("distribution") || len(result.Distributions) == 1 && len(other.Distributions) == 1
	before, err := p.deciding(c, result, one)
	if err != nil {
		return err
	}
	after, err := p.deciding(c, other, one)
	if err != nil {
		return err
	}
	if !one {
		if err := samePlaces(result.Distributions, other.Distributions); err != nil {
			return err
		}
	}
	differences := explain.Compare(before, after)
	if c.Bool("json") {
		if differences == nil {
			differences = []explain.Difference{}
		}
		if err := p.printJSON(differences); err != nil {
			return err
		}
	} else {
		for _, d := range differences {
			fmt.Fprintf(p.out.stdout, "%s  %s\n", d.Request, d.What)
		}
		if len(differences) == 0 {
			p.out.note("no request is answered differently")
		}
	}
	if len(differences) > 0 {
		return concluded(exitFailed)
	}
	return nil
}

// samePlaces asks for a choice if there are several distributions.
func samePlaces(a, b []*distribution.Distribution) error {
	return usage{err: fmt.Errorf("there are %d and %d distributions to compare", len(a), len(b)), hint: "choose one with --distribution NAME"}
}

// printJSON prints a value as JSON for programs.
func (p *program) printJSON(v any) error {
	enc := json.NewEncoder(p.out.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
