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
			v.add(Problem{Path: item + ".Header", Value: h.Name, Message: "is a header that only the edge writes", Fix: "choose another name"})
		}
		if hasControl(h.Value) {
			v.add(Problem{Path: item + ".Value", Value: h.Value, Message: "holds a control character"})
		}
	}
	v.quota(path+".CustomHeadersConfig.Quantity", custom, quotaResponseHeaders, "CF-LIMIT-23")
	if p.CORS != nil {
		v.cors(path+".CorsConfig", p.CORS)
	}
}

// isSecurityHeader reports whether the field has a setting of its own in a
// policy, so that it does not count among the custom headers.
func isSecurityHeader(name string) bool {
	return containsFold([]string{
		"Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security",
		"X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection",
	}, name)
}

// cors checks that the lists hold nothing that would end a field.
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
	}
}
