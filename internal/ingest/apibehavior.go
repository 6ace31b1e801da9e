package ingest

import (
	"slices"

	"github.com/edgesim/edgesim/distribution"
)

// behavior reads a cache behavior; its path pattern is left to the caller.
func (r *reader) behavior(o *object) distribution.CacheBehavior {
	b := distribution.NewCacheBehavior(o.textLimit("TargetOriginId", "", limit{rule: "CF-CONF-11"}))
	b.ViewerProtocolPolicy = distribution.ViewerProtocolPolicy(o.textLimit("ViewerProtocolPolicy", "", limit{"allow-all, https-only, redirect-to-https", "CF-CONF-22"}))
	b.Compress = o.boolean("Compress", false)
	if o.node.has("AllowedMethods") {
		b.AllowedMethods = o.texts("AllowedMethods", limit{rule: "CF-CONF-21"}, func(methods *object) {
			if methods.node.has("CachedMethods") {
				b.CachedMethods = methods.texts("CachedMethods", limit{rule: "CF-CONF-21"}, nil)
			}
		})
	}
	if g := o.child("GrpcConfig"); g != nil {
		b.GRPC = g.boolean("Enabled", false)
		g.done()
	}
	r.policies(&b, o)
	r.legacy(&b, o)
	r.unsimulatedBehavior(o)
	o.done()
	return b
}

// policies resolves the policies that a behavior names by id.
func (r *reader) policies(b *distribution.CacheBehavior, o *object) {
	if id := o.text("CachePolicyId", ""); id != "" {
		policy, ok := r.custom.cache(id)
		if !ok {
			policy, ok = distribution.ManagedCachePolicy(id)
		}
		if !ok {
			none := distribution.ValueSelection{Behavior: distribution.SelectNone}
			policy = &distribution.CachePolicy{ID: id, Headers: none, Cookies: none, QueryStrings: none, Unresolved: true,
				DefaultTTL: distribution.DefaultDefaultTTL, MaxTTL: distribution.DefaultMaxTTL}
			r.unresolved(o.at("CachePolicyId"), "cache policy", id, "it is taken to put nothing into the cache key")
		}
		b.CachePolicy = policy
	}
	if id := o.text("OriginRequestPolicyId", ""); id != "" {
		policy, ok := r.custom.originRequest(id)
		if !ok {
			policy, ok = distribution.ManagedOriginRequestPolicy(id)
		}
		if !ok {
			none := distribution.ValueSelection{Behavior: distribution.SelectNone}
			policy = &distribution.OriginRequestPolicy{ID: id, Headers: none, Cookies: none, QueryStrings: none, Unresolved: true}
			r.unresolved(o.at("OriginRequestPolicyId"), "origin request policy", id, "it is taken to forward nothing")
		}
		b.OriginRequestPolicy = policy
	}
	if id := o.text("ResponseHeadersPolicyId", ""); id != "" {
		policy, ok := r.custom.responseHeaders(id)
		if !ok {
			policy, ok = distribution.ManagedResponseHeadersPolicy(id)
		}
		if !ok {
			policy = &distribution.ResponseHeadersPolicy{ID: id, Unresolved: true}
			r.unresolved(o.at("ResponseHeadersPolicyId"), "response headers policy", id, "it is taken to change nothing")
		}
		b.ResponseHeadersPolicy = policy
	}
}

func (r *reader) unresolved(path, what, id, meaning string) {
	r.notice(distribution.NoticeWarning, path, "%s %q is not one of AWS's managed ones and its settings are not in this file: %s; an overlay can bring them along, key policies", what, id, meaning)
}

// legacy reads the settings of a behavior without a cache policy.
func (r *reader) legacy(b *distribution.CacheBehavior, o *object) {
	ttl := limit{allowed: "0-3153600000", rule: "CF-CACHE-14"}
	low := o.integer("MinTTL", distribution.DefaultMinTTL, ttl)
	normal := o.integer("DefaultTTL", -1, ttl)
	high := o.integer("MaxTTL", -1, ttl)
	values := o.child("ForwardedValues")
	if values == nil {
		if b.CachePolicy != nil && o.node.hasAny("MinTTL", "DefaultTTL", "MaxTTL") {
			r.notice(distribution.NoticeWarning, o.at("MinTTL"), "TTLs beside a cache policy have no effect: the policy has its own")
		}
		return
	}
	f := &distribution.ForwardedValues{QueryString: values.boolean("QueryString", false)}
	if !values.node.has("QueryString") {
		r.problem(distribution.Problem{Path: values.at("QueryString"), Allowed: "true, false", Message: "is required"})
	}
	if c := values.child("Cookies"); c != nil {
		f.Cookies.Behavior = distribution.Selection(c.text("Forward", ""))
		f.Cookies.Items = c.texts("WhitelistedNames", limit{}, nil)
		c.done()
	}
	f.Headers = values.texts("Headers", limit{}, nil)
	f.QueryStringCacheKeys = values.texts("QueryStringCacheKeys", limit{}, nil)
	values.done()
	f.MinTTL, f.DefaultTTL, f.MaxTTL = ttls(o.node, low, normal, high)
	b.ForwardedValues = f
}

// ttls fills in the legacy TTLs that a file leaves out. The documentation
// raises a default to the TTL below it (CF-CACHE-13); that the default TTL
// also gives way to a lower maximum is our inference.
func ttls(n *node, low, normal, high int64) (int64, int64, int64) {
	if !n.has("DefaultTTL") {
		normal = max(distribution.DefaultDefaultTTL, low)
		if n.has("MaxTTL") {
			normal = max(min(normal, high), low)
		}
	}
	if !n.has("MaxTTL") {
		high = max(distribution.DefaultMaxTTL, normal)
	}
	return low, normal, high
}

// unsimulatedBehavior reports what a behavior asks of AWS itself.
func (r *reader) unsimulatedBehavior(o *object) {
	for _, s := range []struct{ name, what string }{
		{"TrustedSigners", "signed URLs and cookies are not simulated: every viewer is let in"},
		{"TrustedKeyGroups", "signed URLs and cookies are not simulated: every viewer is let in"},
	} {
		var enabled bool
		o.items(s.name, limit{}, func(list *object) { enabled = list.boolean("Enabled", false) })
		if enabled {
			r.notice(distribution.NoticeUnsimulated, o.at(s.name), "%s", s.what)
		}
	}
	if o.boolean("SmoothStreaming", false) {
		r.notice(distribution.NoticeUnsimulated, o.at("SmoothStreaming"), "Smooth Streaming is not simulated")
	}
	r.functions(o, "LambdaFunctionAssociations", "LambdaFunctionARN", "Lambda@Edge functions are not run")
	r.functions(o, "FunctionAssociations", "FunctionARN", "CloudFront Functions are not run")
	if id := o.text("FieldLevelEncryptionId", ""); id != "" {
		r.notice(distribution.NoticeUnsimulated, o.at("FieldLevelEncryptionId"), "field-level encryption %q is not simulated: fields go to the origin as they came", id)
	}
	if arn := o.text("RealtimeLogConfigArn", ""); arn != "" {
		r.notice(distribution.NoticeUnsimulated, o.at("RealtimeLogConfigArn"), "real-time logs are not written: edgesim has its recordings")
	}
}

// functions reports the functions attached to a behavior, with their events.
func (r *reader) functions(o *object, name, arn, message string) {
	var events []string
	for _, it := range o.items(name, limit{}, nil) {
		f := r.object(it.path, it.node)
		if event := f.text("EventType", ""); !slices.Contains(events, event) {
			events = append(events, event)
		}
		f.known(arn, "IncludeBody")
		f.done()
	}
	if len(events) > 0 {
		r.notice(distribution.NoticeUnsimulated, o.at(name), "%s: %q", message, events)
	}
}
