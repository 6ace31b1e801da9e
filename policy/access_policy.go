package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// signedStatement is a custom policy of a signed URL or of signed cookies.
type signedStatement struct {
	// Resource is a URL with wildcards; nil allows all (CF-SIGN-24).
	Resource  *string
	Condition struct {
		DateLessThan, DateGreaterThan *struct {
			Time *uint64 `json:"AWS:EpochTime"`
		}
		IPAddress *struct {
			Source *string `json:"AWS:SourceIp"`
		} `json:"IpAddress"`
	}
}

// readPolicy parses a custom policy: one statement (CF-SIGN-23) with one resource
// (CF-SIGN-25) and an expiry (CF-SIGN-34, CF-SIGN-65).
func readPolicy(text []byte) (*signedStatement, error) {
	var p struct{ Statement []signedStatement }
	d := json.NewDecoder(bytes.NewReader(text))
	if !utf8.Valid(text) { // CF-SIGN-22
		return nil, errors.New("is not in UTF-8")
	}
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("is not that JSON: %w", err)
	}
	switch {
	case d.More():
		return nil, errors.New("has something behind its JSON")
	case len(p.Statement) != 1:
		return nil, fmt.Errorf("has %d statements, want one", len(p.Statement))
	}
	s := &p.Statement[0]
	switch less, greater := s.Condition.DateLessThan, s.Condition.DateGreaterThan; {
	case less == nil || less.Time == nil:
		return nil, errors.New("has no DateLessThan")
	case greater != nil && greater.Time == nil:
		return nil, errors.New("has a DateGreaterThan without AWS:EpochTime")
	}
	return s, nil
}

// sourceRange returns the addresses of an IpAddress condition: one IPv4 address or one
// block (CF-SIGN-36); policies do not support IPv6 (CF-SIGN-37).
func sourceRange(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Is4() {
		return netip.PrefixFrom(addr, 32), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4() {
		return prefix, fmt.Errorf("has the AWS:SourceIp %q, which is neither an IPv4 address nor a block of them", text)
	}
	return prefix.Masked(), nil
}

// judgeCustom judges the contents of a custom policy whose signature is valid.
func (f *SignedFacts) judgeCustom(text []byte, s *signed) *Cause {
	p, err := readPolicy(text)
	var from netip.Prefix
	if err == nil && p.Condition.IPAddress != nil {
		err = errors.New("has an IpAddress without AWS:SourceIp")
		if source := p.Condition.IPAddress.Source; source != nil {
			from, err = sourceRange(*source)
		}
	}
	if err != nil {
		return malformedPolicy("the policy " + err.Error())
	}
	if p.Resource != nil && !f.covers(*p.Resource, s) {
		return NewCause(CauseViewerSignatureResource, fmt.Sprintf("the policy is for %q, and %s://%s%s was asked for", *p.Resource, f.Scheme, strings.Join(f.Hosts, " or "), s.uri), nil).
			hinted("the resource must cover the URL part by part: scheme, host, path and query (CF-SIGN-29)")
	}
	if after := p.Condition.DateGreaterThan; after != nil && uint64(max(0, f.Now.Unix())) <= *after.Time { // CF-SIGN-35
		return NewCause(CauseViewerSignatureEarly, fmt.Sprintf("the signature holds after %s, and it is %s", epoch(*after.Time), f.Now.UTC().Format("2006-01-02T15:04:05Z")), nil).
			hinted("wait, sign it with an earlier DateGreaterThan, or move the edge's clock (POST /api/clock)")
	}
	if cause := f.judgeExpiry(*p.Condition.DateLessThan.Time); cause != nil {
		return cause
	}
	if ip := f.remoteIP(); p.Condition.IPAddress != nil && !from.Contains(ip) {
		return NewCause(CauseViewerSignatureAddress, fmt.Sprintf("the policy is for viewers from %s, and this one is at %s", from, ip), nil).
			hinted("leave IpAddress out where everybody may come; an IPv6 viewer never fits (CF-SIGN-37)")
	}
	return nil
}

// covers reports whether the resource of a policy covers the request.
func (f *SignedFacts) covers(resource string, s *signed) bool {
	for _, host := range f.Hosts {
		if s.cookies && wildcard(resource, f.Scheme+"://"+host+s.uri) { // the page on cookies does not mention parts
			return true
		}
		if coversURL(resource, f.Scheme, host, s.uri) {
			return true
		}
	}
	return false
}

// coversURL matches a resource part by part (CF-SIGN-29): scheme, domain, path and
// query.
func coversURL(resource, scheme, host, uri string) bool {
	wantScheme, rest, ok := strings.Cut(resource, "://")
	switch {
	case resource == "*": // CF-SIGN-32
		return true
	case !ok && strings.HasPrefix(resource, "*"): // read as *:// (CF-SIGN-26)
		wantScheme, rest = "*", resource
	case !ok:
		return false
	}
	if wantScheme != "*" && wantScheme != scheme {
		return false
	}
	domain, path, hasPath := strings.Cut(rest, "/")
	if !wildcard(strings.ToLower(domain), strings.ToLower(host)) { // CF-SIGN-33
		return false
	}
	if !hasPath {
		return strings.HasSuffix(domain, "*") || uri == "/" // CF-SIGN-31
	}
	return coversTarget("/"+path, uri)
}

// coversTarget matches path and query. A "?" in the pattern is a wildcard or starts the
// query: both are tried.
func coversTarget(pattern, uri string) bool {
	path, query, hasQuery := strings.Cut(uri, "?")
	if (!hasQuery || strings.HasSuffix(pattern, "*")) && wildcard(pattern, path) { // CF-SIGN-30
		return true
	}
	if !hasQuery {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] == '?' && wildcard(pattern[:i], path) && wildcard(pattern[i+1:], query) {
			return true
		}
	}
	return false
}

// wildcard matches a text against a pattern: "*" is any number of characters (CF-SIGN-27),
// "?" exactly one (CF-SIGN-28).
func wildcard(pattern, text string) bool {
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
