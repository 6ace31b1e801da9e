package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// nameOfNone is the distribution's own name if the configuration has none, in the form of
// CloudFront's names.
const nameOfNone = "d111111abcdef8.cloudfront.net"

// viewerAddress is the address of the synthetic viewer (RFC 5737).
const viewerAddress = "192.0.2.1:50000"

// caseOf is one row of behaviors × origins × viewers, before it is judged.
type caseOf struct {
	subject  *Subject
	behavior *distribution.CacheBehavior
	// origin is nil if the edge answers the viewer itself.
	origin *distribution.Origin
	group  *distribution.OriginGroup
	// member is the position of the origin in the group.
	member int
	// viewers are those with the same result.
	viewers []Viewer
	request *edge.ViewerRequest
	plan    edge.Plan
	visit   *visit
	// answer is the edge's own answer: a redirect or a refusal.
	answer *Outcome
}

// cases lists what to judge, in the order of the report.
func (c *Config) cases() []*caseOf {
	var all []*caseOf
	for i := range c.Subjects {
		s := &c.Subjects[i]
		d := s.Edge.Distribution
		for n := range d.Behaviors {
			all = append(all, c.behaviorCases(s, &d.Behaviors[n])...)
		}
		all = append(all, c.behaviorCases(s, &d.DefaultBehavior)...)
	}
	return all
}

// behaviorCases lists the rows of one behavior; viewers with the same plan share a row.
func (c *Config) behaviorCases(s *Subject, b *distribution.CacheBehavior) []*caseOf {
	var own, asked []*caseOf
	for _, host := range c.hosts(s.Edge.Distribution, b) {
		for _, scheme := range []string{"https", "http"} {
			v := Viewer{Scheme: scheme, Host: host}
			request := c.viewerRequest(s, b, v)
			if answer := edgeAnswer(s.Edge, b, request); answer != nil {
				if c.Origin != "" {
					continue
				}
				own = joined(own, &caseOf{subject: s, behavior: b, viewers: []Viewer{v}, request: request, answer: answer})
				continue
			}
			l, id := s.Edge.Locations()[0], edge.NewID()
			after := s.Edge.AfterViewerRequest(context.Background(), l, request, b, id)
			if answer := functionAnswer(&after); answer != nil {
				if c.Origin == "" {
					own = joined(own, &caseOf{subject: s, behavior: b, viewers: []Viewer{v}, request: request, answer: answer})
				}
				continue
			}
			for i, choice := range after.Choices {
				if c.Origin != "" && choice.Origin.ID != c.Origin {
					continue
				}
				plan := s.Edge.PlanChoice(l, after.Request, b, choice, id)
				asked = joined(asked, &caseOf{
					subject: s, behavior: b, origin: choice.Origin, group: after.Group, member: i,
					viewers: []Viewer{v}, request: after.Request, plan: plan,
				})
			}
		}
	}
	return append(asked, own...)
}

// joined adds a row, or its viewer to a row that is otherwise the same.
func joined(rows []*caseOf, row *caseOf) []*caseOf {
	for _, r := range rows {
		same := (r.origin == nil) == (row.origin == nil)
		if row.origin == nil {
			same = same && *r.answer == *row.answer
		} else {
			same = same && r.origin.ID == row.origin.ID && r.targetKey() == row.targetKey() && requestKey(&r.plan) == requestKey(&row.plan)
		}
		if same {
			r.viewers = append(r.viewers, row.viewers...)
			return rows
		}
	}
	return append(rows, row)
}

// targetKey distinguishes targets: the same key means the same connection.
func (c *caseOf) targetKey() string {
	t := &c.plan.Target
	return fmt.Sprintf("%p %s %s %t %s %v", c.subject, c.origin.ID, t.Address(), t.TLS, t.SNI, t.AcceptedNames)
}

// requestKey distinguishes requests, ignoring the fields that name the exchange.
func requestKey(p *edge.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", p.Request.Method, p.Request.RequestURI)
	for _, f := range p.Request.Header {
		if f.Name != "X-Amz-Cf-Id" {
			fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Value)
		}
	}
	return b.String()
}

// hosts returns the values of the viewer's Host to judge for a behavior.
func (c *Config) hosts(d *distribution.Distribution, b *distribution.CacheBehavior) []string {
	if c.Host != "" {
		return []string{c.Host}
	}
	var hosts []string
	for _, alias := range d.Aliases {
		if rest, ok := strings.CutPrefix(alias, "*"); ok {
			alias = "www" + rest
		}
		hosts = append(hosts, alias)
	}
	own := d.DomainName
	if own == "" {
		own = nameOfNone
	}
	hosts = append(hosts, own)
	if policy.ForwardsHost(b) {
		return hosts
	}
	return hosts[:1]
}

// viewerRequest returns the synthetic request of a viewer.
func (c *Config) viewerRequest(s *Subject, b *distribution.CacheBehavior, v Viewer) *edge.ViewerRequest {
	r := &edge.ViewerRequest{
		Method: c.Method, Scheme: v.Scheme, Host: v.Host, Proto: "HTTP/1.1", URI: c.pathFor(s, b),
		Header:     http.Header{"User-Agent": {"edgesim check"}, "Accept": {"*/*"}},
		RemoteAddr: viewerAddress, Form: edge.FormOrigin,
	}
	if v.Scheme == "https" {
		r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256, HandshakeComplete: true}
	}
	return r
}

// pathFor returns the path to request for a behavior: that of [Config.Path], or one that
// matches the pattern with little for its wildcards.
func (c *Config) pathFor(s *Subject, b *distribution.CacheBehavior) string {
	if path := cmp.Or(c.Path, s.Path); path != "" {
		return path
	}
	first := ""
	for _, star := range []string{"", "edgesim-check"} {
		path := "/" + strings.TrimPrefix(strings.NewReplacer("*", star, "?", "x").Replace(b.PathPattern), "/")
		if first == "" {
			first = path
		}
		if s.Edge.Distribution.Match(path) == b {
			return path
		}
	}
	return first
}

// edgeAnswer returns the edge's answer to this viewer without asking an origin; nil if it
// asks one.
func edgeAnswer(e *edge.Edge, b *distribution.CacheBehavior, v *edge.ViewerRequest) *Outcome {
	route := e.RouteThrough(v, b)
	cause, redirect := route.Cause, route.Redirect
	switch {
	case cause != nil:
		return &Outcome{Status: cause.Status, Sentence: cause.Sentence, Rule: cause.Rule, Detail: cause.Detail, ByEdge: true}
	case redirect != 0:
		return &Outcome{Status: redirect, Rule: redirectRule, Detail: "the viewer is sent to HTTPS", ByEdge: true}
	}
	return nil
}

// redirectRule is the rule that redirects viewers to HTTPS.
const redirectRule policy.RuleID = "CF-ERR-29"

// functionAnswer returns the answer that the viewer-request function makes the edge give
// without asking an origin; nil if the request continues.
func functionAnswer(after *edge.AfterFunction) *Outcome {
	if cause := after.Cause; cause != nil {
		return &Outcome{Status: cause.Status, Sentence: cause.Sentence, Rule: cause.Rule, Detail: cause.Detail, ByEdge: true}
	}
	if m := after.Generated; m != nil {
		detail := fmt.Sprintf("the viewer-request function %q answers itself", after.Run.Function.Name)
		o := &Outcome{Status: m.Status, Rule: "CF-FN-40", Detail: detail, ByEdge: true}
		for _, f := range m.Fields {
			if strings.EqualFold(f.Name, "Location") {
				o.Location = redirectedTo(m.Status, f.Value)
			}
		}
		return o
	}
	return nil
}
