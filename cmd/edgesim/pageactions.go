package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/explain"
	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/recording"
)

// pageActions returns what the page can trigger: the edge that serves it carries it out,
// using the same code as for everything else.
func pageActions(e *edge.Edge) inspector.Actions {
	return inspector.Actions{
		Replay:  func(ctx context.Context, x *recording.Exchange) (string, error) { return replayInside(ctx, e, x) },
		Explain: func(_ context.Context, q inspector.ExplainQuery) ([]byte, error) { return explainInside(e, q) },
		Check: func(ctx context.Context, origin string, progress func(string)) ([]byte, error) {
			return checkInside(ctx, e, origin, progress)
		},
	}
}

// replayInside sends the request of an exchange again and returns the id of the new
// exchange. Redacted fields are left out.
func replayInside(ctx context.Context, e *edge.Edge, x *recording.Exchange) (string, error) {
	if x.Viewer.Truncated {
		return "", errors.New("only the beginning of its body was recorded")
	}
	seen, err := (&replayViewer{inside: e}).send(ctx, x)
	if err != nil {
		return "", err
	}
	for _, name := range []string{"X-Edgesim-Exchange", "X-Amz-Cf-Id"} {
		if id := seen.Header.Get(name); id != "" {
			return id, nil
		}
	}
	return "", errors.New("the answer does not name its exchange")
}

// explainInside returns what config --explain --json prints, for the distributions that the
// edge currently serves.
func explainInside(e *edge.Edge, q inspector.ExplainQuery) ([]byte, error) {
	lines, err := headerFlags(q.Header)
	if err != nil {
		return nil, err
	}
	picture, err := explain.Draw(e, explain.Request{URL: q.URL, Method: q.Method, Fields: lines})
	if err != nil {
		return nil, err
	}
	return json.Marshal(picture)
}

// servedNames returns the names of the served distributions.
func servedNames(e *edge.Edge) []string {
	names := []string{}
	for _, l := range e.Locations() {
		if name := cmp.Or(l.Name(), l.Distribution.DomainName, strings.Join(l.Distribution.Aliases, ", ")); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// servedDistributions returns everything that the edge serves, without secrets.
func servedDistributions(e *edge.Edge, k *keeping) ([]inspector.ServedDistribution, error) {
	all := []inspector.ServedDistribution{}
	for _, l := range e.Locations() {
		d := l.Distribution
		config, err := k.encode(d)
		if err != nil {
			return nil, err
		}
		all = append(all, inspector.ServedDistribution{
			Name: l.Name(), ID: d.ID, DomainName: d.DomainName, Config: config,
			Policies: policyNames(d), Notices: distribution.NoticeLines(d.Notices),
		})
	}
	return all, nil
}

// policyNames returns the names of a distribution's policies by id.
func policyNames(d *distribution.Distribution) map[string]string {
	names := map[string]string{}
	add := func(id, name string) {
		if id != "" && name != "" {
			names[id] = name
		}
	}
	for _, b := range append(slices.Clone(d.Behaviors), d.DefaultBehavior) {
		if p := b.CachePolicy; p != nil {
			add(p.ID, p.Name)
		}
		if p := b.OriginRequestPolicy; p != nil {
			add(p.ID, p.Name)
		}
		if p := b.ResponseHeadersPolicy; p != nil {
			add(p.ID, p.Name)
		}
	}
	return names
}

// checkInside checks the origins of a running edge, or the one with this id, using its own
// client.
func checkInside(ctx context.Context, e *edge.Edge, origin string, progress func(string)) ([]byte, error) {
	report, err := check.Run(ctx, check.Config{
		Subjects: []check.Subject{{Name: "this edge", Edge: e}}, Origin: origin, Parallel: 4, Now: e.Clock.Now,
		Progress: func(p check.Progress) {
			word := "asking"
			if p.Done {
				word = "asked"
			}
			progress(fmt.Sprintf("%s %s (%d of %d)", word, p.Target, p.Finished, p.Total))
		},
	})
	if err != nil {
		return nil, err
	}
	report.Version = version().Version
	return json.Marshal(report)
}
