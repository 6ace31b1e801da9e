package cflog

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// line is one request to be logged.
type line struct {
	e       *recording.Exchange
	options *Options
	end     time.Time
	// path and query are the parts of the viewer's target.
	path, query string
	ip, port    string
}

func newLine(e *recording.Exchange, o *Options) *line {
	l := &line{e: e, options: o, end: e.Start.Add(e.Duration).UTC()}
	l.path, l.query, _ = strings.Cut(e.Viewer.URI, "?")
	if ip, port, err := net.SplitHostPort(e.Viewer.Address); err == nil {
		l.ip, l.port = ip, port
	}
	return l
}

// unseen is a field of which edgesim has nothing.
func unseen(*line) string { return "" }

func location(l *line) string   { return encode(l.e.Response.Header.Get("X-Amz-Cf-Pop")) }
func viewerIP(l *line) string   { return l.ip }
func viewerPort(l *line) string { return l.port }
func method(l *line) string     { return encode(l.e.Viewer.Method) }
func requestID(l *line) string  { return encode(l.e.ID) }
func viewerHost(l *line) string { return encode(l.e.Viewer.Host) }
func query(l *line) string      { return encode(l.query) }
func timeTaken(l *line) string  { return seconds(l.e.Duration) }
func resultType(l *line) string { return encode(l.e.ResultType) }

func timeToFirstByte(l *line) string    { return seconds(l.e.FirstByte) }
func detailedResultType(l *line) string { return encode(l.e.DetailedResultType) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(0, d.Seconds())) }

// domain is the name of the distribution, which a viewer may have asked for, too.
func domain(l *line) string {
	if l.options.Domain != "" {
		return encode(l.options.Domain)
	}
	host := l.e.Viewer.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.HasSuffix(strings.ToLower(host), ".cloudfront.net") {
		return encode(host)
	}
	return ""
}

// status is 000 where the viewer left, or was cut off, before an answer
// (CF-LOG-03).
func status(l *line) string {
	if c := l.e.Cause; c != nil && (c.Name == policy.CauseViewerAborted || c.Name == policy.CauseEdgeShutdown) && c.Stage != policy.StageBody {
		return "000"
	}
	return fmt.Sprintf("%03d", l.e.Response.Status)
}

// responseResultType is the classification just before the answer, which
// X-Cache follows (inferred); the one after the last byte may differ.
func responseResultType(l *line) string {
	if before, ok := strings.CutSuffix(l.e.Response.Header.Get("X-Cache"), " from cloudfront"); ok {
		return encode(before)
	}
	return resultType(l)
}

// protocol names the protocol within HTTP, too (CF-LOG-07).
func protocol(l *line) string {
	v := &l.e.Viewer
	if t := l.e.Tunnel; t != nil {
		return t.Protocol
	}
	if l.e.GRPC != nil {
		return "grpcs"
	}
	return encode(v.Scheme)
}

func protocolVersion(l *line) string { return encode(l.e.Viewer.Proto) }

func tlsVersion(l *line) string {
	if l.e.Viewer.TLSVersion == 0 {
		return ""
	}
	return tlswire.VersionName(l.e.Viewer.TLSVersion)
}

func tlsCipher(l *line) string {
	if l.e.Viewer.TLSCipher == 0 {
		return ""
	}
	return policy.OpenSSLName(l.e.Viewer.TLSCipher)
}

func ipVersion(l *line) string {
	switch ip := net.ParseIP(l.ip); {
	case ip == nil:
		return ""
	case ip.To4() != nil:
		return "IPv4"
	}
	return "IPv6"
}

// bytesSent counts the head as HTTP/1.1 has it, and what went through a tunnel.
func bytesSent(l *line) string {
	r := &l.e.Response
	n := int64(len("HTTP/1.1 200 \r\n\r\n")+len(http.StatusText(r.Status))+headerBytes(r.Header)) + r.BodyBytes
	if t := l.e.Tunnel; t != nil {
		n += t.FromOrigin
	}
	return strconv.FormatInt(n, 10)
}

// bytesReceived counts the head as HTTP/1.1 has it, and what went through a
// tunnel.
func bytesReceived(l *line) string {
	v := &l.e.Viewer
	n := int64(len(v.Method)+len(v.URI)+len("  HTTP/1.1\r\n\r\n")+len("Host: \r\n")+len(v.Host)+headerBytes(v.Header)) + v.BodyBytes
	if t := l.e.Tunnel; t != nil {
		n += t.FromViewer
	}
	return strconv.FormatInt(n, 10)
}

func headerBytes(h http.Header) int {
	n := 0
	for name, values := range h {
		for _, value := range values {
			n += len(name) + len(": \r\n") + len(value)
		}
	}
	return n
}

// contentLength is the length announced, or that of a page the edge made.
func contentLength(l *line) string {
	if length := l.e.Response.Header.Get("Content-Length"); length != "" {
		return encode(length)
	}
	made := l.e.ResultType == "Redirect" || l.e.Cause != nil && l.e.Cause.Stage != policy.StageBody
	if !made {
		return ""
	}
	return strconv.FormatInt(l.e.Response.BodyBytes, 10)
}

// contentRange is the first and the last byte of a part.
func contentRange(l *line) (start, end string) {
	value, ok := strings.CutPrefix(l.e.Response.Header.Get("Content-Range"), "bytes ")
	if !ok {
		return "", ""
	}
	span, _, _ := strings.Cut(value, "/")
	if span == "*" {
		return "", ""
	}
	start, end, _ = strings.Cut(span, "-")
	return encode(start), encode(end)
}

// requestField is a field of the viewer's request.
func requestField(name string) func(*line) string {
	return func(l *line) string { return encode(joined(l.e.Viewer.Header, name)) }
}

// responseField is a field of the response.
func responseField(name string) func(*line) string {
	return func(l *line) string { return encode(l.e.Response.Header.Get(name)) }
}

// joined is the value of a field that may stand more than once.
func joined(h http.Header, name string) string {
	separator := ", "
	if name == "Cookie" {
		separator = "; "
	}
	return strings.Join(h[name], separator)
}

// fields are the viewer's fields as they came, or, where their order is not
// known, in alphabetical order behind Host.
func (l *line) fields() []policy.Field {
	if len(l.e.Viewer.Fields) > 0 {
		return l.e.Viewer.Fields
	}
	fields := make([]policy.Field, 0, len(l.e.Viewer.Header)+1)
	for name, values := range l.e.Viewer.Header {
		for _, value := range values {
			fields = append(fields, policy.Field{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b policy.Field) int { return strings.Compare(a.Name, b.Name) })
	return slices.Insert(fields, 0, policy.Field{Name: "Host", Value: l.e.Viewer.Host})
}

// originHost is the last origin tried.
func originHost(l *line) string {
	if l.e.Sent == nil {
		return ""
	}
	host := l.e.Sent.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return encode(host)
}

// failover is why the second origin of a group was asked.
func failover(l *line) string {
	if len(l.e.Failover) == 0 {
		return ""
	}
	step := l.e.Failover[0]
	return encode("Failover:" + strconv.Itoa(policy.FailoverStatus(step.Status, step.Cause)))
}
