package policy

import (
	"net/http"
	"strings"
)

// ExplainCompression explains why a response that users expect to be compressed
// is not. Either only its length prevents it (CF-COMP-10), although it has a
// listed type and the viewer accepts an enabled format; or it comes from nginx,
// which by default compresses nothing for a proxy (CF-REQ-62). It returns false
// for all others.
func ExplainCompression(f CompressionFacts, c Compression) (Finding, bool) {
	if c.Encoding == "" && !f.Behavior.Compress && leftByNginx(&f) {
		return Finding{
			Rule: "CF-REQ-62", Verdict: Warn, Inferred: true, Subject: "compression",
			Observed: "the origin, nginx, did not compress: the request has Via, for which nginx's gzip_proxied leaves it out by default",
			Expected: "a compressed response", Hint: "set gzip_proxied any in nginx, or let the behavior compress (Compress, with gzip and Brotli enabled in its cache policy)",
		}, true
	}
	if c.Encoding != "" || !f.Behavior.Compress || f.Method == http.MethodHead || f.ContentLength >= 0 && f.ContentLength <= CompressionMax {
		return Finding{}, false
	}
	sized := f
	sized.ContentLength = CompressionMin
	if DecideCompression(sized).Encoding == "" {
		return Finding{}, false
	}
	hint := "let the origin compress it, or send it in parts below 10 MB"
	if f.ContentLength < 0 {
		hint = "let the origin send Content-Length instead of chunks, or compress by itself: servers that see Via may not (nginx: gzip_proxied any)"
	}
	return Finding{
		Rule: "CF-COMP-10", Verdict: Warn, Subject: "compression", Observed: "the response was not compressed: " + strings.TrimSpace(c.Why),
		Expected: "a Content-Length of 1,000 to 10,000,000 bytes", Hint: hint,
	}, true
}

// leftByNginx reports whether nginx should have compressed a response for the viewer
// itself: it is of a listed type, long enough, and not compressed.
func leftByNginx(f *CompressionFacts) bool {
	length := f.ContentLength < 0 || f.ContentLength >= CompressionMin
	contentType, _, _ := strings.Cut(f.Header.Get("Content-Type"), ";")
	return f.Method != http.MethodHead && f.Status == http.StatusOK && length && strings.HasPrefix(f.Header.Get("Server"), "nginx") &&
		f.Header.Get("Content-Encoding") == "" && hasToken(f.Request["Accept-Encoding"], "gzip") && compressedTypes[strings.ToLower(strings.TrimSpace(contentType))]
}
