package apishape

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// behavior reads a cache behavior; its path pattern is left to the caller.
func (r *reader) behavior(o *object) distribution.CacheBehavior {
	b := distribution.NewCacheBehavior(o.textLimit("TargetOriginId", "", limit{rule: "CF-CONF-11"}))
	b.ViewerProtocolPolicy = distribution.ViewerProtocolPolicy(o.textLimit("ViewerProtocolPolicy", "", limit{"allow-all, https-only, redirect-to-https", "CF-CONF-22"}))
	if o.unresolved("ViewerProtocolPolicy") {
		b.ViewerProtocolPolicy = distribution.ViewerAllowAll
	}
	b.Compress = o.boolean("Compress", false)
	cached := func(c *object) {
		if names := c.texts("CachedMethods", limit{rule: "CF-CONF-21"}, nil); c.node.Has("CachedMethods") && !c.unresolved("CachedMethods") {
			b.CachedMethods = names
		}
	}
	if names := o.texts("AllowedMethods", limit{rule: "CF-CONF-21"}, cached); o.node.Has("AllowedMethods") && !o.unresolved("AllowedMethods") {
		b.AllowedMethods = names
	}
	if !r.typed { // templates have it next to AllowedMethods
		cached(o)
	}
	if g := o.child("GrpcConfig"); g != nil {
		b.GRPC = g.boolean("Enabled", false)
		g.done()
	}
	r.policies(&b, o)
	r.legacy(&b, o)
	r.edgeFunctions(&b, o)
	r.trusted(&b, o)
	b.SmoothStreaming = o.boolean("SmoothStreaming", false)
	b.FieldLevelEncryptionID = o.text("FieldLevelEncryptionId", "")
	b.RealtimeLogConfigARN = o.text("RealtimeLogConfigArn", "")
	o.done()
	return b
}

// legacy reads the settings of a behavior without a cache policy.
func (r *reader) legacy(b *distribution.CacheBehavior, o *object) {
	ttl := limit{allowed: "0-3153600000", rule: "CF-CACHE-14"}
	low := o.wholeSeconds("MinTTL", distribution.DefaultMinTTL, ttl)
	normal := o.wholeSeconds("DefaultTTL", -1, ttl)
	high := o.wholeSeconds("MaxTTL", -1, ttl)
	values := o.child("ForwardedValues")
	if values == nil {
		r.ttlsBesidePolicy(b, o)
		return
	}
	if b.CachePolicy == nil {
		r.required(o, "CF-CONF-74", "MinTTL")
	}
	f := &distribution.ForwardedValues{QueryString: values.boolean("QueryString", false)}
	if !values.node.Has("QueryString") && !values.unresolved("QueryString") && r.m.set.Dialect != tree.DialectTerraform {
		r.problem(distribution.Problem{Path: values.at("QueryString"), Allowed: "true, false", Message: "is required"})
	}
	f.Cookies.Behavior = distribution.SelectNone
	if c := values.child("Cookies"); c != nil {
		f.Cookies.Behavior = distribution.Selection(c.text("Forward", ""))
		f.Cookies.Items = c.texts("WhitelistedNames", limit{}, nil)
		c.done()
	} else if r.strict {
		r.problem(distribution.Problem{Path: values.at("Cookies"), Rule: "CF-CONF-48", Message: "is required", Fix: `add "Cookies": {"Forward": "none"}`})
	}
	f.Headers = values.texts("Headers", limit{}, nil)
	if len(f.Headers) > 1 {
		for _, name := range f.Headers {
			if name == "*" {
				r.notice(distribution.NoticeWarning, values.at("Headers"), `"*" stands beside other names and means all headers`)
				f.Headers = []string{"*"}
				break
			}
		}
	}
	f.QueryStringCacheKeys = values.texts("QueryStringCacheKeys", limit{}, nil)
	values.done()
	f.MinTTL, f.DefaultTTL, f.MaxTTL = ttls(o.node, low, normal, high)
	if b.CachePolicy != nil && r.m.set.Dialect == tree.DialectCloudFormation {
		// Templates published by AWS have both and can be deployed.
		r.notice(distribution.NoticeWarning, o.at("ForwardedValues"), "has no effect beside a cache policy; the API itself refuses the two together (CF-CONF-71)")
		return
	}
	b.ForwardedValues = f
}

// ttlsBesidePolicy judges TTLs next to a policy that has its own: the API and CloudFormation
// reject them, Terraform drops them (CF-CONF-72).
func (r *reader) ttlsBesidePolicy(b *distribution.CacheBehavior, o *object) {
	if b.CachePolicy == nil {
		return
	}
	for _, name := range []string{"MinTTL", "DefaultTTL", "MaxTTL"} {
		n := o.node.Get(name)
		if n == nil || n.Kind == tree.Null {
			continue
		}
		if r.m.set.Dialect == tree.DialectTerraform {
			r.notice(distribution.NoticeWarning, o.at(name), "has no effect beside a cache policy, which has its own TTLs")
			continue
		}
		r.problem(distribution.Problem{Path: o.at(name), Value: n.Text, Rule: "CF-CONF-72", Message: "cannot be used beside a cache policy, which has its own TTLs", Fix: "remove " + name})
	}
}

// ttls fills in the legacy TTLs that a file omits. The documentation raises a default to
// the TTL below it (CF-CACHE-13, CF-CONF-83, CF-CONF-84); that the default TTL also yields
// to a lower maximum is inferred.
func ttls(n *tree.Node, low, normal, high distribution.Seconds) (least, usual, most distribution.Seconds) {
	if normal < 0 && !given(n, "DefaultTTL") {
		normal = max(distribution.DefaultDefaultTTL, low)
		if given(n, "MaxTTL") {
			normal = max(min(normal, high), low)
		}
	}
	if high < 0 && !given(n, "MaxTTL") {
		high = max(distribution.DefaultMaxTTL, normal)
	}
	return low, normal, high
}

// given reports whether a number is present and known.
func given(n *tree.Node, name string) bool {
	v := n.Get(name)
	return v != nil && v.Kind != tree.Null && v.Kind != tree.Unresolved
}

// edgeFunctions reads the functions attached to a behavior.
func (r *reader) edgeFunctions(b *distribution.CacheBehavior, o *object) {
	for _, it := range o.items("LambdaFunctionAssociations", limit{}, nil) {
		f := r.object(it.path, it.node)
		b.Lambdas = append(b.Lambdas, distribution.LambdaFunctionAssociation{EventType: f.text("EventType", ""), ARN: f.text("LambdaFunctionARN", ""), IncludeBody: f.boolean("IncludeBody", false)})
		f.done()
	}
	for _, it := range o.items("FunctionAssociations", limit{}, nil) {
		f := r.object(it.path, it.node)
		a := distribution.FunctionAssociation{EventType: f.text("EventType", ""), ARN: f.text("FunctionARN", "")}
		a.Function, _ = part(r, tree.Function, functionName(r.m, a.ARN), function)
		b.Functions = append(b.Functions, a)
		f.done()
	}
}

// trusted reads whose signatures are accepted from viewers.
func (r *reader) trusted(b *distribution.CacheBehavior, o *object) {
	enabled, said := false, false
	see := func(list *object) { said = list.node.Has("Enabled"); enabled = list.boolean("Enabled", false) }
	t := &b.TrustedKeyGroups
	t.IDs = o.texts("TrustedKeyGroups", limit{}, see)
	t.Enabled = enabled || !said && len(t.IDs) > 0
	for _, id := range t.IDs {
		group, _ := part(r, tree.KeyGroup, id, keyGroup)
		t.Groups = append(t.Groups, group)
	}
	enabled, said = false, false
	s := &b.TrustedSigners
	s.Accounts = o.texts("TrustedSigners", limit{}, see)
	s.Enabled = enabled || !said && len(s.Accounts) > 0
}
