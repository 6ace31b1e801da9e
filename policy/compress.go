package policy

import (
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// The documented size limits, in bytes, of what the edge compresses (CF-COMP-10,
// CF-LIMIT-05).
const (
	CompressionMin = 1_000
	CompressionMax = 10_000_000
)

// compressedTypes are the content types that the edge compresses (CF-COMP-10), as listed on
// the page in its public sources of 2023.
var compressedTypes = map[string]bool{
	"application/dash+xml": true, "application/eot": true, "application/font": true, "application/font-sfnt": true,
	"application/javascript": true, "application/json": true, "application/opentype": true, "application/otf": true,
	"application/pkcs7-mime": true, "application/protobuf": true, "application/rss+xml": true, "application/truetype": true,
	"application/ttf": true, "application/vnd.apple.mpegurl": true, "application/vnd.ms-fontobject": true,
	"application/xhtml+xml": true, "application/xml": true, "application/x-font-opentype": true,
	"application/x-font-truetype": true, "application/x-font-ttf": true, "application/x-httpd-cgi": true,
	"application/x-javascript": true, "application/x-mpegurl": true, "application/x-opentype": true, "application/x-otf": true,
	"application/x-perl": true, "application/x-ttf": true, "font/eot": true, "font/opentype": true, "font/otf": true,
	"font/ttf": true, "image/svg+xml": true, "text/css": true, "text/csv": true, "text/html": true, "text/javascript": true,
	"text/js": true, "text/plain": true, "text/richtext": true, "text/tab-separated-values": true, "text/xml": true,
	"text/x-component": true, "text/x-java-source": true, "text/x-script": true, "vnd.apple.mpegurl": true,
}

// CompressionFacts is what decides whether the edge compresses a response.
type CompressionFacts struct {
	Behavior *distribution.CacheBehavior
	// Method, Proto and Request are those of the viewer's request.
	Method, Proto string
	Request       http.Header
	// Status, Header and ContentLength are those of the origin's response; -1 means
	// an unknown length.
	Status        int
	Header        http.Header
	ContentLength int64
}

// Compression is the decision about one response.
type Compression struct {
	// Encoding is "br" or "gzip", or "" for a response that is sent unchanged.
	Encoding string
	// Rule is the deciding rule; "" if compression is off.
	Rule RuleID
	// Why says in a few words why the response is not compressed.
	Why string
}

// DecideCompression decides whether and how the edge compresses a response
// (CF-COMP-09, CF-COMP-10, CF-COMP-11).
func DecideCompression(f CompressionFacts) Compression {
	if !f.Behavior.Compress { // the hot path
		return Compression{Why: "the behavior does not compress"}
	}
	s := selectionOf(f.Behavior)
	if !s.normalizes() {
		return Compression{Why: "the cache policy enables neither gzip nor Brotli"}
	}
	if why := uncompressible(&f); why != "" {
		return Compression{Rule: "CF-COMP-10", Why: why}
	}
	accepted := f.Request["Accept-Encoding"]
	switch {
	case f.Proto == "HTTP/1.0":
		return Compression{Rule: "CF-COMP-09", Why: "the viewer uses HTTP/1.0"}
	case s.brotli && accepts(accepted, "br"):
		return Compression{Encoding: "br", Rule: "CF-COMP-11"}
	case s.gzip && accepts(accepted, "gzip"):
		return Compression{Encoding: "gzip", Rule: "CF-COMP-10"}
	}
	return Compression{Rule: "CF-COMP-10", Why: "the viewer accepts no format that is enabled"}
}

// uncompressible explains what keeps a response from being compressed for any viewer; "" if
// nothing does.
func uncompressible(f *CompressionFacts) string {
	contentType, _, _ := strings.Cut(f.Header.Get("Content-Type"), ";")
	_, encoded := f.Header["Content-Encoding"]
	switch {
	case f.Status != http.StatusOK && f.Status != http.StatusForbidden && f.Status != http.StatusNotFound:
		return "the status is not 200, 403 or 404"
	case f.Method == http.MethodHead:
		return "there is no body"
	case encoded: // with any value
		return "the origin sent a Content-Encoding"
	case f.ContentLength < 0:
		return "the origin sent no Content-Length"
	case f.ContentLength < CompressionMin || f.ContentLength > CompressionMax:
		return "the size is outside 1,000 to 10,000,000 bytes"
	case !compressedTypes[strings.ToLower(strings.TrimSpace(contentType))]:
		return "the content type is not one that is compressed"
	}
	return ""
}

// CompressHeader changes the fields of a response that the edge compresses: it
// removes the length, makes a strong ETag weak (CF-COMP-12), and removes an
// invalid ETag (CF-COMP-13). That Vary names Accept-Encoding is inferred. The
// changes are added to the log, which may be nil.
func CompressHeader(h http.Header, encoding string, log *ChangeLog) {
	log.responseField(h, "Content-Encoding", []string{encoding}, byCompression, "CF-COMP-10")
	log.responseField(h, "Content-Length", nil, byCompression, "CF-COMP-10")
	if etag := h.Get("Etag"); etag != "" {
		switch {
		case strings.HasPrefix(etag, `"`):
			log.responseField(h, "Etag", []string{"W/" + etag}, byCompression, "CF-COMP-12")
		case !strings.HasPrefix(etag, "W/"):
			log.responseField(h, "Etag", nil, byCompression, "CF-COMP-13")
		}
	}
	if !variesByEncoding(h["Vary"]) {
		log.responseField(h, "Vary", append(append([]string(nil), h["Vary"]...), "Accept-Encoding"), byCompression, "")
	}
}

// byCompression is the name of compression in the change log.
const byCompression = "compression"

func variesByEncoding(vary []string) bool {
	for _, value := range vary {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name == "*" || strings.EqualFold(name, "Accept-Encoding") {
				return true
			}
		}
	}
	return false
}
