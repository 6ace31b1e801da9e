package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/columns"
)

// edgeAnswers prints the edge's own answers.
func (t *checkText) edgeAnswers(blocks []*block) {
	any := false
	for _, b := range blocks {
		if b.Target != nil || b.Verdict == check.Fail {
			continue
		}
		any = true
		var schemes []string
		for _, v := range b.viewers {
			if !slices.Contains(schemes, v.Scheme) {
				schemes = append(schemes, v.Scheme)
			}
		}
		to := ""
		switch o := &b.Outcome; {
		case o.Location != "" && b.checks > 1: // one of several, each to its own host or path
			to = ", e.g. to " + o.Location + ","
		case o.Location != "":
			to = ", to " + o.Location + ","
		}
		text := fmt.Sprintf("viewers on %s get %d from the edge%s for %s (%s",
			strings.Join(schemes, " and "), b.Outcome.Status, to, few(b.behaviors, "behavior", "behaviors"), b.Outcome.Rule)
		if b.checks > 1 {
			text += fmt.Sprintf(", %d checks", b.checks)
		}
		t.row("edge", text+")")
	}
	if any {
		t.end()
	}
}

// summary prints the last line.
func (t *checkText) summary(r *check.Report) {
	var parts []string
	for _, n := range []struct {
		count int
		text  string
	}{{r.Count.Fail, "failed"}, {r.Count.Undecided, "undecided"}, {r.Count.Warn, "with warnings"}, {r.Count.Pass, "passed"}} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.text))
		}
	}
	text := fmt.Sprintf("%s: %s (policy %s, certificates judged at %s)", plural(len(r.Checks), "check"), strings.Join(parts, ", "), r.Policy, r.At.Format("2006-01-02 15:04 MST"))
	for _, line := range columns.Wrap(text, t.width) {
		fmt.Fprintln(t.out, line)
	}
}

// few lists some names, or says how many more there are.
func few(names []string, one, many string) string {
	const most = 4
	switch {
	case len(names) == 1:
		return one + " " + names[0]
	case len(names) <= most:
		return many + " " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s %s and %d more", many, strings.Join(names[:most-1], ", "), len(names)-most+1)
}

func inferred(is bool) string {
	if is {
		return " (inferred)"
	}
	return ""
}
