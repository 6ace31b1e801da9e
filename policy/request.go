package policy

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// RequestFacts is what the origin request is built from.
type RequestFacts struct {
	// Method, Host, URI, Proto and Header are those of the viewer's request. URI is
	// the path and query as sent; Proto is e.g. "HTTP/1.1".
	Method, Host, URI, Proto string
	Header                   http.Header
	// Scheme is the viewer's scheme, "http" or "https".
	Scheme string
	// TLS is the viewer's TLS connection; nil over HTTP.
	TLS *ViewerTLS
	// RemoteAddr is the viewer's ip:port.
	RemoteAddr string
	// Fields are all of the viewer's fields in their original order and letter case,
	// including Host; nil if that is not known. Header decides which of them count.
	Fields []Field
	// Geography holds the values of the CloudFront-Viewer-* fields that describe the
	// viewer's location, by field name. Missing ones get a placeholder.
	Geography map[string]string
	// HostChosen is the Host that a function set for the origin; "" if none did
	// (CF-NAME-07, CF-NAME-09).
	HostChosen string
	// ErrorURI is the URI of the viewer's own request in a request for a custom
	// error page (CF-HDR-16); "" in all other requests.
	ErrorURI string
	// WebSocket says that the request is a WebSocket upgrade (CF-WS-01).
	WebSocket bool
	// GRPC says that the request is a gRPC call, which is forwarded over HTTP/2
	// (CF-GRPC-01).
	GRPC bool
	// ID is the exchange's X-Amz-Cf-Id; EdgeHost is the edge's own name in Via.
	ID, EdgeHost string
	// DefaultRootObject is that of the distribution.
	DefaultRootObject string
	Behavior          *distribution.CacheBehavior
	Origin            *distribution.Origin
	// Log receives the changes made by the settings. Default: none.
	Log *ChangeLog
}

// OriginRequest is the request to the origin, without its framing.
type OriginRequest struct {
	Method string
	URI    string
	// HostForwarded says that Host is the viewer's Host, not the origin's name.
	HostForwarded bool
	// Header holds all fields in the order in which they are sent: Host and the
	// fields that the edge sets itself, then the viewer's in the viewer's order and
	// letter case, then the origin's custom headers. That order is inferred.
	Header []Field
}

// UserAgent is the User-Agent that an origin gets if the viewer's is not
// forwarded (CF-REQ-55).
const UserAgent = "Amazon CloudFront"

// BuildRequest builds the origin request from the viewer's request (CF-REQ,
// CF-HDR, CF-COOKIE, CF-QS): what the policies select and what is always sent,
// then the origin's custom headers, which override both. No field of the result
// contains a byte that would end the field on the wire.
func BuildRequest(f RequestFacts) OriginRequest {
	s := selectionOf(f.Behavior)
	out := OriginRequest{Method: f.Method, URI: s.uri(&f)}
	host := originHost(f.Origin.DomainName)
	if f.HostChosen != "" {
		host = f.HostChosen
	} else if f.Host != "" && isFieldValue(f.Host) && s.header("Host") {
		host, out.HostForwarded = f.Host, true
	}
	edgeNames := s.cloudFrontNames()
	fields := make([]Field, 0, max(len(f.Header), len(f.Fields))+len(f.Origin.CustomHeaders)+edgeNames.len()+7)
	fields = append(fields,
		Field{"Host", host},
		Field{"X-Amz-Cf-Id", f.ID},                 // CF-REQ-57
		Field{"X-Forwarded-For", forwardedFor(&f)}, // CF-REQ-58
		Field{"Via", via(&f)},                      // CF-REQ-62
	)
	switch {
	case f.WebSocket:
		fields = append(fields, Field{"Connection", "Upgrade"}, Field{"Upgrade", "websocket"}) // CF-REQ-52
	case f.GRPC:
		fields = append(fields, Field{"TE", "trailers"}) // gRPC over HTTP/2 requires it; that the edge sends it is inferred
	default:
		fields = append(fields, Field{"Connection", "Keep-Alive"}) // CF-REQ-53, CF-CONN-19
	}
	fields = edgeNames.appendTo(fields, &f)
	fields = s.viewerFields(fields, &f)
	out.Header = withCustomHeaders(fields, f.Origin.CustomHeaders, f.Log)
	return out
}

// ForwardsHost reports whether the behavior forwards the viewer's Host to the
// origin.
func ForwardsHost(b *distribution.CacheBehavior) bool {
	s := selectionOf(b)
	return s.header("Host")
}

// ForwardsCookies reports whether the behavior forwards any cookies
// (CF-COOKIE-01).
func ForwardsCookies(b *distribution.CacheBehavior) bool {
	s := selectionOf(b)
	return s.cacheCookies.Behavior != distribution.SelectNone || s.cookies.Behavior != distribution.SelectNone
}

// originHost returns the Host field for an origin's name (CF-REQ-54), without its port
// (inferred, see CF-NAME-16). An IPv6 address is put in brackets.
func originHost(name string) string {
	if strings.Contains(name, ":") && !strings.HasPrefix(name, "[") {
		return "[" + name + "]"
	}
	return name
}

// viewerFields appends the viewer's fields that are forwarded, in their original order and
// letter case. What the edge rewrites takes the place of the field's first occurrence, in
// the usual letter case.
func (s *selection) viewerFields(fields []Field, f *RequestFacts) []Field {
	if f.Fields == nil {
		return s.sortedViewerFields(fields, f)
	}
	if len(f.Header["User-Agent"]) == 0 {
		f.logField(s, "User-Agent", nil, edgeUserAgent)
		fields = append(fields, Field{"User-Agent", UserAgent}) // CF-REQ-55: added if missing
	}
	rewritten := map[string]bool(nil)
	for i := range f.Fields {
		field := f.Fields[i]
		name := http.CanonicalHeaderKey(field.Name)
		came := f.Header[name]
		if len(came) == 0 || rewritten[name] { // Host, and what must not be forwarded
			continue
		}
		values := s.values(name, f)
		if len(values) == len(came) && &values[0] == &came[0] {
			if isFieldName(field.Name) && isFieldValue(field.Value) {
				fields = append(fields, field)
			}
			continue
		}
		if len(came) > 1 {
			if rewritten == nil {
				rewritten = make(map[string]bool)
			}
			rewritten[name] = true
		}
		f.logField(s, name, came, values)
		fields = appendFields(fields, name, values)
	}
	return fields
}

// sortedViewerFields is viewerFields for an unknown order: sorted by name.
func (s *selection) sortedViewerFields(fields []Field, f *RequestFacts) []Field {
	var space [24]string
	names := space[:0]
	for name := range f.Header {
		names = append(names, name)
	}
	if len(f.Header["User-Agent"]) == 0 && !slices.Contains(names, "User-Agent") {
		names = append(names, "User-Agent") // CF-REQ-55
	}
	slices.Sort(names)
	for _, name := range names {
		values := s.values(name, f)
		f.logField(s, name, f.Header[name], values)
		fields = appendFields(fields, name, values)
	}
	return fields
}

// appendFields appends a field for each value that can be sent.
func appendFields(fields []Field, name string, values []string) []Field {
	for _, v := range values {
		if isFieldValue(v) && isFieldName(name) {
			fields = append(fields, Field{name, v})
		}
	}
	return fields
}

var edgeUserAgent = []string{UserAgent}

// values returns the values with which a field of the viewer goes to the origin; none if it
// is not forwarded.
func (s *selection) values(name string, f *RequestFacts) []string {
	values := f.Header[name]
	switch name {
	case "User-Agent":
		if len(values) == 0 || !s.header(name) {
			return edgeUserAgent
		}
		return values // CF-REQ-56
	case "Cookie":
		return s.cookieHeader(values)
	case "Accept-Encoding":
		return s.acceptEncoding(values, f)
	case "Content-Type":
		if f.GRPC {
			return values // otherwise it would not be a gRPC call; inferred
		}
	case "Range", "If-Range":
		if f.Method == "GET" {
			return s.rangeField(name, f)
		}
	}
	if len(values) == 0 {
		return nil
	}
	d := s.decide(name, f.Method)
	if !d.Sent || d.Treatment == HeaderWritten || d.Treatment == HeaderFraming {
		return nil
	}
	return values
}
