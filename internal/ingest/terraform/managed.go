package terraform

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/distribution"
)

// managed answers for data sources of AWS-managed policies, by name or by id.
func (r *resource) managed(name string) (cty.Value, bool) {
	if r.decl.kind != "data" || name != "id" && name != "name" {
		return cty.NilVal, false
	}
	key := "name"
	if name == "name" {
		key = "id"
	}
	attr, ok := r.decl.body.Attributes[key]
	if !ok {
		return cty.NilVal, false
	}
	v, diags := attr.Expr.Value(r.ctx)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return cty.NilVal, false
	}
	var id, managedName string
	switch r.decl.labels[0] {
	case "aws_cloudfront_cache_policy":
		if p, ok := distribution.ManagedCachePolicy(v.AsString()); ok {
			id, managedName = p.ID, p.Name
		}
	case "aws_cloudfront_origin_request_policy":
		if p, ok := distribution.ManagedOriginRequestPolicy(v.AsString()); ok {
			id, managedName = p.ID, p.Name
		}
	case "aws_cloudfront_response_headers_policy":
		if p, ok := distribution.ManagedResponseHeadersPolicy(v.AsString()); ok {
			id, managedName = p.ID, p.Name
		}
	}
	switch {
	case id == "":
		return cty.NilVal, false
	case name == "name":
		return cty.StringVal(managedName), true
	}
	return cty.StringVal(id), true
}
