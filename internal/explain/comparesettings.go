package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// picture compares two pictures of the same admitted request.
func (c *comparison) picture(shown string, was, is *Picture) {
	differs := func(what, a, b string) {
		if a != b {
			c.add(shown, "%s: %s → %s", what, cmp.Or(a, "none"), cmp.Or(b, "none"))
		}
	}
	differs("a signature is needed by", was.Behavior.SignedURLs, is.Behavior.SignedURLs)
	differs("response headers policy", was.Policies.ResponseHeaders, is.Policies.ResponseHeaders)
	differs("functions", functionNames(was.Functions), functionNames(is.Functions))
	differs("cache key of a request", strings.ReplaceAll(was.Cache.Key, "\n", " | "), strings.ReplaceAll(is.Cache.Key, "\n", " | "))
	differs("kept for (min, default, max seconds)", ttls(was.Cache), ttls(is.Cache))
	if len(was.Origins) != len(is.Origins) {
		differs("goes to", addresses(was.Origins), addresses(is.Origins))
		return
	}
	for i := range was.Origins {
		a, b := &was.Origins[i], &is.Origins[i]
		differs("goes to", a.Address, b.Address)
		differs("path at the origin", a.URI, b.URI)
		differs("Host at the origin", a.Host, b.Host)
		differs("SNI", a.SNI, b.SNI)
		differs("TLS versions offered", strings.Join(a.Protocols, ", "), strings.Join(b.Protocols, ", "))
		differs("signed by", a.Signed, b.Signed)
		differs("next origin after", fmt.Sprint(a.FailoverOn), fmt.Sprint(b.FailoverOn))
		c.fields(shown, a.Changes, b.Changes)
	}
}

// fields compares what the origin gets.
func (c *comparison) fields(shown string, was, is []policy.Change) {
	sent := func(list []policy.Change) map[string]string {
		out := map[string]string{}
		for _, f := range list {
			if f.Kind != policy.ChangeDropped && f.Field != "uri" && f.Field != "Host" && f.Field != "X-Amz-Cf-Id" {
				out[f.Field] = f.To
			}
		}
		return out
	}
	a, b := sent(was), sent(is)
	var lost, gained, other []string
	for name, value := range a {
		switch now, ok := b[name]; {
		case !ok:
			lost = append(lost, name)
		case now != value:
			other = append(other, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			gained = append(gained, name)
		}
	}
	for _, l := range []struct {
		names []string
		what  string
	}{{lost, "the origin no longer gets"}, {gained, "the origin now gets"}, {other, "the origin gets another value of"}} {
		if len(l.names) > 0 {
			slices.Sort(l.names)
			c.add(shown, "%s %s", l.what, strings.Join(l.names, ", "))
		}
	}
}

func functionNames(list []Function) string {
	var names []string
	for _, f := range list {
		names = append(names, f.Event+" "+f.Name)
	}
	return strings.Join(names, ", ")
}

func ttls(c *Cache) string { return fmt.Sprintf("%d, %d, %d", c.MinTTL, c.DefaultTTL, c.MaxTTL) }

func addresses(list []Origin) string {
	var names []string
	for _, o := range list {
		names = append(names, o.Address)
	}
	return strings.Join(names, " then ")
}

// distributions compares settings that no single request shows: those of the first
// distribution of each.
func (c *comparison) distributions() {
	was, is := first(c.before), first(c.after)
	differs := func(what, a, b string) {
		if a != b {
			c.add("every request", "%s: %s → %s", what, cmp.Or(a, "none"), cmp.Or(b, "none"))
		}
	}
	differs("answered at all", fmt.Sprint(was.Enabled), fmt.Sprint(is.Enabled))
	differs("default root object", was.DefaultRootObject, is.DefaultRootObject)
	differs("newest HTTP version", was.HTTPVersion, is.HTTPVersion)
	differs("countries", geo(was), geo(is))
	differs("security policy for viewers", was.ViewerCertificate.MinimumProtocolVersion, is.ViewerCertificate.MinimumProtocolVersion)
	differs("web ACL", was.WebACLID, is.WebACLID)
	customErrors(c, was, is)
	for i := range is.Origins {
		b := &is.Origins[i]
		a, ok := was.Origin(b.ID)
		if !ok {
			continue
		}
		request := "requests to origin " + b.ID
		for _, s := range []struct{ what, a, b string }{
			{"connection attempts", fmt.Sprint(a.ConnectionAttempts), fmt.Sprint(b.ConnectionAttempts)},
			{"connection timeout", a.ConnectionTimeout.String(), b.ConnectionTimeout.String()},
			{"response timeout", a.ResponseTimeout.String(), b.ResponseTimeout.String()},
			{"keep-alive timeout", a.KeepaliveTimeout.String(), b.KeepaliveTimeout.String()},
			{"response completion timeout", a.ResponseCompletionTimeout.String(), b.ResponseCompletionTimeout.String()},
			{"address family", string(a.IPAddressType), string(b.IPAddressType)},
		} {
			if s.a != s.b {
				c.add(request, "%s: %s → %s", s.what, s.a, s.b)
			}
		}
	}
}

// customErrors compares what viewers get for errors of the origin.
func customErrors(c *comparison, was, is *distribution.Distribution) {
	pages := func(d *distribution.Distribution) map[int]string {
		out := map[int]string{}
		for _, e := range d.CustomErrors {
			text := "CloudFront's answer"
			if e.ResponsePagePath != "" {
				text = fmt.Sprintf("%s as %d", e.ResponsePagePath, e.ResponseCode)
			}
			out[e.ErrorCode] = fmt.Sprintf("%s, kept for %d s", text, e.ErrorCachingMinTTL)
		}
		return out
	}
	a, b := pages(was), pages(is)
	var codes []int
	for code := range a {
		codes = append(codes, code)
	}
	for code := range b {
		if _, ok := a[code]; !ok {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	for _, code := range codes {
		if a[code] != b[code] {
			c.add(fmt.Sprintf("an answer of %d", code), "%s → %s", cmp.Or(a[code], "passed on"), cmp.Or(b[code], "passed on"))
		}
	}
}

func geo(d *distribution.Distribution) string {
	if d.GeoRestriction.Type == "" || d.GeoRestriction.Type == "none" {
		return "all"
	}
	return d.GeoRestriction.Type + " " + strings.Join(d.GeoRestriction.Countries, ", ")
}

// first returns the distribution for Hosts that name none.
func first(e *edge.Edge) *distribution.Distribution { return e.Locations()[0].Distribution }
