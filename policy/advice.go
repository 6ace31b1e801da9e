package policy

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// AdviceFacts is what is known of an exchange with an origin, for advice about
// the likely reason for its outcome. Advice decides nothing: the viewer's
// response has been determined by then.
type AdviceFacts struct {
	Behavior *distribution.CacheBehavior
	Origin   *distribution.Origin
	// Method, Scheme, Host, URI and Header are the viewer's.
	Method, Scheme, Host, URI string
	Header                    http.Header
	// Secure says that the origin request used HTTPS; Sent holds its fields.
	Secure bool
	Sent   []Field
	// SentURI is the path and query of the origin request; Changes are the changes
	// that the settings made to the viewer's request.
	SentURI string
	Changes []Change
	// Status and Location are the origin's; Status is 0 if there was no response.
	// Answer holds the response fields, and Body the beginning of the body, as far
	// as it is inspected.
	Status   int
	Location string
	Answer   http.Header
	Body     []byte
	// MadeUp says that the path was made up by edgesim, so it means nothing if the
	// origin does not have it.
	MadeUp bool
	// Serves reports whether a host is one of the distribution's names; nil if it
	// has none.
	Serves func(host string) bool
	// Carries reports whether the origin's certificate covers a name; nil if the
	// origin sent none.
	Carries func(name string) bool
}

// hostSent returns the Host that the origin got.
func (f *AdviceFacts) hostSent() string {
	for _, field := range f.Sent {
		if strings.EqualFold(field.Name, "Host") {
			return field.Value
		}
	}
	return ""
}

// hostForwarded reports whether the Host sent was the viewer's, not the origin's name.
func (f *AdviceFacts) hostForwarded() bool {
	return ForwardsHost(f.Behavior) && !strings.EqualFold(canonicalName(hostOnly(f.Host)), canonicalName(f.Origin.DomainName))
}

// hostOnly removes the port from a Host.
func hostOnly(host string) string {
	if inside, ok := strings.CutPrefix(host, "["); ok {
		inside, _, _ = strings.Cut(inside, "]")
		return inside
	}
	name, _, _ := strings.Cut(host, ":")
	return name
}

// selectedBy names the setting that sends a field to the origin, with the name
// of the policy, e.g. `the origin request policy AllViewer of the behavior "*"`.
func selectedBy(b *distribution.CacheBehavior, field string) string {
	s := selectionOf(b)
	by := "the " + s.selectedBy(field)
	switch {
	case by == "the cache policy" && b.CachePolicy != nil:
		by += " " + policyName(b.CachePolicy.Name, b.CachePolicy.ID)
	case by == "the origin request policy" && b.OriginRequestPolicy != nil:
		by += " " + policyName(b.OriginRequestPolicy.Name, b.OriginRequestPolicy.ID)
	}
	return fmt.Sprintf("%s of the behavior %q", by, b.PathPattern)
}

// policyName returns the name of a policy, or its id if it has no name.
func policyName(name, id string) string {
	switch {
	case name != "":
		return name
	case id != "":
		return id
	}
	return "without a name"
}

// settingsOf names the settings that choose what a behavior forwards.
func settingsOf(b *distribution.CacheBehavior) string {
	if b.CachePolicy == nil {
		return "the forwarded values"
	}
	text := "neither the cache policy " + policyName(b.CachePolicy.Name, b.CachePolicy.ID)
	if p := b.OriginRequestPolicy; p != nil {
		return text + " nor the origin request policy " + policyName(p.Name, p.ID)
	}
	return text + " nor an origin request policy, as none is attached,"
}
