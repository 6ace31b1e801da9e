package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/policy"
)

// checkText prints a report for people: in each block what failed first, then what the
// viewer gets, the evidence, and how to fix it.
type checkText struct {
	w       io.Writer
	ink     ink
	width   int
	verbose bool
	out     *bufio.Writer
}

// print prints the report: failures before the rest, each in the order of the
// configuration.
func (t *checkText) print(r *check.Report) error {
	t.out = bufio.NewWriter(t.w)
	blocks := blocksOf(r.Checks)
	for _, v := range []check.Verdict{check.Fail, check.Undecided, check.Warn, check.Pass} {
		for _, b := range blocks {
			if b.Verdict == v && b.Target != nil || b.Verdict == v && v == check.Fail {
				t.block(b)
			}
		}
	}
	t.edgeAnswers(blocks)
	for _, s := range r.Scans {
		t.scan(s)
	}
	t.summary(r)
	return t.out.Flush()
}

// block prints one block.
func (t *checkText) block(b *block) {
	t.title(b)
	if b.Cause != nil {
		t.row("cause", fmt.Sprintf("%s %s", b.Cause.Rule, b.Cause.Name)+inferred(b.Cause.Inferred))
		t.row("why", b.Cause.Detail)
	}
	if b.Why != "" {
		t.row("why", b.Why)
	}
	t.fix(b)
	if b.Verdict == check.Warn { // what it is about
		t.findings(b)
	}
	t.row("viewer", viewerText(b))
	if b.Target == nil {
		t.end()
		return
	}
	if t.verbose || b.aboutNames() {
		asked := "asked"
		if !b.Connected() || b.Request != nil && !b.Requested() {
			asked = "would ask"
		}
		t.row(asked, askedText(b))
	}
	if b.Verdict != check.Warn {
		t.findings(b)
	}
	for _, try := range b.Tries {
		if !try.Works {
			t.row("tried", try.Setting+": fails, too: "+try.Observed)
		}
	}
	if b.Connection != nil {
		label := "agreed"
		if !b.Target.TLS {
			label = "reached"
		}
		t.row(label, agreedText(b.Connection))
	}
	if b.Verdict == check.Fail || t.verbose {
		t.chain(b)
	} else if len(b.Certificates) > 0 {
		t.row("chain", daysText(b.Certificates))
	}
	t.policies(b)
	t.rules(b)
	t.end()
}

// findings prints warnings, and failures other than the cause.
func (t *checkText) findings(b *block) {
	for _, j := range b.Rules {
		if j.Verdict == policy.Warn || j.Verdict == policy.Fail && b.Cause != nil && j.Rule != b.Cause.Rule {
			t.row(string(j.Verdict), fmt.Sprintf("%s %s: %s", j.Rule, j.Subject, j.Observed)+inferred(j.Inferred))
			if j.Hint != "" && j.Verdict == policy.Warn {
				t.row("hint", j.Hint)
			}
		}
	}
}

// aboutNames reports whether the name that an origin was asked by is part of the failure.
func (b *block) aboutNames() bool {
	return b.Cause != nil && (b.Cause.Name == policy.CauseCertNameMismatch || b.Cause.Name == policy.CauseTLSHandshakeFailure)
}

// title prints the first line of a block.
func (t *checkText) title(b *block) {
	color := map[check.Verdict]string{check.Fail: t.ink.red, check.Undecided: t.ink.yellow, check.Warn: t.ink.yellow, check.Pass: t.ink.green}[b.Verdict]
	what := "viewers of " + b.viewers[0].Host
	if b.Target != nil {
		what = fmt.Sprintf("%s://%s", map[bool]string{true: "https", false: "http"}[b.Target.TLS], b.Target.Address)
		if b.Origin == ingest.OriginID && b.Request != nil && b.Request.URI != "/" {
			what += b.Request.URI // two URLs may have the same host
		}
		if b.Origin != ingest.OriginID {
			what = fmt.Sprintf("%s (origin %s)", what, b.Origin)
		}
		if b.Group != "" {
			what += fmt.Sprintf(", member %d of group %s", b.Member, b.Group)
		}
	}
	what += ", " + few(b.behaviors, "behavior", "behaviors")
	if b.checks > 1 { // so that the blocks add up to the summary
		what += fmt.Sprintf(" (%d checks)", b.checks)
	}
	label := fmt.Sprintf("%-9s ", strings.ToUpper(string(b.Verdict)))
	lines := columns.Wrap(what, t.width-len(label))
	fmt.Fprintf(t.out, "%s%s%s%s%s%s\n", color, label, t.ink.off, t.ink.bold, strings.Join(lines, "\n          "), t.ink.off)
}

// labelWidth is the width of the label column.
const labelWidth = 10

// row prints one row of a block.
func (t *checkText) row(label, text string) { t.item(label, "", text) }

// item prints a row whose text is continued in the column after a mark: a dash, a verdict.
func (t *checkText) item(label, mark, text string) {
	for _, line := range columns.Wrap(text, t.width-labelWidth-len(mark)) {
		pad := strings.Repeat(" ", max(1, labelWidth-len(label)))
		fmt.Fprintf(t.out, "%s%s%s%s%s%s\n", t.ink.faint, label, t.ink.off, pad, mark, line)
		label, mark = "", strings.Repeat(" ", len(mark))
	}
}

func (t *checkText) end() { fmt.Fprintln(t.out) }

// viewerText describes what viewers get.
func viewerText(b *block) string {
	o := b.Outcome
	text := ""
	switch {
	case b.Verdict == check.Undecided && o.Status == 0:
		text = "not known"
	case o.Status == 0:
		return "reached; no request was sent (--handshake-only)"
	case o.CutShort:
		text = fmt.Sprintf("%d from the origin, and the body is cut short %s", o.Status, after(o.After))
	case o.ByEdge && o.After == "":
		text = fmt.Sprintf("%d from the edge", o.Status)
	case o.ByEdge:
		text = fmt.Sprintf("%d from the edge %s", o.Status, after(o.After))
	default:
		text = fmt.Sprintf("%d from the origin", o.Status)
	}
	if o.Location != "" {
		text += ", to " + o.Location
	}
	if o.Sentence != "" {
		text += fmt.Sprintf(": %q", o.Sentence)
	}
	if o.Then != "" {
		text += "; " + o.Then
	}
	return text
}

// after says when, as part of a sentence.
func after(text string) string {
	if text == "at once" {
		return text
	}
	return "after " + text
}

// askedText describes how the origin was asked, and why with this name.
func askedText(b *block) string {
	text, offer := "", "offered"
	if b.Request != nil {
		text = fmt.Sprintf("%s %s with Host %s", b.Request.Method, b.Request.URI, b.Request.Host)
	}
	if !b.Connected() {
		offer = "would offer"
	}
	if b.Target.TLS {
		sni := "no SNI (an address has none)"
		if b.Target.SNI != "" {
			sni = "SNI " + b.Target.SNI
		}
		text = joinText(text, sni)
	}
	name := b.OriginRequestPolicy
	if name != "" {
		name = " (origin request policy " + name + ")"
	}
	if text != "" {
		text += ": "
	}
	if b.HostForwarded {
		text += "the viewer's Host is forwarded" + name
	} else {
		text += "the origin's own name, Host is not forwarded" + name
	}
	if b.Target.TLS {
		text += "; " + offer + " " + strings.Join(b.Target.Versions, ", ")
	}
	return text
}

func joinText(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

// fix prints how to fix a failure.
func (t *checkText) fix(b *block) {
	if b.Fix == nil {
		return
	}
	label := "fix"
	if b.Software != nil && b.Fix.Software != "" {
		t.row(label, fmt.Sprintf("%s (%s):", b.Fix.Software, b.Software.Evidence))
		label = ""
	}
	for _, step := range b.Fix.Steps {
		t.item(label, "- ", step)
		label = ""
	}
}

func agreedText(c *check.Connection) string {
	text := c.Address
	for _, part := range []string{c.Version, c.Suite, c.Curve} {
		if part != "" {
			text += " " + part
		}
	}
	if c.Road == "internal/tlslegacy" {
		text += " (over edgesim's own client for old TLS)"
	}
	return text
}

// chain prints the certificates as sent, each with its remaining days.
func (t *checkText) chain(b *block) {
	for i, c := range b.Certificates {
		label := ""
		if i == 0 {
			label = "chain"
		}
		left := fmt.Sprintf("%s left", plural(c.Days, "day"))
		if passed := -c.Days - 1; passed > 0 { // Days is rounded down
			left = fmt.Sprintf("ended %s ago", plural(passed, "day"))
		} else if c.Days < 0 {
			left = "ended less than a day ago"
		}
		if c.Ends.IsZero() {
			t.row(label, fmt.Sprintf("%d %s", i, c.Subject))
			continue
		}
		t.row(label, fmt.Sprintf("%d %s, issued by %s, ends %s (%s)", i, c.Subject, c.Issuer, c.Ends.Format("2006-01-02"), left))
	}
}

// daysText says in one line how long a chain is valid.
func daysText(chain []check.Certificate) string {
	days := make([]string, len(chain))
	for i, c := range chain {
		days[i] = fmt.Sprint(c.Days)
	}
	return fmt.Sprintf("%s; days left: %s", plural(len(chain), "certificate"), strings.Join(days, ", "))
}

// policies prints what other versions of the lists would change, combining equal ones in
// one line; --verbose also prints what is unknown.
func (t *checkText) policies(b *block) {
	var order []string
	lines := map[string][]string{}
	for _, d := range b.Policies {
		line := ""
		switch {
		case d.Verdict == check.Pass && b.Verdict != check.Fail && !t.verbose, d.Verdict == check.Fail && b.Cause != nil && d.Rule == b.Cause.Rule && !t.verbose:
			continue // same as today
		case d.Verdict == check.Pass:
			line = "handshake and certificates pass under %s, too"
		case d.Verdict == check.Fail && b.Cause != nil && d.Rule == b.Cause.Rule:
			line = "fails by " + string(d.Rule) + " under %s, too"
		case d.Verdict == check.Fail:
			line = fmt.Sprintf("%%s: fails by %s (%s)", d.Rule, strings.ReplaceAll(d.Why, "%", "%%"))
		case d.Verdict == check.Warn:
			line = "%s: warns of " + string(d.Rule) + ", as the origin has several certificates"
		case t.verbose:
			line = fmt.Sprintf("%%s: not known (%s)", strings.ReplaceAll(d.Why, "%", "%%"))
		default:
			continue
		}
		if lines[line] == nil {
			order = append(order, line)
		}
		lines[line] = append(lines[line], d.Policy)
	}
	for _, line := range order {
		t.row("policies", fmt.Sprintf(line, strings.Join(lines[line], ", ")))
	}
}

// rules prints the verdicts on all rules, briefly or one by one.
func (t *checkText) rules(b *block) {
	if t.verbose {
		for _, j := range b.Rules {
			line := string(j.Rule)
			for _, part := range []string{j.Subject, j.Observed} {
				if part != "" {
					line += ": " + part
				}
			}
			if j.BlockedBy != "" {
				line += " (blocked by " + string(j.BlockedBy) + ")"
			}
			t.item("rule", fmt.Sprintf("%-11s ", j.Verdict), line+inferred(j.Inferred))
		}
		return
	}
	count := map[policy.Verdict]int{}
	for _, j := range b.Rules {
		count[j.Verdict]++
	}
	text := fmt.Sprintf("%d passed", count[policy.Pass])
	if n := count[policy.Blocked]; n > 0 {
		by := ""
		if b.Cause != nil {
			by = " by " + string(b.Cause.Rule)
		}
		text = fmt.Sprintf("%d failed, %d blocked%s, %s", count[policy.Fail], n, by, text)
	} else if n := count[policy.Fail]; n > 0 {
		text = fmt.Sprintf("%d failed, %s", n, text)
	}
	t.row("rules", text)
}
