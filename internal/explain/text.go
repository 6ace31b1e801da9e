package explain

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// Style says how text is written.
type Style struct {
	// Color uses the terminal's colors.
	Color bool
}

// The colors for what happened to a field.
var colors = map[policy.ChangeKind]string{policy.ChangeAdded: "32", policy.ChangeChanged: "33", policy.ChangeDropped: "31"}

func (s Style) paint(code, text string) string {
	if !s.Color || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Write writes a picture for people.
func (p *Picture) Write(w io.Writer, s Style) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(w, "%s %s\n", s.paint("2", fmt.Sprintf("%-13s", label)), fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(w, "%s\n\n", s.paint("1", p.Method+" "+p.URL))
	if p.Distribution != "" {
		line("distribution", "%s", p.Distribution)
	}
	if b := p.Behavior; b != nil {
		line("behavior", "%s  (%d of %d: %s)", s.paint("1", b.PathPattern), b.Number, b.Of, b.Why)
		if len(b.PassedOver) > 0 && b.Number > 1 {
			line("", "not matched before it: %s", some(b.PassedOver))
		}
		if b.SignedURLs != "" {
			line("access", "a signed URL or signed cookies are needed: %s", b.SignedURLs)
		}
	}
	if r := p.Refused; r != nil {
		if p.ran() {
			p.writeFunctions(line)
		}
		line("answer", "%s", s.paint("31", fmt.Sprintf("%d from CloudFront itself: %s %s", r.Status, r.Rule, r.Cause)))
		line("", "%s", r.Detail)
		if r.Hint != "" {
			line("fix", "%s", r.Hint)
		}
		return
	}
	if p.Redirect != 0 {
		line("answer", "%s", s.paint("33", fmt.Sprintf("%d to the same URL with https://: ViewerProtocolPolicy is redirect-to-https", p.Redirect)))
		return
	}
	p.writePolicies(line)
	if p.Cache == nil { // a function answered
		return
	}
	p.writeCache(line)
	for i := range p.Origins {
		p.writeOrigin(w, s, i)
	}
}

func (p *Picture) writePolicies(line func(label, format string, args ...any)) {
	if p.Policies.Legacy {
		line("policies", "none: ForwardedValues, the older settings, say what is forwarded")
	} else {
		line("policies", "cache %s, origin request %s, response headers %s", cmp.Or(p.Policies.Cache, "none"), cmp.Or(p.Policies.OriginRequest, "none"), cmp.Or(p.Policies.ResponseHeaders, "none"))
	}
	p.writeFunctions(line)
}

func (p *Picture) writeCache(line func(label, format string, args ...any)) {
	c := p.Cache
	switch {
	case c.Cacheable:
		line("cache", "kept for as long as the origin says, from %d s to %d s; %d s where it says nothing", c.MinTTL, c.MaxTTL, c.DefaultTTL)
	case c.MaxTTL == 0:
		line("cache", "nothing is kept: all TTLs are 0")
	default:
		line("cache", "answers to %s are not kept", p.Method)
	}
	for i, part := range strings.Split(c.Key, "\n") {
		label := ""
		if i == 0 {
			label = "cache key"
		}
		line(label, "%s", part)
	}
}

// words say what happened to a field.
var words = map[policy.ChangeKind]string{policy.ChangeKept: "kept", policy.ChangeAdded: "added", policy.ChangeChanged: "changed", policy.ChangeDropped: "dropped"}

func (p *Picture) writeOrigin(w io.Writer, s Style, i int) {
	o := &p.Origins[i]
	line := func(label, format string, args ...any) {
		fmt.Fprintf(w, "%s %s\n", s.paint("2", fmt.Sprintf("%-13s", label)), fmt.Sprintf(format, args...))
	}
	fmt.Fprintln(w)
	label := "origin"
	if i > 0 {
		label = "or origin"
	}
	line(label, "%s  %s", s.paint("1", o.ID), o.Address)
	if len(o.FailoverOn) > 0 {
		line("", "the next one is asked after %s, or if this one cannot be reached", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(o.FailoverOn)), ", "), "[]"))
	}
	if o.Signed != "" {
		line("signed", "%s", o.Signed)
	}
	whose := "the origin's own name"
	if o.HostForwarded {
		whose = "the viewer's"
	}
	line("Host", "%s  (%s)", o.Host, whose)
	if o.SNI != "" || len(o.AcceptedNames) > 0 {
		line("SNI", "%s", cmp.Or(o.SNI, "none"))
		line("certificate", "must cover %s", strings.Join(o.AcceptedNames, " or "))
	}
	line("request", "%s %s", o.Method, o.URI)
	width := 0
	for _, c := range o.Changes {
		width = max(width, min(len(c.Field), 32))
	}
	for _, kind := range []policy.ChangeKind{policy.ChangeKept, policy.ChangeChanged, policy.ChangeAdded, policy.ChangeDropped} {
		for _, c := range o.Changes {
			if c.Kind == kind && !(kind == policy.ChangeKept && (c.Field == "method" || c.Field == "uri")) {
				fmt.Fprintf(w, "  %s  %-*s  %s\n", s.paint(colors[kind], fmt.Sprintf("%-7s", words[kind])), width, c.Field, describe(c))
			}
		}
	}
	for _, f := range o.Findings {
		line("note", "%s %s", f.Rule, f.Observed)
	}
}

// describe formats the values of a change and what made it.
func describe(c policy.Change) string {
	var text string
	switch c.Kind {
	case policy.ChangeAdded:
		text = short(c.To)
	case policy.ChangeChanged:
		text = short(c.From) + " → " + short(c.To)
	default:
		text = short(c.From)
	}
	var by []string
	if c.By != "" {
		by = append(by, c.By)
	}
	if c.Rule != "" {
		by = append(by, string(c.Rule))
	}
	if len(by) > 0 {
		text += "  [" + strings.Join(by, ", ") + "]"
	}
	return text
}

// short truncates a value that would fill the screen.
func short(s string) string {
	const most = 72
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// some lists the first of many.
func some(list []string) string {
	const most = 6
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(slices.Clone(list[:most]), ", "), len(list)-most)
}
