package pull

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"

	"github.com/edgesim/edgesim/distribution"
)

// distribution pulls one distribution and all it refers to.
func (p *puller) distribution(ctx context.Context, id string) error {
	out, err := p.front.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id})
	if err != nil {
		if p.excused(err, "distribution "+id) {
			return nil
		}
		return explain(err)
	}
	d := out.Distribution
	if d == nil || d.DistributionConfig == nil {
		return fmt.Errorf("distribution %s: the answer holds no configuration", id)
	}
	c := d.DistributionConfig
	p.options.Progress(fmt.Sprintf("distribution %s: %d origins, %d behaviors", id, quantity(c.Origins), 1+behaviors(c)))
	if p.options.Redact {
		hideHeaders(c)
	}
	if err := p.keep("distributions/"+name(id)+".json", out, false); err != nil {
		return err
	}
	p.report.Distributions = append(p.report.Distributions, id)
	for _, step := range []func(context.Context, *types.DistributionConfig) error{p.policies, p.access, p.functions, p.keyGroups} {
		if err := step(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func quantity(o *types.Origins) int {
	if o == nil {
		return 0
	}
	return len(o.Items)
}

func behaviors(c *types.DistributionConfig) int {
	if c.CacheBehaviors == nil {
		return 0
	}
	return len(c.CacheBehaviors.Items)
}

// hideHeaders puts a mark where each custom header's value was, which
// reading the file names as unresolved.
func hideHeaders(c *types.DistributionConfig) {
	if c.Origins == nil {
		return
	}
	for _, o := range c.Origins.Items {
		if o.CustomHeaders == nil {
			continue
		}
		for i := range o.CustomHeaders.Items {
			h := &o.CustomHeaders.Items[i]
			h.HeaderValue = aws.String(Hidden(aws.ToString(o.Id), aws.ToString(h.HeaderName)))
		}
	}
}

// Hidden is what stands in a pulled file instead of a custom header's
// value that --redact hid.
func Hidden(origin, header string) string {
	return "{{edgesim:hidden " + origin + "." + header + "}}"
}

// fetch pulls one thing once, and goes on where it is denied or not there.
func (p *puller) fetch(what, path string, listed bool, call func() (any, error)) error {
	if p.seen[path] {
		return nil
	}
	p.seen[path] = true
	out, err := call()
	switch {
	case err == nil:
		p.options.Progress(what)
		return p.keep(path, out, listed)
	case p.excused(err, what):
		return nil
	}
	return explain(err)
}

// policies pulls the policies of all behaviors that AWS does not manage.
func (p *puller) policies(ctx context.Context, c *types.DistributionConfig) error {
	for _, b := range behaviorsOf(c) {
		if id := aws.ToString(b.cache); id != "" && !isManaged(distribution.ManagedCachePolicy(id)) {
			if err := p.fetch("cache policy "+id, "policies/cache-"+name(id)+".json", true, func() (any, error) {
				return p.front.GetCachePolicy(ctx, &cloudfront.GetCachePolicyInput{Id: &id})
			}); err != nil {
				return err
			}
		}
		if id := aws.ToString(b.request); id != "" && !isManaged(distribution.ManagedOriginRequestPolicy(id)) {
			if err := p.fetch("origin request policy "+id, "policies/origin-request-"+name(id)+".json", true, func() (any, error) {
				return p.front.GetOriginRequestPolicy(ctx, &cloudfront.GetOriginRequestPolicyInput{Id: &id})
			}); err != nil {
				return err
			}
		}
		if id := aws.ToString(b.response); id != "" && !isManaged(distribution.ManagedResponseHeadersPolicy(id)) {
			if err := p.fetch("response headers policy "+id, "policies/response-headers-"+name(id)+".json", true, func() (any, error) {
				return p.front.GetResponseHeadersPolicy(ctx, &cloudfront.GetResponseHeadersPolicyInput{Id: &id})
			}); err != nil {
				return err
			}
		}
	}
	if id := aws.ToString(c.ContinuousDeploymentPolicyId); id != "" {
		return p.fetch("continuous deployment policy "+id, "policies/continuous-deployment-"+name(id)+".json", true, func() (any, error) {
			return p.front.GetContinuousDeploymentPolicy(ctx, &cloudfront.GetContinuousDeploymentPolicyInput{Id: &id})
		})
	}
	return nil
}

func isManaged[T any](_ T, managed bool) bool { return managed }

// behavior is what default and other behaviors have in common here.
type behavior struct {
	cache, request, response *string
	groups                   *types.TrustedKeyGroups
	functions                *types.FunctionAssociations
	lambdas                  *types.LambdaFunctionAssociations
}

func behaviorsOf(c *types.DistributionConfig) []behavior {
	var list []behavior
	if b := c.DefaultCacheBehavior; b != nil {
		list = append(list, behavior{b.CachePolicyId, b.OriginRequestPolicyId, b.ResponseHeadersPolicyId, b.TrustedKeyGroups, b.FunctionAssociations, b.LambdaFunctionAssociations})
	}
	if c.CacheBehaviors != nil {
		for _, b := range c.CacheBehaviors.Items {
			list = append(list, behavior{b.CachePolicyId, b.OriginRequestPolicyId, b.ResponseHeadersPolicyId, b.TrustedKeyGroups, b.FunctionAssociations, b.LambdaFunctionAssociations})
		}
	}
	return list
}

// access pulls the origin access controls and identities.
func (p *puller) access(ctx context.Context, c *types.DistributionConfig) error {
	if c.Origins == nil {
		return nil
	}
	for _, o := range c.Origins.Items {
		if id := aws.ToString(o.OriginAccessControlId); id != "" {
			if err := p.fetch("origin access control "+id, "origin-access/control-"+name(id)+".json", true, func() (any, error) {
				return p.front.GetOriginAccessControl(ctx, &cloudfront.GetOriginAccessControlInput{Id: &id})
			}); err != nil {
				return err
			}
		}
		if o.S3OriginConfig == nil {
			continue
		}
		if id := strings.TrimPrefix(aws.ToString(o.S3OriginConfig.OriginAccessIdentity), "origin-access-identity/cloudfront/"); id != "" {
			if err := p.fetch("origin access identity "+id, "origin-access/identity-"+name(id)+".json", true, func() (any, error) {
				return p.front.GetCloudFrontOriginAccessIdentity(ctx, &cloudfront.GetCloudFrontOriginAccessIdentityInput{Id: &id})
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyGroups pulls the trusted key groups and their public keys.
func (p *puller) keyGroups(ctx context.Context, c *types.DistributionConfig) error {
	for _, b := range behaviorsOf(c) {
		if b.groups == nil {
			continue
		}
		for _, id := range b.groups.Items {
			var keys []string
			if err := p.fetch("key group "+id, "keys/group-"+name(id)+".json", true, func() (any, error) {
				out, err := p.front.GetKeyGroup(ctx, &cloudfront.GetKeyGroupInput{Id: &id})
				if err == nil && out.KeyGroup != nil && out.KeyGroup.KeyGroupConfig != nil {
					keys = out.KeyGroup.KeyGroupConfig.Items
				}
				return out, err
			}); err != nil {
				return err
			}
			for _, key := range keys {
				if err := p.fetch("public key "+key, "keys/"+name(key)+".json", true, func() (any, error) {
					return p.front.GetPublicKey(ctx, &cloudfront.GetPublicKeyInput{Id: &key})
				}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// functions pulls CloudFront Functions with their code and their stores.
func (p *puller) functions(ctx context.Context, c *types.DistributionConfig) error {
	for _, b := range behaviorsOf(c) {
		if b.lambdas != nil {
			for _, l := range b.lambdas.Items {
				p.lambda(aws.ToString(l.LambdaFunctionARN))
			}
		}
		if b.functions == nil {
			continue
		}
		for _, f := range b.functions.Items {
			if _, fn, ok := strings.Cut(aws.ToString(f.FunctionARN), ":function/"); ok {
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

// function pulls one function as viewers meet it, the stage LIVE.
func (p *puller) function(ctx context.Context, fn string) error {
	path := "functions/" + name(fn)
	if p.seen[path] {
		return nil
	}
	p.seen[path] = true
	code, err := p.front.GetFunction(ctx, &cloudfront.GetFunctionInput{Name: &fn, Stage: types.FunctionStageLive})
	if err != nil && !p.excused(err, "function "+fn) {
		return explain(err)
	}
	if err == nil {
		p.options.Progress(fmt.Sprintf("function %s: %d bytes", fn, len(code.FunctionCode)))
		p.files = append(p.files, file{path: path + ".js", data: code.FunctionCode})
	}
	var stores *types.KeyValueStoreAssociations
	if err := p.fetch("settings of function "+fn, path+".json", true, func() (any, error) {
		out, err := p.front.DescribeFunction(ctx, &cloudfront.DescribeFunctionInput{Name: &fn, Stage: types.FunctionStageLive})
		if err == nil && out.FunctionSummary != nil && out.FunctionSummary.FunctionConfig != nil {
			stores = out.FunctionSummary.FunctionConfig.KeyValueStoreAssociations
		}
		return out, err
	}); err != nil || stores == nil {
		return err
	}
	for _, s := range stores.Items {
		if err := p.store(ctx, aws.ToString(s.KeyValueStoreARN)); err != nil {
			return err
		}
	}
	return nil
}

// storeFile is a key-value store with its pairs, which are those of the
// service's import format.
type storeFile struct {
	KeyValueStore map[string]string `json:"KeyValueStore"`
	Data          []pair            `json:"data"`
}

type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// store pulls the pairs of a key-value store.
func (p *puller) store(ctx context.Context, arn string) error {
	if arn == "" || p.seen["store "+arn] {
		return nil
	}
	p.seen["store "+arn] = true
	if err := p.readStoreNames(ctx); err != nil {
		return err
	}
	id := arn[strings.LastIndexByte(arn, '/')+1:]
	called := p.storeNames[arn]
	if called == "" {
		called = id
	}
	out := storeFile{KeyValueStore: map[string]string{"ARN": arn, "Id": id, "Name": called}, Data: []pair{}}
	for in := (&cloudfrontkeyvaluestore.ListKeysInput{KvsARN: &arn}); ; {
		page, err := p.stores.ListKeys(ctx, in)
		if err != nil {
			if p.excused(err, "key-value store "+called) {
				return nil
			}
			return explain(err)
		}
		for _, k := range page.Items {
			out.Data = append(out.Data, pair{aws.ToString(k.Key), aws.ToString(k.Value)})
		}
		if !more(page.NextToken, &in.NextToken) {
			break
		}
	}
	p.options.Progress(fmt.Sprintf("key-value store %s: %d keys", called, len(out.Data)))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	p.files = append(p.files, file{path: "key-value-stores/" + name(called) + ".json", data: b.Bytes(), listed: true})
	return nil
}

// readStoreNames lists the stores of the account, once: functions name them by
// ARN, and people by name.
func (p *puller) readStoreNames(ctx context.Context) error {
	if p.storeNames != nil {
		return nil
	}
	p.storeNames = map[string]string{}
	for in := (&cloudfront.ListKeyValueStoresInput{}); ; {
		page, err := p.front.ListKeyValueStores(ctx, in)
		if err != nil {
			if p.excused(err, "the names of key-value stores") {
				return nil
			}
			return explain(err)
		}
		if page.KeyValueStoreList == nil {
			return nil
		}
		for _, s := range page.KeyValueStoreList.Items {
			p.storeNames[aws.ToString(s.ARN)] = aws.ToString(s.Name)
		}
		if !more(page.KeyValueStoreList.NextMarker, &in.Marker) {
			return nil
		}
	}
}

// more moves on to the next page, and reports whether there is one. A service
// that gives the same page again and again ends it.
func more(next *string, at **string) bool {
	if aws.ToString(next) == "" || aws.ToString(next) == aws.ToString(*at) {
		return false
	}
	*at = next
	return true
}
