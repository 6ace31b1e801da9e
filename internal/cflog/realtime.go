package cflog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/originconn"
)

// longest is where the real-time log truncates cookies and headers, in bytes (CF-LOG-15).
const longest = 800

// realTime are the fields of the real-time log, in order (CF-LOG-14).
var realTime = []column{
	{"timestamp", func(l *line) string { return fmt.Sprintf("%d.%03d", l.end.Unix(), l.end.Nanosecond()/1e6) }},
	{"c-ip", viewerIP},
	{"s-ip", unseen},
	{"time-to-first-byte", timeToFirstByte},
	{"sc-status", status},
	{"sc-bytes", bytesSent},
	{"cs-method", method},
	{"cs-protocol", protocol},
	{"cs-host", viewerHost}, // x-host-header in the standard log
	{"cs-uri-stem", func(l *line) string { return encode(l.e.Viewer.URI) }}, // with the query (CF-LOG-16)
	{"cs-bytes", bytesReceived},
	{"x-edge-location", location},
	{"x-edge-request-id", requestID},
	{"x-host-header", domain},
	{"time-taken", timeTaken},
	{"cs-protocol-version", protocolVersion},
	{"c-ip-version", ipVersion},
	{"cs-user-agent", requestField("User-Agent")},
	{"cs-referer", requestField("Referer")},
	{"cs-cookie", func(l *line) string { return encode(cut(joined(l.e.Viewer.Header, "Cookie"))) }},
	{"cs-uri-query", query},
	{"x-edge-response-result-type", responseResultType},
	{"x-forwarded-for", requestField("X-Forwarded-For")},
	{"ssl-protocol", tlsVersion},
	{"ssl-cipher", tlsCipher},
	{"x-edge-result-type", resultType},
	{"fle-encrypted-fields", unseen},
	{"fle-status", unseen},
	{"sc-content-type", responseField("Content-Type")},
	{"sc-content-len", contentLength},
	{"sc-range-start", func(l *line) string { start, _ := contentRange(l); return start }},
	{"sc-range-end", func(l *line) string { _, end := contentRange(l); return end }},
	{"c-port", viewerPort},
	{"x-edge-detailed-result-type", detailedResultType},
	{"c-country", unseen},
	{"cs-accept-encoding", requestField("Accept-Encoding")},
	{"cs-accept", requestField("Accept")},
	{"cache-behavior-path-pattern", func(l *line) string { return encode(l.e.Behavior) }},
	{"cs-headers", func(l *line) string {
		return encode(cut(l.headers(func(name, value string) string { return name + ":" + value })))
	}},
	{"cs-header-names", func(l *line) string {
		return encode(cut(l.headers(func(name, _ string) string { return name })))
	}},
	{"cs-headers-count", func(l *line) string { return strconv.Itoa(len(l.fields())) }},
	{"primary-distribution-id", unseen},
	{"primary-distribution-dns-name", unseen},
	{"origin-fbl", func(l *line) string { return l.origin(0) }},
	{"origin-lbl", func(l *line) string { return l.origin(l.e.Duration - l.e.FirstByte) }},
	{"asn", unseen},
	{"cmcd-encoded-bitrate", unseen},
	{"cmcd-buffer-length", unseen},
	{"cmcd-buffer-starvation", unseen},
	{"cmcd-content-id", unseen},
	{"cmcd-object-duration", unseen},
	{"cmcd-deadline", unseen},
	{"cmcd-measured-throughput", unseen},
	{"cmcd-next-object-request", unseen},
	{"cmcd-next-range-request", unseen},
	{"cmcd-object-type", unseen},
	{"cmcd-playback-rate", unseen},
	{"cmcd-requested-maximum-throughput", unseen},
	{"cmcd-streaming-format", unseen},
	{"cmcd-session-id", unseen},
	{"cmcd-stream-type", unseen},
	{"cmcd-startup", unseen},
	{"cmcd-top-bitrate", unseen},
	{"cmcd-version", unseen},
	{"r-host", originHost},
	{"sr-reason", failover},
	{"x-edge-mqcs", unseen},
	{"distribution-tenant-id", unseen},
	{"connection-id", unseen},
	{"viewer-request-log-data", unseen},
	{"viewer-response-log-data", unseen},
}

// RealTimeFields returns the names of all fields of the real-time log, in order.
func RealTimeFields() []string {
	names := make([]string, len(realTime))
	for i := range realTime {
		names[i] = realTime[i].name
	}
	return names
}

// choose returns the columns with the given names, in the order of the log and not of the
// names (CF-LOG-14). No names means all.
func choose(names []string) ([]column, error) {
	if len(names) == 0 {
		return realTime, nil
	}
	known := RealTimeFields()
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the real-time log has no field %q; it has %s", name, strings.Join(known, ", "))
		}
	}
	var chosen []column
	for _, c := range realTime {
		if slices.Contains(names, c.name) {
			chosen = append(chosen, c)
		}
	}
	return chosen, nil
}

// cut truncates a value where the log does.
func cut(text string) string { return text[:min(len(text), longest)] }

// headers lists the viewer's fields, one per line, formatted by format.
func (l *line) headers(format func(name, value string) string) string {
	var b strings.Builder
	for _, f := range l.fields() {
		b.WriteString(format(f.Name, f.Value) + "\n")
	}
	return b.String()
}

// origin is the time to the origin's first byte, plus more, in seconds.
func (l *line) origin(more time.Duration) string {
	a := l.last()
	if a == nil || a.Cause != nil && l.e.Response.OriginHead == "" {
		return ""
	}
	return fmt.Sprintf("%.3f", (a.Phases.Send + a.Phases.Wait + more).Seconds())
}

// last is the last attempt.
func (l *line) last() *originconn.Attempt {
	if n := len(l.e.Attempts); n > 0 {
		return l.e.Attempts[n-1]
	}
	return nil
}
