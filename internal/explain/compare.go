package explain

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// Difference is something that two configurations do differently.
type Difference struct {
	// Request describes the request: "POST /api/*", "https://www.example.com".
	Request string `json:"request"`
	// What describes the difference in a sentence: "now gets 403 (CF-CONN-…)".
	What string `json:"what"`
}

// methods are all methods that a behavior can allow.
var methods = []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}

// Compare returns the differences in effect between two edges, each with one or more
// distributions: what happens to a request for every path pattern of either, every method
// and scheme.
func Compare(before, after *edge.Edge) []Difference {
	c := &comparison{before: before, after: after}
	c.hosts()
	for _, pattern := range patterns(before, after) {
		c.pattern(pattern)
	}
	c.distributions()
	return c.list
}

type comparison struct {
	before, after *edge.Edge
	list          []Difference
}

func (c *comparison) add(request, format string, args ...any) {
	d := Difference{Request: request, What: fmt.Sprintf(format, args...)}
	if !slices.Contains(c.list, d) {
		c.list = append(c.list, d)
	}
}

// patterns returns the path patterns of all distributions, the default one last.
func patterns(edges ...*edge.Edge) []string {
	var list []string
	for _, e := range edges {
		for _, l := range e.Locations() {
			for i := range l.Distribution.Behaviors {
				if p := l.Distribution.Behaviors[i].PathPattern; !slices.Contains(list, p) {
					list = append(list, p)
				}
			}
		}
	}
	return append(list, "*")
}

// hosts compares which names are served.
func (c *comparison) hosts() {
	names := func(e *edge.Edge) []string {
		var list []string
		for _, l := range e.Locations() {
			list = append(list, l.Distribution.Aliases...)
		}
		return list
	}
	was, is := names(c.before), names(c.after)
	for _, name := range was {
		if host := sample(name); !slices.Contains(is, name) && !c.after.ServesHost(host) {
			c.add("https://"+name, "now gets 403: it is not an alternate domain name any more")
		}
	}
	for _, name := range is {
		if host := sample(name); !slices.Contains(was, name) && !c.before.ServesHost(host) {
			c.add("https://"+name, "is now served")
		}
	}
}

// sample returns a path or name that a pattern matches.
func sample(pattern string) string {
	return strings.NewReplacer("*", "x", "?", "y").Replace(pattern)
}

// pattern compares what happens to requests that match one pattern.
func (c *comparison) pattern(pattern string) {
	path := "/" + strings.TrimPrefix(sample(pattern), "/")
	shown := pattern
	if pattern == "*" {
		shown, path = "*", "/any-other-path"
	}
	var gone, got []string
	var change string
	for _, method := range methods {
		was, is := c.ask(c.before, "https", method, path), c.ask(c.after, "https", method, path)
		a, b := answer(was), answer(is)
		switch {
		case a == b:
		case b != "":
			gone, change = append(gone, method), b
		default:
			got = append(got, method)
		}
	}
	if len(gone) > 0 {
		c.add(strings.Join(gone, ", ")+" "+shown, "now gets %s", change)
	}
	if len(got) > 0 {
		c.add(strings.Join(got, ", ")+" "+shown, "is now let in")
	}
	if was, is := answer(c.ask(c.before, "http", http.MethodGet, path)), answer(c.ask(c.after, "http", http.MethodGet, path)); was != is {
		c.add("http:// "+shown, "%s", turned(was, is))
	}
	was, is := c.ask(c.before, "https", http.MethodGet, path), c.ask(c.after, "https", http.MethodGet, path)
	if was.Refused == nil && is.Refused == nil && was.Behavior != nil && is.Behavior != nil {
		c.picture(shown, was, is)
	}
}

func turned(was, is string) string {
	if is == "" {
		return "is now let in, where it got " + was
	}
	if was == "" {
		return "now gets " + is
	}
	return "now gets " + is + ", where it got " + was
}

// probe are the fields of the requests in a comparison, so that what is forwarded shows.
var probe = []policy.Field{
	{Name: "User-Agent", Value: "probe"}, {Name: "Accept", Value: "text/html"}, {Name: "Accept-Language", Value: "en"}, {Name: "Accept-Encoding", Value: "gzip, br"},
	{Name: "Authorization", Value: "Basic x"}, {Name: "Origin", Value: "https://origin.example"}, {Name: "Referer", Value: "https://referer.example/"},
	{Name: "X-Other", Value: "1"}, {Name: "Cookie", Value: "session=1; other=2"},
}

func (c *comparison) ask(e *edge.Edge, scheme, method, path string) *Picture {
	host := "d111111abcdef8.cloudfront.net"
	d := e.Locations()[0].Distribution
	switch {
	case len(d.Aliases) > 0:
		host = sample(d.Aliases[0])
	case d.DomainName != "":
		host = d.DomainName
	}
	fields := slices.Clone(probe)
	for _, l := range slices.Concat(c.before.Locations(), c.after.Locations()) {
		fields = appendNamed(fields, l.Distribution)
	}
	p, err := Draw(e, Request{URL: scheme + "://" + host + strings.ReplaceAll(path, " ", "%20") + "?v=1&other=2", Method: method, Fields: fields})
	if err != nil {
		return &Picture{Refused: &Refusal{Status: 400, Detail: err.Error()}}
	}
	return p
}

// appendNamed adds the header fields that policies name, so that differences in them show.
func appendNamed(fields []policy.Field, d *distribution.Distribution) []policy.Field {
	add := func(names []string) {
		for _, name := range names {
			known := slices.ContainsFunc(fields, func(f policy.Field) bool { return strings.EqualFold(f.Name, name) })
			if !known && name != "*" && !strings.EqualFold(name, "Host") && !strings.HasPrefix(strings.ToLower(name), "cloudfront-") {
				fields = append(fields, policy.Field{Name: name, Value: "1"})
			}
		}
	}
	behavior := func(b *distribution.CacheBehavior) {
		if p := b.CachePolicy; p != nil {
			add(p.Headers.Items)
		}
		if p := b.OriginRequestPolicy; p != nil {
			add(p.Headers.Items)
		}
		if f := b.ForwardedValues; f != nil {
			add(f.Headers)
		}
	}
	behavior(&d.DefaultBehavior)
	for i := range d.Behaviors {
		behavior(&d.Behaviors[i])
	}
	return fields
}

// answer describes the edge's own answer, "" if the origin is asked.
func answer(p *Picture) string {
	switch {
	case p.Refused != nil:
		return fmt.Sprintf("%d %s (%s)", p.Refused.Status, p.Refused.Cause, p.Refused.Rule)
	case p.Redirect != 0:
		return fmt.Sprintf("%d to https://", p.Redirect)
	}
	return ""
}
