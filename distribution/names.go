package distribution

import (
	"net/netip"
	"regexp"
	"strings"
)

// s3Website matches the name of an S3 website endpoint, in both of its spellings.
var s3Website = regexp.MustCompile(`(?i)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?$`)

// IsS3Website reports whether a name is an S3 website endpoint, which supports HTTP
// only (CF-CONN-22).
func IsS3Website(name string) bool { return s3Website.MatchString(strings.TrimSuffix(name, ".")) }

// checkDomainName says what is wrong with a DNS name of an origin or alias, and what it
// should be if that is evident; message is "" for a valid name. Single-label names are
// accepted: container networks use them, and a reader of files warns of them.
func checkDomainName(name string) (fixed, message string) {
	if name == "" {
		return "", "is required"
	}
	if IsPlaceholder(name) { // regardless of the length of the id it is made of
		return name, ""
	}
	bare := name
	if _, rest, ok := strings.Cut(bare, "://"); ok {
		bare, message = rest, "holds a scheme"
	}
	if host, _, ok := strings.Cut(bare, "/"); ok {
		bare = host
		message = first(message, "holds a path")
	}
	if i := strings.LastIndexByte(bare, '@'); i >= 0 {
		bare = bare[i+1:]
		message = first(message, "holds user information")
	}
	if isIP(bare) {
		return "", "is an IP address"
	}
	if host, _, ok := strings.Cut(bare, ":"); ok {
		bare = host
		message = first(message, "holds a port")
	}
	if strings.HasSuffix(bare, ".") {
		bare = strings.TrimRight(bare, ".")
		message = first(message, "ends with a dot")
	}
	if isIP(bare) {
		return "", "is an IP address"
	}
	if !isHostname(bare) {
		return "", first(message, "is not a DNS name")
	}
	return bare, message
}

// TenantOnly is the ConnectionMode of a multi-tenant distribution.
const TenantOnly = "tenant-only"

// parameterless replaces each {{parameter}} in a text with a letter.
func parameterless(s string) string {
	for {
		before, rest, found := strings.Cut(s, "{{")
		_, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			return s
		}
		s = before + "x" + after
	}
}

// splitSuffix splits a port off a name that wrongly has one, possibly after a scheme.
func splitSuffix(name string) (host, port string, ok bool) {
	if _, rest, found := strings.Cut(name, "://"); found {
		name = rest
	}
	name, _, _ = strings.Cut(name, "/")
	host, port, ok = strings.Cut(name, ":")
	return host, port, ok && port != "" && strings.Trim(port, "0123456789") == ""
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// isIP reports whether s is an IP address, in brackets or not.
func isIP(s string) bool {
	_, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	return err == nil
}

// isHostname reports whether s consists of labels of letters, digits, hyphens and
// underscores, separated by dots.
func isHostname(s string) bool {
	if s == "" || len(s) > maxDomainName {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isAlphanumeric(c) && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// isToken reports whether s is a valid header name (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("!#$%&'*+-.^_`|~", s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// hasControl reports whether s contains a byte that is not allowed in a header value.
func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return true
		}
	}
	return false
}
