package distribution

import (
	"fmt"
	"strconv"
	"strings"
)

// ProtectedResponseHeader reports whether a response headers policy may not
// remove this field (CF-RESP-30).
func ProtectedResponseHeader(name string) bool {
	name = strings.ToLower(name)
	for _, prefix := range protectedResponsePrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return protectedResponseHeaders[name]
}

// responseHeadersPolicy checks what a policy sets and removes.
func (v *validator) responseHeadersPolicy(path string, p *ResponseHeadersPolicy) {
	if p.ServerTimingRate < 0 || p.ServerTimingRate > 100 {
		v.add(Problem{Path: path + ".ServerTimingHeadersConfig.SamplingRate", Value: strconv.FormatFloat(p.ServerTimingRate, 'f', -1, 64),
			Allowed: "0-100", Rule: "CF-CONF-29", Message: "is out of range"})
	}
	for i, name := range p.Remove {
		item := fmt.Sprintf("%s.RemoveHeadersConfig.Items[%d].Header", path, i)
		switch {
		case !isToken(name):
			v.add(Problem{Path: item, Value: name, Message: "is not a header name"})
		case ProtectedResponseHeader(name):
			v.add(Problem{Path: item, Value: name, Rule: "CF-RESP-30", Message: "is a header that a policy cannot remove", Fix: "remove it from the list"})
		}
	}
	custom := 0
	for i, h := range p.Headers {
		item := fmt.Sprintf("%s.CustomHeadersConfig.Items[%d]", path, i)
		if !isSecurityHeader(h.Name) {
			custom++
		}
		switch {
		case !isToken(h.Name):
			v.add(Problem{Path: item + ".Header", Value: h.Name, Message: "is not a header name"})
		case ProtectedResponseHeader(h.Name):
			v.add(Problem{Path: item + ".Header", Value: h.Name, Rule: "CF-CONF-149", Message: "is a header that only the edge writes", Fix: "choose another name"})
		}
		if hasControl(h.Value) {
			v.add(Problem{Path: item + ".Value", Value: h.Value, Message: "holds a control character"})
		}
	}
	v.securityValues(path+".SecurityHeadersConfig", p.Headers)
	v.quota(path+".CustomHeadersConfig.Quantity", custom, quotaResponseHeaders, "CF-LIMIT-23")
	if p.CORS != nil {
		v.cors(path+".CorsConfig", p.CORS)
	}
}

// securitySettings are the headers with a setting of their own in a policy, which therefore
// do not count as custom headers (CF-CONF-148).
var securitySettings = map[string]string{
	"content-security-policy": "ContentSecurityPolicy", "referrer-policy": "ReferrerPolicy", "strict-transport-security": "StrictTransportSecurity",
	"x-content-type-options": "ContentTypeOptions", "x-frame-options": "FrameOptions", "x-xss-protection": "XSSProtection",
}

// SecurityHeaderSetting is the setting of a response headers policy that sets this
// field; "" for a field that a custom header may set.
func SecurityHeaderSetting(name string) string { return securitySettings[strings.ToLower(name)] }

func isSecurityHeader(name string) bool { return SecurityHeaderSetting(name) != "" }

// referrerPolicies are the values of Referrer-Policy (CF-CONF-158).
var referrerPolicies = []string{"no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url"}

// securityValues checks the values of security headers (CF-CONF-157, -158, -160).
func (v *validator) securityValues(path string, headers []ResponseHeader) {
	for _, h := range headers {
		switch h.Name {
		case "X-Frame-Options":
			v.enum(path+".FrameOptions.FrameOption", h.Value, "CF-CONF-157", "DENY", "SAMEORIGIN")
		case "Referrer-Policy":
			v.enum(path+".ReferrerPolicy.ReferrerPolicy", h.Value, "CF-CONF-158", referrerPolicies...)
		case "Content-Security-Policy":
			if n := len(h.Value); n > maxHeaderValue {
				v.add(Problem{Path: path + ".ContentSecurityPolicy.ContentSecurityPolicy", Value: strconv.Itoa(n) + " characters", Allowed: fmt.Sprintf("at most %d characters", maxHeaderValue),
					Rule: "CF-CONF-160", Message: "is over the default quota", Fix: "ask AWS for a higher quota", Quota: true})
			}
		}
	}
}

// cors checks the lists of the CORS part (CF-CONF-150 to CF-CONF-156).
func (v *validator) cors(path string, c *CORSConfig) {
	for _, list := range []struct {
		name  string
		items []string
	}{
		{"AccessControlAllowHeaders", c.AllowHeaders}, {"AccessControlAllowMethods", c.AllowMethods},
		{"AccessControlAllowOrigins", c.AllowOrigins}, {"AccessControlExposeHeaders", c.ExposeHeaders},
	} {
		for i, item := range list.items {
			if item == "" || hasControl(item) || strings.ContainsAny(item, ", ") {
				v.add(Problem{Path: fmt.Sprintf("%s.%s.Items[%d]", path, list.name, i), Value: item, Message: "is not a single value"})
			}
		}
		if len(list.items) == 0 && list.name != "AccessControlExposeHeaders" {
			v.add(Problem{Path: path + "." + list.name, Rule: "CF-CONF-154", Allowed: `at least one value, or "*"`, Message: "lists nothing"})
		}
	}
	for i, m := range c.AllowMethods {
		v.enum(fmt.Sprintf("%s.AccessControlAllowMethods.Items[%d]", path, i), m, "CF-CONF-153", "GET", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "ALL")
	}
	for i, origin := range c.AllowOrigins {
		if !isCORSOrigin(origin) {
			p := Problem{Path: fmt.Sprintf("%s.AccessControlAllowOrigins.Items[%d]", path, i), Value: origin, Rule: "CF-CONF-152",
				Allowed: `"*" alone, or [SCHEME://]HOST[:PORT] with "*" as the whole leftmost label at most`, Message: "is not an origin"}
			if strings.EqualFold(origin, "ALL") {
				p.Rule, p.Fix = "CF-CONF-151", `write "*"`
			}
			v.add(p)
		}
	}
	if c.AllowCredentials {
		for i, name := range c.AllowHeaders {
			if strings.Contains(name, "*") {
				v.add(Problem{Path: fmt.Sprintf("%s.AccessControlAllowHeaders.Items[%d]", path, i), Value: name, Rule: "CF-CONF-156", Message: "cannot contain * where AccessControlAllowCredentials is true", Fix: "name the headers"})
			}
		}
	}
}

// isCORSOrigin reports whether a value is allowed in AllowOrigins (CF-CONF-151,
// CF-CONF-152): the port may be a wildcard, and so may the leftmost label as a whole.
func isCORSOrigin(s string) bool {
	if s == "*" {
		return true
	}
	if strings.EqualFold(s, "ALL") {
		return false
	}
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	host, _, _ := strings.Cut(s, ":")
	if strings.HasPrefix(s, "[") || isIP(s) {
		return true
	}
	return isHostname(strings.TrimPrefix(host, "*."))
}
