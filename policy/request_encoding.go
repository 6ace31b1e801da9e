package policy

import (
	"strconv"
	"strings"
)

// normalizes reports whether Accept-Encoding is rewritten instead of treated like any other
// field (CF-COMP-07). It is, regardless of what an origin request policy lists
// (CF-COMP-08), and in legacy mode unless the whitelist has it (CF-REQ-19).
func (s *selection) normalizes() bool {
	return s.gzip || s.brotli
}

// The normal forms of Accept-Encoding. They are shared and never modified.
var (
	bothFormats  = []string{"br,gzip"}
	onlyGzip     = []string{"gzip"}
	onlyBrotli   = []string{"br"}
	onlyIdentity = []string{"identity"}
)

// acceptEncoding returns Accept-Encoding as sent to the origin: normalized to the enabled
// formats that the viewer accepts (CF-COMP-01 to CF-COMP-05), or treated like any other
// field (CF-COMP-07); nil if there is none (CF-COMP-06, CF-COMP-09).
func (s *selection) acceptEncoding(values []string, f *RequestFacts) []string {
	if len(values) == 0 || f.Proto == "HTTP/1.0" {
		return nil
	}
	if !s.normalizes() || s.legacy && s.header("Accept-Encoding") {
		if s.header("Accept-Encoding") {
			return values
		}
		return nil
	}
	gzip, brotli := s.gzip && accepts(values, "gzip"), s.brotli && accepts(values, "br")
	switch {
	case gzip && brotli:
		return bothFormats
	case gzip:
		return onlyGzip
	case brotli:
		return onlyBrotli
	case s.legacy:
		return nil
	}
	return onlyIdentity
}

// accepts reports whether an Accept-Encoding names a format without refusing it. The first
// mention counts; "*" is not a mention (CF-COMP-04).
func accepts(values []string, format string) bool {
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), format) {
				return quality(parameters) > 0
			}
		}
	}
	return false
}

// quality returns the q parameter; 1 if it is missing or unreadable.
func quality(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
				return q
			}
		}
	}
	return 1
}
