package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/recording"
)

// pageActions is what the page can have done: it is done by the edge that serves
// it, on the same road as everything else.
func pageActions(e *edge.Edge) inspector.Actions {
	return inspector.Actions{
		Replay: func(ctx context.Context, x *recording.Exchange) (string, error) { return replayInside(ctx, e, x) },
		Check: func(ctx context.Context, origin string, progress func(string)) ([]byte, error) {
			return checkInside(ctx, e, origin, progress)
		},
	}
}

// replayInside sends the request of an exchange again and returns the id of the
// one that it became. What was redacted is left out.
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

// checkInside judges the origins of a running edge, or the one with this id, over
// its own client.
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
