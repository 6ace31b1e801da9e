package distribution

import (
	"fmt"
	"net/netip"
	"strings"
)

// ServesHost reports whether a request with this Host belongs to the distribution.
// Host may be an alias, where a leading wildcard matches one or more labels, or any
// *.cloudfront.net name. IP addresses and localhost also match, because they are
// how viewers reach a local edge. A distribution without aliases matches every
// Host. Port, case and a trailing dot are ignored.
func (d *Distribution) ServesHost(host string) bool {
	if len(d.Aliases) == 0 {
		return true
	}
	host = Hostname(host)
	if host == "" {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil || strings.EqualFold(host, "localhost") {
		return true
	}
	if hasSuffixFold(host, ".cloudfront.net") || d.DomainName != "" && strings.EqualFold(host, d.DomainName) {
		return true
	}
	for _, alias := range d.Aliases {
		if suffix, ok := strings.CutPrefix(alias, "*"); ok {
			if hasSuffixFold(host, suffix) {
				return true
			}
		} else if strings.EqualFold(host, alias) {
			return true
		}
	}
	return false
}

// InvalidRootObject returns why a name cannot be a default root object, or "" if it
// can (CF-PATH-06). The guide lists the allowed characters but no maximum length;
// the 255 characters of a path pattern are assumed (inferred).
func InvalidRootObject(name string) string {
	if len(name) > maxPathPattern {
		return fmt.Sprintf("has %d characters", len(name))
	}
	for _, c := range name {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune(`_-.*$/~"'&`, c) {
			return fmt.Sprintf("has the character %q", c)
		}
	}
	return ""
}

// Hostname returns a Host without its port, brackets and trailing dot.
func Hostname(host string) string {
	if inside, ok := strings.CutPrefix(host, "["); ok {
		inside, _, _ = strings.Cut(inside, "]")
		return inside
	}
	if i := strings.IndexByte(host, ':'); i >= 0 && i == strings.LastIndexByte(host, ':') {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// hasSuffixFold reports whether s ends in suffix, with something before it.
func hasSuffixFold(s, suffix string) bool {
	return len(s) > len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// IsLoopback reports whether a name refers to the local machine: localhost, or a
// loopback address.
func IsLoopback(name string) bool {
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && address.IsLoopback() || strings.EqualFold(strings.TrimSuffix(name, "."), "localhost")
}
