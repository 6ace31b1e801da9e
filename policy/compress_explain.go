package policy

import (
	"net/http"
	"strings"
)

// ExplainCompression tells why a response is not compressed of which people
// expect it: one of a listed type, for a viewer that accepts a format that is
// enabled, that only its length keeps from it (CF-COMP-10). It returns false for
// every other.
func ExplainCompression(f CompressionFacts, c Compression) (Finding, bool) {
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
