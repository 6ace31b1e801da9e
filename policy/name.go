package policy

import (
	"crypto/x509"
	"encoding/asn1"
	"net/netip"
	"strings"
)

// AcceptedNames are the names of which an origin's certificate must cover at
// least one: host names, or addresses for origins on the local machine.
type AcceptedNames []string

// SNI returns the server name that the edge sends to the origin: the viewer's
// Host if it is forwarded, otherwise the origin's domain name (CF-NAME-04). It is
// in lower case, without port or trailing dot. For an address, which TLS does not
// allow as a server name (RFC 6066 section 3), it is "".
func SNI(originDomain, forwardedHost string, forwarded bool) string {
	name := hostName(originDomain)
	if host := hostName(forwardedHost); forwarded && host != "" {
		name = host
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	return name
}

// NamesFor returns the names that the origin's certificate is matched against:
// the origin's domain name (CF-NAME-01), plus the viewer's Host if it is
// forwarded (CF-NAME-02). A port in Host is not part of the name; whether
// CloudFront sends one is not documented (CF-NAME-16).
//
// One page requires a match with Host alone if it is forwarded (CF-NAME-03). The
// others say that either is enough, and edgesim follows them.
func NamesFor(originDomain, forwardedHost string, forwarded bool) AcceptedNames {
	names := AcceptedNames{hostName(originDomain)}
	if host := hostName(forwardedHost); forwarded && host != "" && host != names[0] {
		names = append(names, host)
	}
	return names
}

// hostName returns the host of a Host header, as a name for comparison.
func hostName(host string) string {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host, _, _ = strings.Cut(inner, "]")
	} else if strings.Count(host, ":") == 1 {
		host, _, _ = strings.Cut(host, ":")
	}
	return canonicalName(host)
}

// canonicalName returns a name in lower case and without its final dot (CF-NAME-12). Only
// ASCII letters are lowered: a name in another script only matches in its punycode
// spelling.
func canonicalName(name string) string {
	lower := func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	return strings.Map(lower, strings.TrimSuffix(name, "."))
}

// nameMatch says how a certificate covers an accepted name.
type nameMatch struct {
	// accepted is the name that was asked for, carried the one in the certificate.
	accepted, carried string
	// common means that only the common name has it (CF-CERT-16).
	common bool
}

// match returns the best match of the names with a certificate: an alternative name before
// a common name, then the order of the names. wide lets a wildcard directly below a public
// suffix cover names.
func (names AcceptedNames) match(cert *x509.Certificate, wide bool) (nameMatch, bool) {
	for _, name := range names {
		if carried, ok := matchAlternative(cert, name, wide); ok {
			return nameMatch{accepted: name, carried: carried}, true
		}
	}
	for _, name := range names {
		for _, carried := range commonNames(cert) {
			if matchName(carried, name, wide) {
				return nameMatch{accepted: name, carried: carried, common: true}, true
			}
		}
	}
	return nameMatch{}, false
}

// matchPattern returns the first alternative name that one of the names covers as a
// wildcard (CF-NAME-08).
func (names AcceptedNames) matchPattern(cert *x509.Certificate) (nameMatch, bool) {
	for _, name := range names {
		for _, carried := range cert.DNSNames {
			if carried = canonicalName(carried); carried == name || wildcardMatches(name, carried, false) {
				return nameMatch{accepted: name, carried: carried}, true
			}
		}
	}
	return nameMatch{}, false
}

// matchAlternative looks for a name among the subject alternative names. An address only
// matches addresses of its own family.
func matchAlternative(cert *x509.Certificate, name string, wide bool) (carried string, ok bool) {
	if addr, err := netip.ParseAddr(name); err == nil {
		for _, ip := range cert.IPAddresses {
			if have, _ := netip.AddrFromSlice(ip); have == addr.WithZone("") {
				return have.String(), true
			}
		}
		return "", false
	}
	for _, carried := range cert.DNSNames {
		if matchName(carried, name, wide) {
			return carried, true
		}
	}
	return "", false
}

// matchName reports whether a name in a certificate covers a host name (RFC 6125 section
// 6.4): it is the same, or it has a wildcard as its first label (CF-CERT-17). A name in a
// certificate has no final dot (RFC 5280 section 4.2.1.6); one that does covers nothing.
func matchName(carried, host string, wide bool) bool {
	if carried == "" || strings.HasSuffix(carried, ".") {
		return false
	}
	carried, host = canonicalName(carried), canonicalName(host)
	if host == "" {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	return carried == host || wildcardMatches(carried, host, wide)
}

// wildcardMatches reports whether a wildcard covers a host name. The wildcard is a whole
// label, the first, and stands for exactly one. Unless wide is set, at least two labels
// must follow it: that is OpenSSL's rule, no CA issues for fewer, and "*.com" would cover
// half the world.
func wildcardMatches(pattern, host string, wide bool) bool {
	parent, ok := strings.CutPrefix(pattern, "*.")
	if !ok || parent == "" || strings.HasPrefix(parent, ".") || !wide && !strings.Contains(parent, ".") {
		return false
	}
	label, rest, ok := strings.Cut(host, ".")
	return ok && label != "" && rest == parent
}

var oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}

// commonNames returns every common name of the subject; there can be several.
func commonNames(cert *x509.Certificate) []string {
	var found []string
	for _, a := range cert.Subject.Names {
		if text, ok := a.Value.(string); ok && a.Type.Equal(oidCommonName) && text != "" {
			found = append(found, text)
		}
	}
	return found
}
