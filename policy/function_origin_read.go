package policy

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// s3Domain matches the domain names of buckets.
var s3Domain = regexp.MustCompile(`\.s3([.-](dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$`)

// originFault is the fault of an origin that a function may not use. What CloudFront then
// answers is known only for a few cases (CF-MOD-43).
func originFault(rule RuleID, format string, args ...any) *FunctionFault {
	return &FunctionFault{Rule: rule, Kind: FaultOrigin, Message: fmt.Sprintf(format, args...), Inferred: true}
}

// ReadOriginCall parses a call that changes the origin. args are its arguments as
// plain values: maps, slices, strings, float64, bool, nil.
func ReadOriginCall(method string, args []any) (*OriginChange, *FunctionFault) {
	change := &OriginChange{Method: method, Args: args}
	r := callReader{}
	switch method {
	case UpdateRequestOrigin:
		change.Update = r.update(r.object(argument(args, 0), "the argument", "CF-MOD-03"))
	case SelectRequestOriginByID:
		id, ok := argument(args, 0).(string)
		if !ok || id == "" {
			r.fail("CF-MOD-35", "the first argument is not the id of an origin")
		}
		m := OriginMember{ID: id}
		if overrides := argument(args, 1); overrides != nil {
			m.OriginNames = r.names(r.object(overrides, "the second argument", "CF-MOD-36"), "CF-MOD-36")
		}
		change.Members = []OriginMember{m}
	case CreateRequestOriginGroup:
		r.group(change, r.object(argument(args, 0), "the argument", "CF-MOD-39"))
	}
	return change, r.fault
}

func argument(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}

// callReader reads the arguments of a call and keeps the first fault.
type callReader struct{ fault *FunctionFault }

func (r *callReader) fail(rule RuleID, format string, args ...any) {
	if r.fault == nil {
		r.fault = originFault(rule, format, args...)
	}
}

func (r *callReader) object(v any, what string, rule RuleID) map[string]any {
	m, ok := v.(map[string]any)
	if !ok {
		r.fail(rule, "%s is not an object", what)
	}
	return m
}

// update reads the parameters of updateRequestOrigin, all of which are optional.
func (r *callReader) update(m map[string]any) *OriginUpdate {
	u := &OriginUpdate{OriginNames: r.names(m, "CF-MOD-08"), DomainName: r.domain(m, "domainName", "CF-MOD-06")}
	if s3 := IsS3Domain(u.DomainName); s3 && (len(u.DomainName) > 128 || u.DomainName != strings.ToLower(u.DomainName)) {
		r.fail("CF-MOD-07", "domainName of a bucket must be in lower case and have at most 128 characters")
	}
	if v, ok := m["originPath"]; ok && v != nil {
		path, _ := v.(string)
		if path != "" && (path[0] != '/' || strings.HasSuffix(path, "/")) || len(path) > 255 || strings.ContainsFunc(path, badInTarget) || !isString(v) {
			r.fail("CF-MOD-13", "originPath must be a URL-encoded path that starts with a slash, does not end with one, and has at most 255 characters")
		}
		u.OriginPath = &path
	}
	u.CustomHeaders = r.headers(m)
	u.ConnectionAttempts = r.number(m, "connectionAttempts", 1, 3, "CF-MOD-17")
	if t := r.part(m, "timeouts"); t != nil {
		u.ReadTimeout = r.seconds(t, "readTimeout", 120, "CF-MOD-23")
		u.CompletionTimeout = r.seconds(t, "responseCompletionTimeout", math.MaxInt32, "CF-MOD-24")
		u.KeepaliveTimeout = r.seconds(t, "keepAliveTimeout", 120, "CF-MOD-25")
		u.ConnectionTimeout = r.seconds(t, "connectionTimeout", 10, "CF-MOD-26")
	}
	u.Custom = r.custom(m, u.DomainName)
	u.AccessControl = r.accessControl(m)
	if s := r.part(m, "originShield"); s != nil {
		if on, _ := s["enabled"].(bool); on && !isString(s["region"]) {
			r.fail("CF-MOD-18", "originShield needs a region when it is enabled")
		}
	}
	switch v := m["mTLSConfig"]; v {
	case nil, "inherit":
	case "off":
		u.MTLSOff = true
	default:
		r.fail("CF-MTLS-09", `mTLSConfig must be "inherit" or "off"`)
	}
	return u
}

// names reads hostHeader, sni and allowedCertificateNames.
func (r *callReader) names(m map[string]any, rule RuleID) OriginNames {
	n := OriginNames{HostHeader: r.domain(m, "hostHeader", rule), SNI: r.domain(m, "sni", "CF-MOD-09")}
	v, ok := m["allowedCertificateNames"]
	if !ok || v == nil {
		return n
	}
	list, ok := v.([]any)
	if !ok || len(list) > 20 {
		r.fail("CF-MOD-10", "allowedCertificateNames must be an array of at most 20 names")
		return n
	}
	n.AllowedCertificateNames = make([]string, 0, len(list))
	for _, item := range list {
		name, ok := item.(string)
		if !ok || name == "" || len(name) > 64 {
			r.fail("CF-MOD-10", "allowedCertificateNames must have names of at most 64 characters")
		}
		n.AllowedCertificateNames = append(n.AllowedCertificateNames, canonicalName(name))
	}
	return n
}

// domain reads a DNS name.
func (r *callReader) domain(m map[string]any, key string, rule RuleID) string {
	v, ok := m[key]
	if !ok || v == nil {
		return ""
	}
	name, ok := v.(string)
	_, ip := netip.ParseAddr(strings.Trim(name, "[]"))
	if !ok || !isDNSName(name) || len(name) > 253 || ip == nil {
		r.fail(rule, "%s must be a DNS name of at most 253 characters, with no colon and not an IP address: %s", key, jsonOf(v))
	}
	return name
}

// isDNSName reports whether a name consists of labels of letters, digits, hyphens and
// underscores.
func isDNSName(name string) bool {
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(c rune) bool {
			return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_')
		}) {
			return false
		}
	}
	return true
}

// headers reads customHeaders: a plain map of lower-case names, which are capitalized on
// the wire (CF-MOD-14, CF-MOD-16).
func (r *callReader) headers(m map[string]any) []distribution.Header {
	v, ok := m["customHeaders"]
	if !ok || v == nil {
		return nil
	}
	list := []distribution.Header{}
	object := r.object(v, "customHeaders", "CF-MOD-14")
	for _, name := range sortedNames(object) {
		value, ok := object[name].(string)
		switch {
		case !ok || !isFieldValue(value):
			r.fail("CF-MOD-14", "customHeaders[%q] is not a string", name)
		case name != lowerASCII(name) || !isFieldName(name):
			r.fail("CF-MOD-14", "customHeaders has a name that is not a header name in lower case: %q", name)
		case DisallowedHeader(name):
			r.fail("CF-MOD-16", "customHeaders has the disallowed header %s", name)
		}
		list = append(list, distribution.Header{Name: FunctionHeaderName(name), Value: value})
	}
	return list
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// custom reads customOriginConfig, three parts of which are required.
func (r *callReader) custom(m map[string]any, domain string) *CustomOriginChange {
	c := r.part(m, "customOriginConfig")
	if c == nil {
		return nil
	}
	out := &CustomOriginChange{Port: r.number(c, "port", 1, 65535, "CF-MOD-27"), HTTPS: c["protocol"] == "https"}
	if !distribution.ValidPort(out.Port) { // which ports is documented only for Lambda@Edge (CF-MOD-29)
		r.fail("CF-MOD-29", "customOriginConfig.port must be 80, 443 or 1024-65535")
	}
	if c["protocol"] != "http" && c["protocol"] != "https" {
		r.fail("CF-MOD-27", `customOriginConfig.protocol must be "http" or "https"`)
	}
	list, _ := c["sslProtocols"].([]any)
	for _, item := range list {
		p, _ := item.(string)
		if !slices.Contains([]string{"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"}, p) {
			r.fail("CF-MOD-27", "customOriginConfig.sslProtocols has %s, which is none of SSLv3, TLSv1, TLSv1.1, TLSv1.2", jsonOf(item))
		}
		out.SSLProtocols = append(out.SSLProtocols, distribution.SSLProtocol(p))
	}
	if len(list) == 0 {
		r.fail("CF-MOD-27", "customOriginConfig.sslProtocols is required")
	}
	if t, ok := c["ipAddressType"]; ok && t != nil {
		name, _ := t.(string)
		if !slices.Contains([]string{"ipv4", "ipv6", "dualstack"}, name) || domain == "" {
			r.fail("CF-MOD-30", "customOriginConfig.ipAddressType must be ipv4, ipv6 or dualstack, and needs domainName")
		}
		out.IPAddressType = distribution.IPAddressType(name)
	}
	return out
}

// accessControl reads originAccessControlConfig.
func (r *callReader) accessControl(m map[string]any) *distribution.OriginAccessControl {
	c := r.part(m, "originAccessControlConfig")
	if c == nil {
		return nil
	}
	on, ok := c["enabled"].(bool)
	if !ok {
		r.fail("CF-MOD-19", "originAccessControlConfig.enabled must be true or false")
	}
	allowed := map[string][]string{
		"signingBehavior": {"always", "never", "no-override"}, "signingProtocol": {"sigv4"},
		"originType": {"s3", "mediapackagev2", "mediastore", "lambda"},
	}
	values := map[string]string{}
	for _, key := range []string{"signingBehavior", "signingProtocol", "originType"} {
		value, _ := c[key].(string)
		values[key] = value
		if on && !slices.Contains(allowed[key], value) {
			r.fail("CF-MOD-19", "originAccessControlConfig.%s must be one of %s", key, strings.Join(allowed[key], ", "))
		}
	}
	if !on {
		return &distribution.OriginAccessControl{}
	}
	return &distribution.OriginAccessControl{
		OriginType: values["originType"], SigningBehavior: values["signingBehavior"], SigningProtocol: values["signingProtocol"],
	}
}

// group reads createRequestOriginGroup.
func (r *callReader) group(change *OriginChange, m map[string]any) {
	ids, _ := m["originIds"].([]any)
	if len(ids) != 2 {
		r.fail("CF-MOD-39", "originIds must have exactly two entries")
	}
	for _, item := range ids {
		member := OriginMember{}
		switch item := item.(type) {
		case string:
			member.ID = item
		case map[string]any:
			member.ID, _ = item["originId"].(string)
			if o := r.part(item, "originOverrides"); o != nil {
				member.OriginNames = r.names(o, "CF-MOD-36")
			}
		}
		if member.ID == "" {
			r.fail("CF-MOD-39", "an entry of originIds is neither an id nor an object with originId")
		}
		change.Members = append(change.Members, member)
	}
	criteria := r.part(m, "failoverCriteria")
	codes, _ := criteria["statusCodes"].([]any)
	if len(codes) == 0 {
		r.fail("CF-MOD-40", "failoverCriteria.statusCodes is required")
	}
	for _, code := range codes {
		n, ok := code.(float64)
		if !ok || !slices.Contains(failoverCodes, int(n)) || n != math.Trunc(n) { // the allowed ones are not stated for functions (CF-MOD-42)
			r.fail("CF-MOD-42", "failoverCriteria.statusCodes has %s, which no origin group may have", jsonOf(code))
			continue
		}
		change.StatusCodes = append(change.StatusCodes, int(n))
	}
	switch m["selectionCriteria"] {
	case nil, "default":
	case "media-quality-score":
		change.Quality = true
	default:
		r.fail("CF-MOD-41", "selectionCriteria must be default or media-quality-score")
	}
}

// failoverCodes are the status codes that an origin group may fail over on
// (CF-FAILOVER-02).
var failoverCodes = []int{400, 403, 404, 416, 429, 500, 502, 503, 504}

// part reads an optional object.
func (r *callReader) part(m map[string]any, key string) map[string]any {
	v, ok := m[key]
	if !ok || v == nil {
		return nil
	}
	return r.object(v, key, "CF-MOD-03")
}

// number reads an optional whole number; 0 if omitted.
func (r *callReader) number(m map[string]any, key string, low, high int, rule RuleID) int {
	v, ok := m[key]
	if !ok || v == nil {
		return 0
	}
	n, ok := v.(float64)
	if !ok || n != math.Trunc(n) || n < float64(low) || n > float64(high) {
		r.fail(rule, "%s must be a whole number from %d to %d: %s", key, low, high, jsonOf(v))
		return 0
	}
	return int(n)
}

func (r *callReader) seconds(m map[string]any, key string, high int, rule RuleID) time.Duration {
	return time.Duration(r.number(m, key, 1, high, rule)) * time.Second
}

func isString(v any) bool { _, ok := v.(string); return ok }

// jsonOf formats a value for a message.
func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil || len(text) > 80 {
		return fmt.Sprintf("%.80s", fmt.Sprint(v))
	}
	return string(text)
}
