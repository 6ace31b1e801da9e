package distribution

import (
	"fmt"
	"net/netip"
	"strings"
)

// ServesHost reports whether a request with this Host is for the distribution:
// one of its aliases, where a leading wildcard stands for one label or more,
// or any *.cloudfront.net name. IP addresses and localhost count as well, as
// they are how a local edge is reached, and a distribution without aliases
// takes every Host. Port, case and a trailing dot do not matter.
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

// InvalidRootObject says what keeps a name from being a default root object, or
// "" (CF-PATH-06). The guide names the characters; how long is too long it does
// not say, and the 255 characters of a path pattern are taken (inferred).
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

// Hostname cuts port, brackets and a trailing dot off a Host.
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

// IsLoopback says whether a name is that of the very machine that looks it up:
// localhost, or an address of its loopback interface.
func IsLoopback(name string) bool {
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && address.IsLoopback() || strings.EqualFold(strings.TrimSuffix(name, "."), "localhost")
}
