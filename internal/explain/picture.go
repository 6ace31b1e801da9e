package explain

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Request is the viewer's request to explain.
type Request struct {
	// URL is absolute, or a path of the first distribution.
	URL string
	// Method defaults to GET.
	Method string
	// Fields are the viewer's header fields, without Host unless it differs from the URL's.
	Fields []policy.Field
}

// Picture is what happens to a request. Its JSON has the same names.
type Picture struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Host   string `json:"host"`
	// Distribution is the one selected by Host; "" if it has no name or none was selected.
	Distribution string `json:"distribution"`
	// Refused is why the edge answers itself; Redirect is the status of a redirect.
	Refused  *Refusal `json:"refused,omitempty"`
	Redirect int      `json:"redirect,omitempty"`
	// Behavior is the one that the path matches, with those before it that do not match.
	Behavior *Behavior `json:"behavior,omitempty"`
	// Policies are those of the behavior, by name.
	Policies *Policies `json:"policies,omitempty"`
	// Functions are the edge functions that would run, in order. A CloudFront function at
	// viewer-request is run: everything below is the request as it left it.
	Functions []Function `json:"functions"`
	// Cache says how the answer is looked up and cached.
	Cache *Cache `json:"cache,omitempty"`
	// Origins are where the request goes: one, or the members of a group in turn.
	Origins []Origin `json:"origins"`
}

// Refusal is an answer that the edge itself gives.
type Refusal struct {
	Status int           `json:"status"`
	Cause  string        `json:"cause"`
	Rule   policy.RuleID `json:"rule,omitempty"`
	Detail string        `json:"detail"`
	Hint   string        `json:"hint,omitempty"`
}

// Behavior is the cache behavior of a request.
type Behavior struct {
	PathPattern string `json:"pathPattern"`
	// Number is its position in the order of precedence, from 1; the default one is last.
	Number int `json:"number"`
	Of     int `json:"of"`
	// PassedOver are the patterns before it, which the path does not match.
	PassedOver []string `json:"passedOver"`
	// AlsoMatching are patterns after it that would match as well.
	AlsoMatching []string `json:"alsoMatching"`
	Why          string   `json:"why"`
	// SignedURLs says whose signature the viewer needs; "" if none.
	SignedURLs string `json:"signedURLs,omitempty"`
}

// Policies are the names of a behavior's policies; "" if it has none.
type Policies struct {
	Cache           string `json:"cache"`
	OriginRequest   string `json:"originRequest"`
	ResponseHeaders string `json:"responseHeaders"`
	// Legacy is set if ForwardedValues are used instead.
	Legacy bool `json:"legacy,omitempty"`
}

// Function is an edge function attached to the behavior.
type Function struct {
	Event string `json:"event"`
	Name  string `json:"name"`
	Kind  string `json:"kind"` // "CloudFront Functions" or "Lambda@Edge"
	// Code reports whether its code is known.
	Code bool `json:"code"`
	// Run is what it did; nil if it was not run here.
	Run *FunctionRun `json:"run,omitempty"`
}

// Cache is how the answer is looked up and stored.
type Cache struct {
	Key string `json:"key"`
	// Cacheable reports whether an answer to this method may be cached at all.
	Cacheable bool                 `json:"cacheable"`
	MinTTL    distribution.Seconds `json:"minTTL"`
	// DefaultTTL applies if the origin says nothing; MaxTTL limits what it says; in
	// seconds.
	DefaultTTL distribution.Seconds `json:"defaultTTL"`
	MaxTTL     distribution.Seconds `json:"maxTTL"`
}

// Origin is where a request goes, and what is sent there.
type Origin struct {
	ID      string               `json:"id"`
	Backend distribution.Backend `json:"backend,omitempty"`
	// Address is the scheme, name and port.
	Address string `json:"address"`
	Method  string `json:"method"`
	URI     string `json:"uri"`
	Host    string `json:"host"`
	// HostForwarded reports whether Host is the viewer's.
	HostForwarded bool `json:"hostForwarded"`
	// SNI and AcceptedNames are used in the handshake; empty over HTTP.
	SNI           string   `json:"sni,omitempty"`
	AcceptedNames []string `json:"acceptedNames,omitempty"`
	Protocols     []string `json:"protocols,omitempty"`
	// Signed says how the request is signed: origin access control.
	Signed string `json:"signed,omitempty"`
	// FailoverOn are the status codes after which the next one is asked.
	FailoverOn []int `json:"failoverOn,omitempty"`
	// Changes are all fields, marked kept, added, changed or dropped, and by what.
	Changes []policy.Change `json:"changes"`
	// Findings are remarks about the request.
	Findings []policy.Finding `json:"findings,omitempty"`
}

// Draw makes the picture of a request to an edge that serves some distributions.
func Draw(e *edge.Edge, r Request) (*Picture, error) {
	v, u, err := viewerRequest(e, r)
	if err != nil {
		return nil, err
	}
	p := &Picture{Method: v.Method, URL: u.String(), Host: v.Host, Functions: []Function{}, Origins: []Origin{}}
	route := e.Route(v)
	if route.Location != nil {
		p.Distribution = route.Location.Name()
	}
	p.Redirect = route.Redirect
	if c := route.Cause; c != nil {
		p.Refused = &Refusal{Status: c.Status, Cause: string(c.Name), Rule: c.Rule, Detail: c.Detail, Hint: c.Hint}
	}
	b := route.Behavior
	if b == nil {
		return p, nil
	}
	p.Behavior = behaviorOf(route.Location.Distribution, b, u.EscapedPath())
	p.Policies = policiesOf(b)
	p.Functions = functionsOf(b)
	if route.Cause != nil || route.Redirect != 0 {
		p.Cache = cacheOf(e, route.Location, v, b)
		return p, nil
	}
	after := p.runFunction(e, route.Location, v, b)
	if after.Cause != nil || after.Generated != nil {
		return p, nil
	}
	p.Cache = cacheOf(e, route.Location, after.Request, b)
	for i, choice := range after.Choices {
		drawn := originOf(e, route.Location, v, b, &after, choice)
		if after.Group != nil && i+1 < len(after.Choices) {
			drawn.FailoverOn = after.Group.StatusCodes
		}
		p.Origins = append(p.Origins, drawn)
	}
	return p, nil
}

// viewerRequest makes the request that a viewer would send.
func viewerRequest(e *edge.Edge, r Request) (*edge.ViewerRequest, *url.URL, error) {
	text := r.URL
	if strings.HasPrefix(text, "/") {
		d := e.Locations()[0].Distribution
		host := cmp.Or(d.DomainName, "d111111abcdef8.cloudfront.net")
		if len(d.Aliases) > 0 && !strings.HasPrefix(d.Aliases[0], "*") {
			host = d.Aliases[0]
		}
		text = "https://" + host + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, nil, fmt.Errorf("%q is not a URL: write https://HOST/PATH, or a path", r.URL)
	}
	v := &edge.ViewerRequest{
		Method: cmp.Or(strings.ToUpper(r.Method), http.MethodGet), Scheme: u.Scheme, Host: u.Host, Proto: "HTTP/1.1", URI: u.RequestURI(),
		Header: http.Header{}, RemoteAddr: "192.0.2.1:50000", Form: edge.FormOrigin,
	}
	v.Fields = []policy.Field{{Name: "Host", Value: v.Host}}
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, "Host") {
			v.Host, v.Fields[0].Value = f.Value, f.Value
			continue
		}
		v.Header.Add(f.Name, f.Value)
		v.Fields = append(v.Fields, f)
	}
	return v, u, nil
}

func originOf(e *edge.Edge, l *edge.Location, v *edge.ViewerRequest, b *distribution.CacheBehavior, after *edge.AfterFunction, choice policy.OriginChoice) Origin {
	plan := e.PlanChoice(l, after.Request, b, choice, exchangeID)
	o := plan.Origin
	scheme := "http"
	if plan.Target.TLS {
		scheme = "https"
	}
	out := Origin{
		ID: o.ID, Backend: o.Backend, Address: fmt.Sprintf("%s://%s:%d", scheme, plan.Target.Host, plan.Target.Port),
		Method: plan.Request.Method, URI: plan.Request.RequestURI, HostForwarded: plan.HostForwarded, Findings: plan.Findings,
	}
	for _, f := range plan.Request.Header {
		if strings.EqualFold(f.Name, "Host") {
			out.Host = f.Value
		}
	}
	if plan.Target.TLS {
		out.SNI, out.AcceptedNames = plan.Target.SNI, plan.Target.AcceptedNames
		for _, p := range o.SSLProtocols {
			out.Protocols = append(out.Protocols, string(p))
		}
	}
	if c := o.AccessControl; c != nil {
		out.Signed = fmt.Sprintf("origin access control %s (%s): %s", cmp.Or(c.Name, c.ID), c.OriginType, c.SigningBehavior)
	} else if o.AccessControlID != "" {
		out.Signed = "origin access control " + o.AccessControlID
	}
	record := recording.Exchange{
		Viewer:  recording.Viewer{Method: v.Method, Host: v.Host, URI: v.URI, Header: v.Header, Fields: v.Fields},
		Sent:    &recording.Sent{Method: plan.Request.Method, URI: plan.Request.RequestURI, Header: plan.Request.Header},
		Changes: slices.Concat(byFunction(after), plan.Changes),
	}
	for _, c := range record.AllChanges() {
		if c.Leg == policy.LegRequest {
			out.Changes = append(out.Changes, c)
		}
	}
	return out
}
