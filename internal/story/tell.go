package story

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Write writes the story of the exchange.
func Write(w io.Writer, e *recording.Exchange, o Options) error {
	t := &teller{page: page{to: w, options: o}, e: e}
	t.summary()
	t.asked()
	t.functions("What the function made of the request", policy.ViewerRequestTrigger)
	t.cached()
	t.functions("What the function made of the origin's request", policy.OriginRequestTrigger)
	t.sent()
	t.attempts()
	t.findings()
	t.decided()
	t.functions("What functions made of the response", policy.OriginResponseTrigger, policy.ViewerResponseTrigger)
	t.errorPage()
	t.answered()
	return t.page.err
}

// teller describes one exchange.
type teller struct {
	page
	e *recording.Exchange
}

// The indentation of chapters, their lines and details of a line.
const (
	inChapter = 2
	inLine    = 4
	inList    = 6
)

func (t *teller) chapter(title string) {
	t.gap()
	t.line(0, bold, title)
}

func (t *teller) say(format string, args ...any) {
	t.line(inChapter, plain, fmt.Sprintf(format, args...))
}

// summary is the end of the story, told first.
func (t *teller) summary() {
	e := t.e
	outcome, color := statusText(e.Response.Status), plain
	if e.Cause != nil {
		outcome, color = outcome+"  "+string(e.Cause.Rule)+" "+string(e.Cause.Name), red
	}
	t.line(0, color, outcome)
	if c := e.Cause; c != nil {
		t.line(0, plain, "why: "+c.Detail)
		if c.Hint != "" {
			t.line(0, plain, "fix: "+c.Hint)
		}
	}
	t.line(0, plain, fmt.Sprintf("exchange %s", e.ID))
	times := fmt.Sprintf("received %s, first byte after %s, complete after %s", e.Start.UTC().Format("2006-01-02 15:04:05.000 UTC"), took(e.FirstByte), took(e.Duration))
	if e.Edge != "" {
		times += ", by the edge " + e.Edge
	}
	t.line(0, plain, times)
	if e.Forced != "" {
		t.line(0, yellow, fmt.Sprintf("the fault %s was played: what follows is not all the origin's own doing", e.Forced))
	}
	if e.Replayed != "" {
		t.line(0, yellow, fmt.Sprintf("replayed from the recorded exchange %s: no origin was asked, the attempts are those of then", e.Replayed))
	}
}

// asked describes the viewer's request.
func (t *teller) asked() {
	v := &t.e.Viewer
	t.chapter("What the viewer asked")
	t.say("%s %s://%s%s", v.Method, v.Scheme, v.Host, v.URI)
	how := v.Proto
	if v.TLSVersion != 0 {
		how += " over " + tlswire.VersionName(v.TLSVersion) + " with " + tlswire.SuiteName(v.TLSCipher)
	}
	if v.Address != "" {
		how += ", from " + v.Address
	}
	if v.Form != "" && v.Form != "origin" {
		how += ", in " + v.Form + "-form"
	}
	t.say("%s", how)
	if len(v.Fields) > 0 {
		t.fields(v.Fields)
	} else {
		t.header(v.Header)
	}
	t.body(v.BodyBytes, len(v.Body), v.Truncated)
}

// sent describes the request to the origin.
func (t *teller) sent() {
	e := t.e
	t.chapter("What was sent to the origin")
	if e.Sent == nil && t.foreign() {
		t.say("nothing is known of it: this was recorded by another program")
		return
	}
	if e.Sent == nil {
		if kept(e.Cache) {
			t.say("nothing: the answer was in the cache")
			return
		}
		t.say("nothing: the edge answered by itself")
		return
	}
	secure := "plain HTTP"
	if e.Sent.TLS {
		secure = "HTTPS"
	}
	t.say("behavior %s, origin %s at %s, %s", e.Behavior, e.Origin, e.Sent.Host, secure)
	t.say("%s %s", e.Sent.Method, e.Sent.URI)
	t.fields(e.Sent.Header)
	t.dropped(policy.LegRequest, "not sent on")
}

// dropped lists what a message lost on its way, and because of which setting.
func (t *teller) dropped(leg policy.ChangeLeg, what string) {
	var lost []policy.Change
	for _, c := range t.e.Changes {
		if c.Leg == leg && c.Kind == policy.ChangeDropped {
			lost = append(lost, c)
		}
	}
	if len(lost) > 0 {
		t.say("%s: %s", what, policy.DroppedText(lost))
	}
}

// fields lists fields in order.
func (t *teller) fields(fields []policy.Field) {
	for _, f := range fields {
		t.line(inLine, dim, f.Name+": "+f.Value)
	}
}

// foreign reports whether no edge has seen the exchange: it comes from a browser's archive.
func (t *teller) foreign() bool {
	e := t.e
	return e.Behavior == "" && e.Sent == nil && e.Cause == nil && len(e.Attempts) == 0
}

// findings lists the judgments that belong to no attempt.
func (t *teller) findings() {
	if !slices.ContainsFunc(t.e.Findings, noteworthy) {
		return
	}
	t.chapter("What else was judged")
	t.judged(inChapter, t.e.Findings)
}

// noteworthy reports whether a finding is mentioned: not if it passed.
func noteworthy(f policy.Finding) bool { return f.Verdict != policy.Pass }

// judged lists findings with their evidence.
func (t *teller) judged(indent int, findings []policy.Finding) {
	passed := 0
	for _, f := range findings {
		if !noteworthy(f) {
			passed++
			continue
		}
		color := yellow
		if f.Verdict == policy.Fail {
			color = red
		}
		text := string(f.Verdict) + " " + string(f.Rule)
		if f.Subject != "" {
			text += ", " + f.Subject
		}
		t.line(indent, color, text)
		for _, part := range []struct{ what, text string }{{"seen", f.Observed}, {"expected", f.Expected}, {"to fix it", f.Hint}} {
			if part.text != "" {
				t.line(indent+2, plain, part.what+": "+part.text)
			}
		}
	}
	if passed > 0 {
		t.line(indent, dim, plural(passed, "rule")+" passed")
	}
}

// decided describes the cause with its rule.
func (t *teller) decided() {
	c := t.e.Cause
	if c == nil {
		return
	}
	t.chapter("What decided")
	t.line(inChapter, red, fmt.Sprintf("%s %s, at the stage %s", c.Rule, c.Name, c.Stage))
	if c.Err != nil && !strings.Contains(c.Detail, c.Err.Error()) {
		t.say("underneath: %s", c.Err)
	}
	if rule, ok := policy.RuleByID(c.Rule); ok {
		t.say("the rule: %s: %s", rule.Condition, rule.Outcome)
		t.line(inLine, dim, fmt.Sprintf("%s, %s (read %s)", rule.Fidelity, rule.Source.Page, rule.Source.Read))
	}
	if c.Inferred {
		t.say("the documentation does not say so: this is inferred")
	}
}

// errorPage describes the custom error page, and what it replaces.
func (t *teller) errorPage() {
	p := t.e.ErrorPage
	if p == nil {
		return
	}
	t.chapter("The custom error page")
	if p.Replaced != "" {
		t.say("replaces the origin's own answer:")
		for line := range strings.Lines(p.Replaced) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				t.line(inLine, dim, line)
			}
		}
	}
	if p.Sent == nil {
		t.say("behavior %s: no origin was asked for it", p.Behavior)
		return
	}
	t.say("behavior %s, origin %s at %s: %s %s", p.Behavior, p.Origin, p.Sent.Host, p.Sent.Method, p.Sent.URI)
	t.fields(p.Sent.Header)
}

// answered describes what the viewer got.
func (t *teller) answered() {
	r := &t.e.Response
	t.chapter("What the viewer got")
	from := ", made by the edge"
	switch {
	case t.foreign():
		from = ""
	case kept(t.e.Cache):
		from = ", from the cache"
	case r.OriginHead != "":
		from = ", from the origin"
	}
	if r.Status == 0 {
		t.say("nothing that was recorded")
	} else {
		t.say("%s%s", statusText(r.Status), from)
	}
	if t.e.ResultType != "" {
		t.say("in the access log: %s, in detail %s", t.e.ResultType, t.e.DetailedResultType)
	}
	t.header(r.Header)
	t.dropped(policy.LegResponse, "removed from the answer")
	if t.e.Tunnel == nil { // its bytes are not a body; they are described below
		t.body(r.BodyBytes, len(r.Body), r.Truncated)
	}
	if g := t.e.GRPC; g != nil {
		t.say("a gRPC call: grpc-status %q, message %q", g.Status, g.Message)
	}
	if n := t.e.Tunnel; n != nil {
		t.say("a tunnel (%s): %d bytes from the viewer and %d from the origin in %s; it ended: %s", n.Protocol, n.FromViewer, n.FromOrigin, took(n.Duration), n.Ended)
	}
}

// header lists the fields in alphabetical order.
func (t *teller) header(h http.Header) {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.HasPrefix(name, "X-Edgesim-") { // covered by this text
			continue
		}
		for _, value := range h[name] {
			t.line(inLine, dim, name+": "+value)
		}
	}
}

// body describes how large a body was and how much of it is recorded.
func (t *teller) body(size int64, recorded int, truncated bool) {
	switch {
	case size == 0 && recorded == 0:
	case recorded == 0:
		t.say("a body of %d bytes, of which none is recorded", size)
	case truncated || int64(recorded) < size:
		t.say("a body of %d bytes, of which the first %d are recorded", size, recorded)
	default:
		t.say("a body of %d bytes", size)
	}
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// took formats a duration for people.
func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
