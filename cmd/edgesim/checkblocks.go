package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/policy"
)

// block is one or more checks with the same result.
type block struct {
	*check.Check
	// checks is the number of checks.
	checks    int
	behaviors []string
	viewers   []check.Viewer
}

// blocksOf joins the checks that differ only in behavior and viewers.
func blocksOf(checks []check.Check) []*block {
	known := map[string]*block{}
	var blocks []*block
	for i := range checks {
		c := &checks[i]
		outcome := c.Outcome
		if c.Target == nil && outcome.Detail != "" { // the edge's own answers differ only in host and path
			outcome.Location = ""
		}
		key := fmt.Sprint(c.Subject, c.Origin, c.Group, c.Verdict, c.Why, c.OriginRequestPolicy, outcome, c.Cause, warnings(c))
		if c.Target != nil {
			key += fmt.Sprint(*c.Target)
		}
		b := known[key]
		if b == nil {
			b = &block{Check: c}
			known[key] = b
			blocks = append(blocks, b)
		}
		b.checks++
		if !slices.Contains(b.behaviors, c.Behavior) {
			b.behaviors = append(b.behaviors, c.Behavior)
		}
		for _, v := range c.Viewers {
			if !slices.Contains(b.viewers, v) {
				b.viewers = append(b.viewers, v)
			}
		}
	}
	return blocks
}

// warnings returns the observations of the warnings, as a key.
func warnings(c *check.Check) string {
	var all []string
	for _, j := range c.Rules {
		if j.Verdict == policy.Warn {
			all = append(all, string(j.Rule)+j.Observed)
		}
	}
	return strings.Join(all, "\n")
}
