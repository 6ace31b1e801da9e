package apishape

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// policies resolves the policies that a behavior names by id.
func (r *reader) policies(b *distribution.CacheBehavior, o *object) {
	none := distribution.ValueSelection{Behavior: distribution.SelectNone}
	if id := o.text("CachePolicyId", ""); id != "" {
		policy, ok := part(r, tree.CachePolicy, id, cachePolicy)
		if !ok {
			policy, ok = distribution.ManagedCachePolicy(id)
		}
		if !ok {
			policy = &distribution.CachePolicy{ID: id, Headers: none, Cookies: none, QueryStrings: none, Unresolved: true,
				DefaultTTL: distribution.DefaultDefaultTTL, MaxTTL: distribution.DefaultMaxTTL}
			r.unknownPolicy(o.at("CachePolicyId"), "cache policy", id, "it is taken to put nothing into the cache key")
		}
		b.CachePolicy = policy
	}
	if id := o.text("OriginRequestPolicyId", ""); id != "" {
		policy, ok := part(r, tree.OriginRequestPolicy, id, originRequestPolicy)
		if !ok {
			policy, ok = distribution.ManagedOriginRequestPolicy(id)
		}
		if !ok {
			policy = &distribution.OriginRequestPolicy{ID: id, Headers: none, Cookies: none, QueryStrings: none, Unresolved: true}
			r.unknownPolicy(o.at("OriginRequestPolicyId"), "origin request policy", id, "it is taken to forward nothing")
		}
		b.OriginRequestPolicy = policy
	}
	if id := o.text("ResponseHeadersPolicyId", ""); id != "" {
		policy, ok := part(r, tree.ResponseHeadersPolicy, id, responseHeadersPolicy)
		if !ok {
			policy, ok = distribution.ManagedResponseHeadersPolicy(id)
		}
		if !ok {
			policy = &distribution.ResponseHeadersPolicy{ID: id, Unresolved: true}
			r.unknownPolicy(o.at("ResponseHeadersPolicyId"), "response headers policy", id, "it is taken to change nothing")
		}
		b.ResponseHeadersPolicy = policy
	}
}

func (r *reader) unknownPolicy(path, what, id, meaning string) {
	r.notice(distribution.NoticeWarning, path, "%s %q is not one of AWS's managed ones and its settings are not in this file: %s; an overlay can bring them along, key policies", what, id, meaning)
}

// selectionOf reads {"HeaderBehavior": …, "Headers": {Quantity, Items}} and similar
// objects.
func selectionOf(o *object, config, behavior, list string) distribution.ValueSelection {
	v := distribution.ValueSelection{Behavior: distribution.SelectNone}
	c := o.child(config)
	if c == nil {
		return v
	}
	v.Behavior = distribution.Selection(c.enum(behavior, string(distribution.SelectNone), limit{rule: "CF-CONF-18"}))
	v.Items = c.texts(list, limit{rule: "CF-CONF-18"}, nil)
	c.done()
	return v
}

func cachePolicy(r *reader, o *object, res *tree.Resource) *distribution.CachePolicy {
	ttl := limit{allowed: "0-3153600000", rule: "CF-CACHE-14"}
	none := distribution.ValueSelection{Behavior: distribution.SelectNone}
	r.required(o, "CF-CONF-85", "MinTTL")
	p := &distribution.CachePolicy{ID: first(res.ID, res.Name), Name: o.text("Name", ""), Comment: o.text("Comment", ""), Headers: none, Cookies: none, QueryStrings: none}
	p.MinTTL, p.DefaultTTL, p.MaxTTL = ttls(o.node, o.wholeSeconds("MinTTL", distribution.DefaultMinTTL, ttl), o.wholeSeconds("DefaultTTL", -1, ttl), o.wholeSeconds("MaxTTL", -1, ttl))
	if p.MinTTL > p.DefaultTTL || p.DefaultTTL > p.MaxTTL {
		r.notice(distribution.NoticeWarning, o.at("DefaultTTL"), "the TTLs are not in the order MinTTL %d, DefaultTTL %d, MaxTTL %d; whether the API refuses that is not documented (CF-CONF-82)", p.MinTTL, p.DefaultTTL, p.MaxTTL)
	}
	if key := o.child("ParametersInCacheKeyAndForwardedToOrigin"); key != nil {
		p.Gzip, p.Brotli = key.boolean("EnableAcceptEncodingGzip", false), key.boolean("EnableAcceptEncodingBrotli", false)
		p.Headers = selectionOf(key, "HeadersConfig", "HeaderBehavior", "Headers")
		p.Cookies = selectionOf(key, "CookiesConfig", "CookieBehavior", "Cookies")
		p.QueryStrings = selectionOf(key, "QueryStringsConfig", "QueryStringBehavior", "QueryStrings")
		key.done()
	}
	r.validatePart(p.Validate(res.Name))
	return p
}

func originRequestPolicy(r *reader, o *object, res *tree.Resource) *distribution.OriginRequestPolicy {
	p := &distribution.OriginRequestPolicy{
		ID: first(res.ID, res.Name), Name: o.text("Name", ""), Comment: o.text("Comment", ""),
		Headers:      selectionOf(o, "HeadersConfig", "HeaderBehavior", "Headers"),
		Cookies:      selectionOf(o, "CookiesConfig", "CookieBehavior", "Cookies"),
		QueryStrings: selectionOf(o, "QueryStringsConfig", "QueryStringBehavior", "QueryStrings"),
	}
	r.validatePart(p.Validate(res.Name))
	return p
}

func responseHeadersPolicy(r *reader, o *object, res *tree.Resource) *distribution.ResponseHeadersPolicy {
	p := &distribution.ResponseHeadersPolicy{ID: first(res.ID, res.Name), Name: o.text("Name", ""), Comment: o.text("Comment", "")}
	if c := o.child("CorsConfig"); c != nil {
		p.CORS = corsConfig(r, c)
		c.done()
	}
	if s := o.child("SecurityHeadersConfig"); s != nil {
		p.Headers = securityHeaders(s)
		s.done()
	}
	for _, it := range o.items("CustomHeadersConfig", limit{}, nil) {
		h := r.object(it.path, it.node)
		name := h.text("Header", "")
		p.Headers = append(p.Headers, responseHeader(h, name, h.text("Value", "")))
		h.done()
		if setting := distribution.SecurityHeaderSetting(name); setting != "" {
			r.problem(distribution.Problem{Path: h.at("Header"), Value: name, Rule: "CF-CONF-148", Message: "is a security header and cannot be set as a custom header", Fix: "set it in SecurityHeadersConfig." + setting})
		}
	}
	for _, it := range o.items("RemoveHeadersConfig", limit{rule: "CF-RESP-30"}, nil) {
		if it.node.Kind == tree.String && !r.typed {
			p.Remove = append(p.Remove, it.node.Text)
			continue
		}
		h := r.object(it.path, it.node)
		p.Remove = append(p.Remove, h.text("Header", ""))
		h.done()
	}
	if t := o.child("ServerTimingHeadersConfig"); t != nil {
		if rate := t.number("SamplingRate", limit{"0-100", "CF-CONF-29"}); t.boolean("Enabled", false) {
			p.ServerTiming, p.ServerTimingRate = true, rate
		}
		t.done()
	}
	r.validatePart(p.Validate(res.Name))
	return p
}

func corsConfig(r *reader, c *object) *distribution.CORSConfig {
	list := func(name string) []string { return c.texts(name, limit{rule: "CF-CONF-150"}, nil) }
	for _, name := range []string{"AccessControlAllowCredentials", "AccessControlAllowHeaders", "AccessControlAllowMethods", "AccessControlAllowOrigins", "OriginOverride"} {
		if !c.node.Has(name) { // CloudFormation's schema and Terraform's provider require them, too
			r.problem(distribution.Problem{Path: c.at(name), Rule: "CF-CONF-150", Message: "is required in CorsConfig"})
		}
	}
	return &distribution.CORSConfig{
		AllowCredentials: c.boolean("AccessControlAllowCredentials", false),
		AllowHeaders:     list("AccessControlAllowHeaders"), AllowMethods: list("AccessControlAllowMethods"),
		AllowOrigins: list("AccessControlAllowOrigins"), ExposeHeaders: list("AccessControlExposeHeaders"),
		MaxAge: c.wholeSeconds("AccessControlMaxAgeSec", 0, limit{}), OriginOverride: c.boolean("OriginOverride", false),
	}
}

// securityHeaders turns the settings of security headers into fields.
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
	add("StrictTransportSecurity", "Strict-Transport-Security", strictTransportSecurity)
	add("XSSProtection", "X-XSS-Protection", xssProtection)
	return out
}

func strictTransportSecurity(o *object) string {
	if !o.node.Has("AccessControlMaxAgeSec") {
		o.r.problem(distribution.Problem{Path: o.at("AccessControlMaxAgeSec"), Rule: "CF-CONF-161", Message: "is required"})
	}
	value := "max-age=" + itoa(o.integer("AccessControlMaxAgeSec", 0, limit{}))
	if o.boolean("IncludeSubdomains", false) {
		value += "; includeSubDomains"
	}
	if o.boolean("Preload", false) {
		value += "; preload"
	}
	return value
}

func xssProtection(o *object) string {
	value := "0"
	if o.boolean("Protection", false) {
		value = "1"
	}
	block, report := o.boolean("ModeBlock", false), o.text("ReportUri", "")
	if block {
		value += "; mode=block"
	}
	if report != "" {
		value += "; report=" + report
		if block {
			o.r.problem(distribution.Problem{Path: o.at("ReportUri"), Value: report, Rule: "CF-CONF-159", Message: "cannot stand beside ModeBlock true", Fix: "remove ReportUri or set ModeBlock false"})
		}
	}
	return value
}

func responseHeader(o *object, name, value string) distribution.ResponseHeader {
	return distribution.ResponseHeader{Header: distribution.Header{Name: name, Value: value}, Override: o.boolean("Override", false)}
}

// validatePart adds what the API would reject in a separate resource, except consequences
// of problems already recorded.
func (r *reader) validatePart(found []distribution.Problem) { r.judged(found) }
