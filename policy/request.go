package policy

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// RequestFacts is what the origin request is built from.
type RequestFacts struct {
	// Method, Host, URI, Proto and Header are the viewer's; URI is path and
	// query as sent.
	Method, Host, URI, Proto string
	Header                   http.Header
	// RemoteAddr is the viewer's ip:port.
	RemoteAddr string
	// ID is the exchange's X-Amz-Cf-Id and EdgeHost the edge's own name for Via.
	ID, EdgeHost string
	// DefaultRootObject is the distribution's.
	DefaultRootObject string
	Behavior          *distribution.CacheBehavior
	Origin            *distribution.Origin
}

// OriginRequest is the request that goes to the origin, without its framing.
type OriginRequest struct {
	Method string
	URI    string
	// HostForwarded says that Host is the viewer's, not the origin's name.
	HostForwarded bool
	// Header are all fields in the order in which they are sent, Host first.
	Header []Field
}

// UserAgent is what an origin sees when the viewer's is not forwarded (CF-REQ-55).
const UserAgent = "Amazon CloudFront"

// BuildRequest builds the origin request from the viewer's (CF-REQ, CF-HDR,
// CF-COOKIE, CF-QS): what the policies select, what is always sent, and the
// origin's custom headers over all of it.
func BuildRequest(f RequestFacts) OriginRequest {
	s := selectionOf(f.Behavior)
	out := OriginRequest{Method: f.Method, URI: s.uri(f)}
	host := f.Origin.DomainName
	if s.header("Host") && f.Host != "" {
		host, out.HostForwarded = f.Host, true
	}
	fields := make([]Field, 0, len(f.Header)+len(f.Origin.CustomHeaders)+6)
	fields = append(fields, Field{"Host", host})
	fields = s.viewerFields(fields, f)
	fields = append(fields,
		Field{"X-Amz-Cf-Id", f.ID},
		Field{"X-Forwarded-For", forwardedFor(f)},
		Field{"Via", via(f)},
		Field{"Connection", "Keep-Alive"}, // CF-REQ-53, CF-CONN-19
	)
	out.Header = withCustomHeaders(fields, f.Origin.CustomHeaders)
	return out
}

// ForwardsHost says whether the behavior sends the viewer's Host to the origin.
func ForwardsHost(b *distribution.CacheBehavior) bool { return selectionOf(b).header("Host") }

// ForwardsCookies says whether the behavior forwards any cookie (CF-COOKIE-01).
func ForwardsCookies(b *distribution.CacheBehavior) bool {
	s := selectionOf(b)
	return s.cacheCookies.Behavior != distribution.SelectNone || s.cookies.Behavior != distribution.SelectNone
}

// viewerFields appends the viewer's fields that go on, sorted by name, as the
// order in which the viewer sent them is not known here.
func (s selection) viewerFields(fields []Field, f RequestFacts) []Field {
	names := make([]string, 0, len(f.Header)+1)
	for name := range f.Header {
		names = append(names, name)
	}
	if !slices.Contains(names, "User-Agent") {
		names = append(names, "User-Agent")
	}
	slices.Sort(names)
	for _, name := range names {
		values := f.Header[name]
		switch {
		case neverForwarded(name), len(values) == 0 && name != "User-Agent":
			continue
		case name == "User-Agent":
			if len(values) == 0 || !s.header(name) {
				values = []string{UserAgent}
			}
		case name == "Cookie":
			if values = s.cookieHeader(values); values == nil {
				continue
			}
		case name == "Accept-Encoding" && s.normalizes():
			if values = s.acceptEncoding(values, f.Proto); values == nil {
				continue
			}
		case !s.sends(name, f.Method):
			continue
		}
		for _, v := range values {
			fields = append(fields, Field{name, v})
		}
	}
	return fields
}

// neverForwarded names the fields that are removed or written by the edge,
// whatever the policies say (CF-REQ-44 to CF-REQ-53). Content-Length and
// Transfer-Encoding are the framing, which is written with the body.
func neverForwarded(name string) bool {
	switch name {
	case "Host", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
		"Te", "Trailer", "Upgrade", "X-Forwarded-Proto", "X-Real-Ip", "Content-Length", "Transfer-Encoding",
		"X-Forwarded-For", "X-Amz-Cf-Id", "Via":
		return true
	}
	return strings.HasPrefix(name, "X-Edge-")
}

// forwardedFor adds the viewer's address to X-Forwarded-For (CF-REQ-58, -59).
func forwardedFor(f RequestFacts) string {
	ip := f.RemoteAddr
	if ap, err := netip.ParseAddrPort(ip); err == nil {
		ip = ap.Addr().Unmap().WithZone("").String()
	}
	if before := f.Header["X-Forwarded-For"]; len(before) > 0 {
		return strings.Join(before, ",") + "," + ip
	}
	return ip
}

// via adds the edge's own entry (CF-REQ-62).
func via(f RequestFacts) string {
	version := strings.TrimPrefix(f.Proto, "HTTP/")
	entry := version + " " + f.EdgeHost + " (CloudFront)"
	if before := f.Header["Via"]; len(before) > 0 {
		return strings.Join(before, ", ") + ", " + entry
	}
	return entry
}

// withCustomHeaders sets the origin's custom headers over what the viewer sent
// (CF-HDR-01, CF-HDR-02).
func withCustomHeaders(fields []Field, custom []distribution.Header) []Field {
	for _, h := range custom {
		fields = slices.DeleteFunc(fields, func(f Field) bool { return strings.EqualFold(f.Name, h.Name) })
		fields = append(fields, Field(h))
	}
	return fields
}
