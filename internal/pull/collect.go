package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// distribution pulls one distribution and everything it refers to.
func (p *puller) distribution(ctx context.Context, id string) error {
	if id == "" {
		return errors.New("the id of a distribution is empty")
	}
	etag, root, err := p.read(ctx, "GetDistribution", nil, "distribution", id)
	if err != nil {
		if p.excused(err, "distribution "+id) {
			return nil
		}
		return explain(err)
	}
	c := root.at("DistributionConfig")
	if c == nil {
		return fmt.Errorf("distribution %s: the answer holds no configuration", id)
	}
	p.options.Progress(fmt.Sprintf("distribution %s: %d origins, %d behaviors", id, len(c.items("Origins")), 1+len(c.items("CacheBehaviors"))))
	if p.options.Redact {
		hideHeaders(c)
	}
	if err := p.keep("distributions/"+name(id)+".json", etag, "Distribution", root, false); err != nil {
		return err
	}
	p.report.Distributions = append(p.report.Distributions, id)
	for _, step := range []func(context.Context, *element) error{p.policies, p.access, p.functions, p.keyGroups} {
		if err := step(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// hideHeaders replaces each custom header's value with a mark that reading the file reports
// as unresolved.
func hideHeaders(c *element) {
	for _, o := range c.items("Origins") {
		for _, h := range o.items("CustomHeaders") {
			if value := h.at("HeaderValue"); value != nil {
				value.text = Hidden(o.value("Id"), h.value("HeaderName"))
			}
		}
	}
}

// Hidden returns what a pulled file contains instead of a custom header's value that
// --redact hid.
func Hidden(origin, header string) string {
	return "{{edgesim:hidden " + origin + "." + header + "}}"
}

// fetch pulls one thing once, and continues if it is denied or missing. It returns the
// thing, or nil if it was fetched before or could not be.
func (p *puller) fetch(ctx context.Context, what, file, operation, wrapper string, query url.Values, path ...string) (*element, error) {
	if p.seen[file] {
		return nil, nil
	}
	p.seen[file] = true
	etag, root, err := p.read(ctx, operation, query, path...)
	switch {
	case err == nil:
		p.options.Progress(what)
		return root, p.keep(file, etag, wrapper, root, true)
	case p.excused(err, what):
		return nil, nil
	}
	return nil, explain(err)
}

// behaviors returns the default behavior of a configuration and the others.
func behaviors(c *element) []*element {
	list := c.items("CacheBehaviors")
	if b := c.at("DefaultCacheBehavior"); b != nil {
		list = append([]*element{b}, list...)
	}
	return list
}

// policies pulls the policies of all behaviors, except those managed by AWS.
func (p *puller) policies(ctx context.Context, c *element) error {
	for _, b := range behaviors(c) {
		if id := b.value("CachePolicyId"); id != "" && !isManaged(distribution.ManagedCachePolicy(id)) {
			if _, err := p.fetch(ctx, "cache policy "+id, "policies/cache-"+name(id)+".json", "GetCachePolicy", "CachePolicy", nil, "cache-policy", id); err != nil {
				return err
			}
		}
		if id := b.value("OriginRequestPolicyId"); id != "" && !isManaged(distribution.ManagedOriginRequestPolicy(id)) {
			if _, err := p.fetch(ctx, "origin request policy "+id, "policies/origin-request-"+name(id)+".json", "GetOriginRequestPolicy", "OriginRequestPolicy", nil, "origin-request-policy", id); err != nil {
				return err
			}
		}
		if id := b.value("ResponseHeadersPolicyId"); id != "" && !isManaged(distribution.ManagedResponseHeadersPolicy(id)) {
			if _, err := p.fetch(ctx, "response headers policy "+id, "policies/response-headers-"+name(id)+".json", "GetResponseHeadersPolicy", "ResponseHeadersPolicy", nil, "response-headers-policy", id); err != nil {
				return err
			}
		}
	}
	if id := c.value("ContinuousDeploymentPolicyId"); id != "" {
		_, err := p.fetch(ctx, "continuous deployment policy "+id, "policies/continuous-deployment-"+name(id)+".json", "GetContinuousDeploymentPolicy", "ContinuousDeploymentPolicy", nil, "continuous-deployment-policy", id)
		return err
	}
	return nil
}

func isManaged[T any](_ T, managed bool) bool { return managed }

// access pulls the origin access controls and identities.
func (p *puller) access(ctx context.Context, c *element) error {
	for _, o := range c.items("Origins") {
		if id := o.value("OriginAccessControlId"); id != "" {
			if _, err := p.fetch(ctx, "origin access control "+id, "origin-access/control-"+name(id)+".json", "GetOriginAccessControl", "OriginAccessControl", nil, "origin-access-control", id); err != nil {
				return err
			}
		}
		if id := strings.TrimPrefix(o.value("S3OriginConfig", "OriginAccessIdentity"), "origin-access-identity/cloudfront/"); id != "" {
			if _, err := p.fetch(ctx, "origin access identity "+id, "origin-access/identity-"+name(id)+".json", "GetCloudFrontOriginAccessIdentity", "CloudFrontOriginAccessIdentity", nil, "origin-access-identity", "cloudfront", id); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyGroups pulls the trusted key groups and their public keys.
func (p *puller) keyGroups(ctx context.Context, c *element) error {
	for _, b := range behaviors(c) {
		for _, group := range b.items("TrustedKeyGroups") {
			id := group.text
			got, err := p.fetch(ctx, "key group "+id, "keys/group-"+name(id)+".json", "GetKeyGroup", "KeyGroup", nil, "key-group", id)
			if err != nil {
				return err
			}
			for _, key := range got.items("KeyGroupConfig") {
				if _, err := p.fetch(ctx, "public key "+key.text, "keys/"+name(key.text)+".json", "GetPublicKey", "PublicKey", nil, "public-key", key.text); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// functions pulls CloudFront Functions with their code and their stores.
func (p *puller) functions(ctx context.Context, c *element) error {
	for _, b := range behaviors(c) {
		for _, l := range b.items("LambdaFunctionAssociations") {
			p.lambda(l.value("LambdaFunctionARN"))
		}
		for _, f := range b.items("FunctionAssociations") {
			if _, fn, ok := strings.Cut(f.value("FunctionARN"), ":function/"); ok {
				if err := p.function(ctx, fn); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *puller) lambda(arn string) {
	if arn != "" && !p.seen["lambda "+arn] {
		p.seen["lambda "+arn] = true
		p.edges = append(p.edges, arn)
	}
}

// function pulls one function as viewers get it, in stage LIVE.
func (p *puller) function(ctx context.Context, fn string) error {
	path := "functions/" + name(fn)
	if p.seen[path] {
		return nil
	}
	p.seen[path] = true
	live := url.Values{"Stage": {"LIVE"}}
	code, err := p.ask(ctx, "GetFunction", live, "function", fn)
	if err != nil && !p.excused(err, "function "+fn) {
		return explain(err)
	}
	if err == nil {
		p.options.Progress(fmt.Sprintf("function %s: %d bytes", fn, len(code.body)))
		p.files = append(p.files, file{path: path + ".js", data: code.body})
	}
	got, err := p.fetch(ctx, "settings of function "+fn, path+".json", "DescribeFunction", "FunctionSummary", live, "function", fn, "describe")
	if err != nil {
		return err
	}
	for _, s := range got.items("FunctionConfig", "KeyValueStoreAssociations") {
		if err := p.store(ctx, s.value("KeyValueStoreARN")); err != nil {
			return err
		}
	}
	return nil
}
