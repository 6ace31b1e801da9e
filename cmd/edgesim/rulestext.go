package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/edgesim/edgesim/internal/columns"
)

// rulesText prints rules for people.
type rulesText struct {
	w     io.Writer
	ink   ink
	width int
	out   *bufio.Writer
}

// print prints single rules in full, several as a list.
func (t *rulesText) print(rules []ruleEntry, inFull bool) error {
	t.out = bufio.NewWriter(t.w)
	for i, r := range rules {
		switch {
		case !inFull:
			t.line(r)
		case i > 0:
			fmt.Fprintln(t.out)
			fallthrough
		default:
			t.full(r)
		}
	}
	return t.out.Flush()
}

// line prints a rule on one line.
func (t *rulesText) line(r ruleEntry) {
	mark := map[string]string{"yes": " ", "partly": "~", "no": "-"}[r.Simulated]
	id := fmt.Sprintf("%-14s %s ", r.ID, mark)
	fmt.Fprintf(t.out, "%s%s%s%s\n", t.ink.bold, id, t.ink.off, cutTo(r.Condition+": "+r.Outcome, t.width-len(id)))
}

// full prints everything about a rule.
func (t *rulesText) full(r ruleEntry) {
	fmt.Fprintf(t.out, "%s%s%s  %s\n", t.ink.bold, r.ID, t.ink.off, familyOf(r.ID).title)
	t.row("when", r.Condition)
	t.row("then", r.Outcome)
	if r.Values != "" {
		t.row("values", r.Values)
	}
	t.row("known", fmt.Sprintf("%s, %s, read %s", r.Fidelity, r.Source.Page, r.Source.Read))
	t.row("edgesim", simulatedText(r))
	for i, cause := range r.Causes {
		label := ""
		if i == 0 {
			label = "causes"
		}
		spec := cause.Spec()
		t.row(label, fmt.Sprintf("%s: %d, %q", cause, spec.Status, spec.Sentence))
	}
	if len(r.Lab) > 0 {
		t.row("lab", strings.Join(r.Lab, ", ")+" (edgesim lab "+r.Lab[0]+")")
	}
	for i, f := range r.Fixes {
		label := ""
		if i == 0 {
			label = "fix"
		}
		software := f.Software + ": "
		if f.Software == "*" {
			software = ""
		}
		t.row(label, software+strings.Join(f.Steps, "; "))
	}
}

func (t *rulesText) row(label, text string) {
	for i, line := range columns.Wrap(text, t.width-labelWidth) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(t.out, "%s%-*s%s%s\n", t.ink.faint, labelWidth, label, t.ink.off, line)
	}
}

// simulatedText says in a sentence how a rule is decided.
func simulatedText(r ruleEntry) string {
	switch r.Simulated {
	case "no":
		return fmt.Sprintf("not simulated (needs %s): %s", r.Needs, r.How)
	case "partly":
		return fmt.Sprintf("simulated in part (the rest needs %s): %s", r.Needs, r.How)
	}
	return r.How
}
