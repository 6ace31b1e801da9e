package policy

import (
	"slices"
	"strings"
)

// disallowedHeaders are hidden from edge functions, which cannot add them either (CF-FN-54,
// CF-FN-55, CF-LAE-37). An entry that ends in "-" stands for all names with that prefix.
var disallowedHeaders = []string{
	"client-cert", "client-cert-chain", "cloudfront-viewer-cert-pem",
	"connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "trailer", "upgrade",
	"x-accel-buffering", "x-accel-charset", "x-accel-limit-rate", "x-accel-redirect", "x-amz-cf-", "x-amzn-auth",
	"x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype", "x-amzn-fle-profile", "x-amzn-header-count",
	"x-amzn-header-order", "x-amzn-lambda-integration-tag", "x-amzn-requestid", "x-cache", "x-edge-", "x-forwarded-proto", "x-real-ip",
}

// readOnlyHeaders are those that a function sees but cannot add, change or delete, by kind
// of function and trigger (CF-FN-56, CF-FN-57, CF-LAE-38 to CF-LAE-41).
var readOnlyHeaders = map[bool]map[Trigger][]string{
	false: {
		ViewerRequestTrigger:  {"cdn-loop", "content-length", "host", "transfer-encoding", "via"},
		ViewerResponseTrigger: {"warning", "via"},
	},
	true: {
		ViewerRequestTrigger: {"cdn-loop", "content-length", "host", "transfer-encoding", "via"},
		OriginRequestTrigger: {
			"accept-encoding", "cdn-loop", "content-length", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
			"transfer-encoding", "via",
		},
		OriginResponseTrigger: {"transfer-encoding", "via"},
		ViewerResponseTrigger: {"warning", "via", "content-length", "content-encoding", "transfer-encoding"},
	},
}

// DisallowedHeader reports whether a header is hidden from edge functions, which
// may not set it either. The name is in lower case.
func DisallowedHeader(name string) bool {
	for _, d := range disallowedHeaders {
		if name == d || strings.HasSuffix(d, "-") && strings.HasPrefix(name, d) {
			return true
		}
	}
	return false
}

// ReadOnlyHeader reports whether a function of this kind may not change a header.
// The name is in lower case.
func ReadOnlyHeader(name string, t Trigger, lambda bool) bool {
	return slices.Contains(readOnlyHeaders[lambda][t], name)
}

// FunctionHeaderName returns the name of a header added by a function, as sent on
// the wire: the first letter of each word in upper case (CF-FN-18).
func FunctionHeaderName(name string) string {
	b := []byte(name)
	first := true
	for i, c := range b {
		if first && 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
		first = c == '-'
	}
	return string(b)
}

// lowerASCII returns s with its ASCII letters in lower case and everything else unchanged
// (CF-FN-17).
func lowerASCII(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if c := b[i]; 'A' <= c && c <= 'Z' {
					b[i] = c - 'A' + 'a'
				}
			}
			return string(b)
		}
	}
	return s
}
