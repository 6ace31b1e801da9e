package cflog

// column is one field of a log.
type column struct {
	name  string
	value func(*line) string
}

// standard are the fields of the standard log, in order (CF-LOG-01). The two added by the
// newest page (distribution-tenant-id, connection-id) are not known to be in the legacy
// form.
var standard = []column{
	{"date", func(l *line) string { return l.end.Format("2006-01-02") }},
	{"time", func(l *line) string { return l.end.Format("15:04:05") }},
	{"x-edge-location", location},
	{"sc-bytes", bytesSent},
	{"c-ip", viewerIP},
	{"cs-method", method},
	{"cs(Host)", domain},
	{"cs-uri-stem", func(l *line) string { return encode(l.path) }}, // without the query (CF-LOG-16)
	{"sc-status", status},
	{"cs(Referer)", requestField("Referer")},
	{"cs(User-Agent)", requestField("User-Agent")},
	{"cs-uri-query", query},
	{"cs(Cookie)", func(l *line) string {
		if !l.options.Cookies {
			return ""
		}
		return encode(joined(l.e.Viewer.Header, "Cookie"))
	}},
	{"x-edge-result-type", resultType},
	{"x-edge-request-id", requestID},
	{"x-host-header", viewerHost},
	{"cs-protocol", protocol},
	{"cs-bytes", bytesReceived},
	{"time-taken", timeTaken},
	{"x-forwarded-for", requestField("X-Forwarded-For")},
	{"ssl-protocol", tlsVersion},
	{"ssl-cipher", tlsCipher},
	{"x-edge-response-result-type", responseResultType},
	{"cs-protocol-version", protocolVersion},
	{"fle-status", unseen},
	{"fle-encrypted-fields", unseen},
	{"c-port", viewerPort},
	{"time-to-first-byte", timeToFirstByte},
	{"x-edge-detailed-result-type", detailedResultType},
	{"sc-content-type", responseField("Content-Type")},
	{"sc-content-len", contentLength},
	{"sc-range-start", func(l *line) string { start, _ := contentRange(l); return start }},
	{"sc-range-end", func(l *line) string { _, end := contentRange(l); return end }},
}
