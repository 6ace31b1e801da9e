package explain

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// behaviorOf explains why a behavior was selected.
func behaviorOf(d *distribution.Distribution, b *distribution.CacheBehavior, path string) *Behavior {
	out := &Behavior{PathPattern: b.PathPattern, Of: len(d.Behaviors) + 1, PassedOver: []string{}, AlsoMatching: []string{}}
	out.Number = out.Of
	for i := range d.Behaviors {
		other := &d.Behaviors[i]
		switch {
		case other == b:
			out.Number = i + 1
		case out.Number == out.Of:
			out.PassedOver = append(out.PassedOver, other.PathPattern)
		case distribution.PathMatches(other.PathPattern, path):
			out.AlsoMatching = append(out.AlsoMatching, other.PathPattern)
		}
	}
	switch {
	case out.Number == out.Of && out.Of == 1:
		out.Why = "it is the only one"
	case out.Number == out.Of:
		out.Why = "no path pattern matches, so the default behavior answers"
	case len(out.AlsoMatching) > 0:
		out.Why = fmt.Sprintf("it is the first that matches: %s behind it would, too", strings.Join(out.AlsoMatching, ", "))
	default:
		out.Why = "it is the first that matches"
	}
	var trusted []string
	if b.TrustedKeyGroups.Enabled {
		trusted = append(trusted, "key groups "+strings.Join(b.TrustedKeyGroups.IDs, ", "))
	}
	if b.TrustedSigners.Enabled {
		trusted = append(trusted, "accounts "+strings.Join(b.TrustedSigners.Accounts, ", "))
	}
	out.SignedURLs = strings.Join(trusted, "; ")
	return out
}

func policiesOf(b *distribution.CacheBehavior) *Policies {
	p := &Policies{Legacy: b.ForwardedValues != nil && b.CachePolicy == nil}
	if c := b.CachePolicy; c != nil {
		p.Cache = named(c.Name, c.ID, c.Unresolved)
	}
	if o := b.OriginRequestPolicy; o != nil {
		p.OriginRequest = named(o.Name, o.ID, o.Unresolved)
	}
	if r := b.ResponseHeadersPolicy; r != nil {
		p.ResponseHeaders = named(r.Name, r.ID, r.Unresolved)
	}
	return p
}

func named(name, id string, unknown bool) string {
	text := cmp.Or(name, id)
	if unknown {
		text += " (its settings are not known)"
	}
	return text
}

// functionsOf lists the functions of a behavior in the order in which they run.
func functionsOf(b *distribution.CacheBehavior) []Function {
	list := []Function{}
	for _, event := range []string{"viewer-request", "origin-request", "origin-response", "viewer-response"} {
		for _, f := range b.Functions {
			if f.EventType == event {
				drawn := Function{Event: event, Name: f.ARN, Kind: "CloudFront Functions"}
				if f.Function != nil {
					drawn.Name, drawn.Code = cmp.Or(f.Function.Name, f.ARN), f.Function.Code != ""
				}
				list = append(list, drawn)
			}
		}
		for _, f := range b.Lambdas {
			if f.EventType == event {
				list = append(list, Function{Event: event, Name: f.ARN, Kind: "Lambda@Edge"})
			}
		}
	}
	return list
}

func cacheOf(e *edge.Edge, l *edge.Location, v *edge.ViewerRequest, b *distribution.CacheBehavior) *Cache {
	c := &Cache{Key: policy.CacheKey(policy.RequestFacts{
		Method: v.Method, Host: v.Host, URI: v.URI, Proto: v.Proto, Header: v.Header, Fields: v.Fields, RemoteAddr: v.RemoteAddr, Scheme: v.Scheme,
		Geography: e.Geography, DefaultRootObject: l.Distribution.DefaultRootObject, Behavior: b,
	})}
	switch {
	case b.CachePolicy != nil:
		c.MinTTL, c.DefaultTTL, c.MaxTTL = b.CachePolicy.MinTTL, b.CachePolicy.DefaultTTL, b.CachePolicy.MaxTTL
	case b.ForwardedValues != nil:
		c.MinTTL, c.DefaultTTL, c.MaxTTL = b.ForwardedValues.MinTTL, b.ForwardedValues.DefaultTTL, b.ForwardedValues.MaxTTL
	}
	cached := slices.Contains(b.CachedMethods, v.Method) || v.Method == http.MethodHead
	c.Cacheable = cached && c.MaxTTL > 0
	return c
}
