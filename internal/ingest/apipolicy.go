package ingest

import (
	"strconv"

	"github.com/edgesim/edgesim/distribution"
)

// Policies are custom policies that behaviors may name by id or by name. AWS's
// managed ones are known without.
type Policies struct {
	Cache           []*distribution.CachePolicy
	OriginRequest   []*distribution.OriginRequestPolicy
	ResponseHeaders []*distribution.ResponseHeadersPolicy
}

func (p *Policies) cache(id string) (*distribution.CachePolicy, bool) {
	for _, policy := range p.Cache {
		if id == policy.ID || id == policy.Name {
			return policy, true
		}
	}
	return nil, false
}

func (p *Policies) originRequest(id string) (*distribution.OriginRequestPolicy, bool) {
	for _, policy := range p.OriginRequest {
		if id == policy.ID || id == policy.Name {
			return policy, true
		}
	}
	return nil, false
}

func (p *Policies) responseHeaders(id string) (*distribution.ResponseHeadersPolicy, bool) {
	for _, policy := range p.ResponseHeaders {
		if id == policy.ID || id == policy.Name {
			return policy, true
		}
	}
	return nil, false
}

// read adds a policy in the form in which the API gives it: what
// get-cache-policy, get-origin-request-policy, get-response-headers-policy and
// their -config siblings print. It reports whether the tree holds one.
func (p *Policies) read(r *reader, path string, tree *node) bool {
	o := r.object(path, tree)
	for _, kind := range []struct {
		name string
		add  func(o *object, id string)
	}{
		{"CachePolicy", func(o *object, id string) { p.Cache = append(p.Cache, cachePolicy(o, id)) }},
		{"OriginRequestPolicy", func(o *object, id string) { p.OriginRequest = append(p.OriginRequest, originRequestPolicy(o, id)) }},
		{"ResponseHeadersPolicy", func(o *object, id string) {
			p.ResponseHeaders = append(p.ResponseHeaders, responseHeadersPolicy(o, id))
		}},
	} {
		if !o.node.hasAny(kind.name, kind.name+"Config") {
			continue
		}
		o.known("ETag", "ResponseMetadata")
		outer := o
		if inner := o.child(kind.name); inner != nil {
			o.done()
			outer = inner
		}
		outer.known("LastModifiedTime")
		id := outer.text("Id", "")
		if config := outer.child(kind.name + "Config"); config != nil {
			kind.add(config, id)
			config.done()
		}
		outer.done()
		return true
	}
	return false
}

// selectionOf reads {"HeaderBehavior": …, "Headers": {Quantity, Items}} and its
// siblings.
func selectionOf(o *object, config, behavior, list string) distribution.ValueSelection {
	v := distribution.ValueSelection{Behavior: distribution.SelectNone}
	c := o.child(config)
	if c == nil {
		return v
	}
	v.Behavior = distribution.Selection(c.textLimit(behavior, string(distribution.SelectNone), limit{rule: "CF-CONF-18"}))
	v.Items = c.texts(list, limit{rule: "CF-CONF-18"}, nil)
	c.done()
	return v
}

func cachePolicy(o *object, id string) *distribution.CachePolicy {
	ttl := limit{allowed: "0-3153600000", rule: "CF-CACHE-14"}
	none := distribution.ValueSelection{Behavior: distribution.SelectNone}
	p := &distribution.CachePolicy{ID: id, Name: o.text("Name", ""), Headers: none, Cookies: none, QueryStrings: none}
	o.known("Comment")
	p.MinTTL, p.DefaultTTL, p.MaxTTL = ttls(o.node, o.integer("MinTTL", distribution.DefaultMinTTL, ttl), o.integer("DefaultTTL", -1, ttl), o.integer("MaxTTL", -1, ttl))
	if key := o.child("ParametersInCacheKeyAndForwardedToOrigin"); key != nil {
		p.Gzip, p.Brotli = key.boolean("EnableAcceptEncodingGzip", false), key.boolean("EnableAcceptEncodingBrotli", false)
		p.Headers = selectionOf(key, "HeadersConfig", "HeaderBehavior", "Headers")
		p.Cookies = selectionOf(key, "CookiesConfig", "CookieBehavior", "Cookies")
		p.QueryStrings = selectionOf(key, "QueryStringsConfig", "QueryStringBehavior", "QueryStrings")
		key.done()
	}
	return p
}

func originRequestPolicy(o *object, id string) *distribution.OriginRequestPolicy {
	o.known("Comment")
	return &distribution.OriginRequestPolicy{
		ID: id, Name: o.text("Name", ""),
		Headers:      selectionOf(o, "HeadersConfig", "HeaderBehavior", "Headers"),
		Cookies:      selectionOf(o, "CookiesConfig", "CookieBehavior", "Cookies"),
		QueryStrings: selectionOf(o, "QueryStringsConfig", "QueryStringBehavior", "QueryStrings"),
	}
}

func responseHeadersPolicy(o *object, id string) *distribution.ResponseHeadersPolicy {
	o.known("Comment")
	p := &distribution.ResponseHeadersPolicy{ID: id, Name: o.text("Name", "")}
	if c := o.child("CorsConfig"); c != nil {
		p.CORS = corsConfig(c)
		c.done()
	}
	if s := o.child("SecurityHeadersConfig"); s != nil {
		p.Headers = securityHeaders(s)
		s.done()
	}
	for _, it := range o.items("CustomHeadersConfig", limit{}, nil) {
		h := o.r.object(it.path, it.node)
		p.Headers = append(p.Headers, responseHeader(h, h.text("Header", ""), h.text("Value", "")))
		h.done()
	}
	for _, it := range o.items("RemoveHeadersConfig", limit{rule: "CF-RESP-30"}, nil) {
		h := o.r.object(it.path, it.node)
		p.Remove = append(p.Remove, h.text("Header", ""))
		h.done()
	}
	if t := o.child("ServerTimingHeadersConfig"); t != nil {
		if rate := t.number("SamplingRate", limit{"0-100", "CF-CONF-29"}); t.boolean("Enabled", false) {
			p.ServerTiming, p.ServerTimingRate = true, rate
		}
		t.done()
	}
	return p
}

func corsConfig(c *object) *distribution.CORSConfig {
	list := func(name string) []string {
		var out []string
		if l := c.child(name); l != nil {
			for _, it := range l.elements(limit{}) {
				out = append(out, it.node.text)
			}
			l.done()
		}
		return out
	}
	return &distribution.CORSConfig{
		AllowCredentials: c.boolean("AccessControlAllowCredentials", false),
		AllowHeaders:     list("AccessControlAllowHeaders"), AllowMethods: list("AccessControlAllowMethods"),
		AllowOrigins: list("AccessControlAllowOrigins"), ExposeHeaders: list("AccessControlExposeHeaders"),
		MaxAge: c.integer("AccessControlMaxAgeSec", 0, limit{}), OriginOverride: c.boolean("OriginOverride", false),
	}
}

// securityHeaders turns the settings of the security headers into fields.
func securityHeaders(s *object) []distribution.ResponseHeader {
	var out []distribution.ResponseHeader
	add := func(setting, name string, value func(o *object) string) {
		if o := s.child(setting); o != nil {
			out = append(out, responseHeader(o, name, value(o)))
			o.done()
		}
	}
	add("ContentSecurityPolicy", "Content-Security-Policy", func(o *object) string { return o.text("ContentSecurityPolicy", "") })
	add("ContentTypeOptions", "X-Content-Type-Options", func(*object) string { return "nosniff" })
	add("FrameOptions", "X-Frame-Options", func(o *object) string { return o.text("FrameOption", "") })
	add("ReferrerPolicy", "Referrer-Policy", func(o *object) string { return o.text("ReferrerPolicy", "") })
	add("StrictTransportSecurity", "Strict-Transport-Security", func(o *object) string {
		value := "max-age=" + strconv.FormatInt(o.integer("AccessControlMaxAgeSec", 0, limit{}), 10)
		if o.boolean("IncludeSubdomains", false) {
			value += "; includeSubDomains"
		}
		if o.boolean("Preload", false) {
			value += "; preload"
		}
		return value
	})
	add("XSSProtection", "X-XSS-Protection", func(o *object) string {
		value := "0"
		if o.boolean("Protection", false) {
			value = "1"
		}
		if o.boolean("ModeBlock", false) {
			value += "; mode=block"
		}
		if report := o.text("ReportUri", ""); report != "" {
			value += "; report=" + report
		}
		return value
	})
	return out
}

func responseHeader(o *object, name, value string) distribution.ResponseHeader {
	return distribution.ResponseHeader{Header: distribution.Header{Name: name, Value: value}, Override: o.boolean("Override", false)}
}

// number returns a number that may have decimal places, or 0.
func (o *object) number(name string, limit limit) float64 {
	n := o.take(name)
	if n == nil {
		return 0
	}
	f, err := strconv.ParseFloat(n.text, 64)
	if n.kind != kindNumber || err != nil {
		o.r.wrongType(o.at(name), n, kindNumber, limit)
	}
	return f
}
