package terraform

import (
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// What the AWS provider does with aws_cloudfront_distribution, as read in its source on
// 2026-11-30 (internal/service/cloudfront/distribution.go): TTLs are sent only without a
// cache policy, and unset ones are 0; an origin of neither kind is an S3 origin;
// error_caching_min_ttl is 0 unless set.
var distributionShape = &shape{
	kind: tree.Distribution,
	fields: map[string]member{
		"aliases": to("Aliases"), "comment": to("Comment"), "default_root_object": to("DefaultRootObject"), "enabled": to("Enabled"),
		"http_version": to("HttpVersion"), "is_ipv6_enabled": to("IsIPV6Enabled"), "price_class": to("PriceClass"), "web_acl_id": to("WebACLId"),
		"staging": to("Staging"), "anycast_ip_list_id": to("AnycastIpListId"), "caller_reference": to("CallerReference"),
		"continuous_deployment_policy_id": to("ContinuousDeploymentPolicyId"),
		"custom_error_response":           many("CustomErrorResponses", customErrorShape),
		"default_cache_behavior":          one("DefaultCacheBehavior", behaviorShape),
		"ordered_cache_behavior":          many("CacheBehaviors", behaviorShape),
		"cache_behavior":                  many("CacheBehaviors", behaviorShape), // until provider version 1.x
		"origin":                          many("Origins", originShape),
		"origin_group":                    many("OriginGroups", originGroupShape),
		"logging_config":                  one("Logging", loggingShape),
		"restrictions":                    one("Restrictions", restrictionsShape),
		"viewer_certificate":              one("ViewerCertificate", certificateShape),
		"viewer_mtls_config":              one("ViewerMtlsConfig", viewerMTLSShape),
		"connection_function_association": one("ConnectionFunctionAssociation", part(map[string]member{"id": to("Id")})),
		"retain_on_delete":                ignored, "wait_for_deployment": ignored, "domain_name": ignored, "hosted_zone_id": ignored, "status": ignored,
		"trusted_key_groups": ignored, "trusted_signers": ignored, "in_progress_validation_batches": ignored, "logging_v1_enabled": ignored, "active_trusted_signers": ignored,
	},
	finish: func(api, from *tree.Node) {
		setDefault(api, "IsIPV6Enabled", tree.NewBool(false, from.Pos))
	},
}

var customErrorShape = &shape{
	fields: map[string]member{
		"error_code": to("ErrorCode"), "error_caching_min_ttl": to("ErrorCachingMinTTL"), "response_code": to("ResponseCode"), "response_page_path": to("ResponsePagePath"),
	},
	finish: func(api, from *tree.Node) {
		setDefault(api, "ErrorCachingMinTTL", tree.NewInteger(0, from.Pos))
		// In the API the code is a string, and empty if there is none.
		switch n := api.Get("ResponseCode"); {
		case n == nil:
		case n.Kind == tree.Number && n.Text == "0":
			api.Set("ResponseCode", tree.NewString("", n.Pos))
		case n.Kind == tree.Number:
			s := tree.NewString(n.Text, n.Pos)
			s.Path = n.Path
			api.Set("ResponseCode", s)
		}
	},
}

var behaviorShape = &shape{
	fields: map[string]member{
		"allowed_methods": to("AllowedMethods"), "cached_methods": to("CachedMethods"), "cache_policy_id": to("CachePolicyId"), "compress": to("Compress"),
		"default_ttl": to("DefaultTTL"), "max_ttl": to("MaxTTL"), "min_ttl": to("MinTTL"), "field_level_encryption_id": to("FieldLevelEncryptionId"),
		"forwarded_values":            one("ForwardedValues", forwardedShape),
		"lambda_function_association": many("LambdaFunctionAssociations", part(map[string]member{"event_type": to("EventType"), "lambda_arn": to("LambdaFunctionARN"), "include_body": to("IncludeBody")})),
		"function_association":        many("FunctionAssociations", part(map[string]member{"event_type": to("EventType"), "function_arn": to("FunctionARN")})),
		"grpc_config":                 one("GrpcConfig", part(map[string]member{"enabled": to("Enabled")})),
		"origin_request_policy_id":    to("OriginRequestPolicyId"), "path_pattern": to("PathPattern"), "realtime_log_config_arn": to("RealtimeLogConfigArn"),
		"response_headers_policy_id": to("ResponseHeadersPolicyId"), "smooth_streaming": to("SmoothStreaming"), "target_origin_id": to("TargetOriginId"),
		"trusted_key_groups": to("TrustedKeyGroups"), "trusted_signers": to("TrustedSigners"), "viewer_protocol_policy": to("ViewerProtocolPolicy"),
	},
	finish: finishBehavior,
}

func finishBehavior(api, from *tree.Node) {
	setDefault(api, "Compress", tree.NewBool(false, from.Pos))
	policy := api.Get("CachePolicyId")
	withPolicy := policy != nil && !(policy.Kind == tree.String && policy.Text == "")
	for _, name := range []string{"MinTTL", "DefaultTTL", "MaxTTL"} {
		if withPolicy {
			remove(api, name)
		} else {
			setDefault(api, name, tree.NewInteger(0, from.Pos))
		}
	}
	for _, name := range []string{"TrustedKeyGroups", "TrustedSigners"} {
		list := api.Get(name)
		if list == nil || list.Kind != tree.List {
			continue
		}
		wrapped := tree.NewObject(list.Pos).Set("Enabled", tree.NewBool(len(list.Items) > 0, list.Pos)).Set("Items", list)
		wrapped.Path = list.Path
		api.Set(name, wrapped)
	}
	// Cached methods are inside the allowed ones.
	cached, allowed := api.Get("CachedMethods"), api.Get("AllowedMethods")
	remove(api, "CachedMethods")
	if allowed != nil && allowed.Kind == tree.List {
		methods := tree.NewObject(allowed.Pos).Set("Items", allowed)
		methods.Path = allowed.Path
		if cached != nil && cached.Kind == tree.List {
			inner := tree.NewObject(cached.Pos).Set("Items", cached)
			inner.Path = cached.Path
			cached = inner
		}
		api.Set("AllowedMethods", methods.Set("CachedMethods", cached))
	}
}

var forwardedShape = &shape{fields: map[string]member{
	"query_string": to("QueryString"), "query_string_cache_keys": to("QueryStringCacheKeys"), "headers": to("Headers"),
	"cookies": one("Cookies", part(map[string]member{"forward": to("Forward"), "whitelisted_names": to("WhitelistedNames")})),
}}

var originShape = &shape{
	fields: map[string]member{
		"origin_id": to("Id"), "domain_name": to("DomainName"), "origin_path": to("OriginPath"), "connection_attempts": to("ConnectionAttempts"),
		"connection_timeout": to("ConnectionTimeout"), "response_completion_timeout": to("ResponseCompletionTimeout"), "origin_access_control_id": to("OriginAccessControlId"),
		"custom_header": many("CustomHeaders", part(map[string]member{"name": to("HeaderName"), "value": to("HeaderValue")})),
		"origin_shield": one("OriginShield", part(map[string]member{"enabled": to("Enabled"), "origin_shield_region": to("OriginShieldRegion")})),
		"custom_origin_config": one("CustomOriginConfig", part(map[string]member{
			"http_port": to("HTTPPort"), "https_port": to("HTTPSPort"), "origin_protocol_policy": to("OriginProtocolPolicy"), "origin_ssl_protocols": to("OriginSslProtocols"),
			"origin_keepalive_timeout": to("OriginKeepaliveTimeout"), "origin_read_timeout": to("OriginReadTimeout"), "ip_address_type": to("IpAddressType"),
			"origin_mtls_config": one("OriginMtlsConfig", part(map[string]member{"client_certificate_arn": to("ClientCertificateArn")})),
		})),
		"s3_origin_config": one("S3OriginConfig", part(map[string]member{"origin_access_identity": to("OriginAccessIdentity"), "origin_read_timeout": to("OriginReadTimeout")})),
		"vpc_origin_config": one("VpcOriginConfig", part(map[string]member{
			"vpc_origin_id": to("VpcOriginId"), "origin_keepalive_timeout": to("OriginKeepaliveTimeout"), "origin_read_timeout": to("OriginReadTimeout"), "owner_account_id": to("OwnerAccountId"),
		})),
	},
	finish: func(api, from *tree.Node) {
		if !api.HasAny("CustomOriginConfig", "S3OriginConfig", "VpcOriginConfig") {
			api.Set("S3OriginConfig", tree.NewObject(from.Pos).Set("OriginAccessIdentity", tree.NewString("", from.Pos)))
		}
	},
}

var originGroupShape = part(map[string]member{
	"origin_id":          to("Id"),
	"failover_criteria":  one("FailoverCriteria", part(map[string]member{"status_codes": to("StatusCodes")})),
	"member":             many("Members", part(map[string]member{"origin_id": to("OriginId")})),
	"selection_criteria": to("SelectionCriteria"),
})

var loggingShape = &shape{
	fields: map[string]member{"bucket": to("Bucket"), "include_cookies": to("IncludeCookies"), "prefix": to("Prefix")},
	finish: func(api, from *tree.Node) {
		api.Set("Enabled", tree.NewBool(api.Has("Bucket"), from.Pos))
		setDefault(api, "IncludeCookies", tree.NewBool(false, from.Pos))
		setDefault(api, "Bucket", tree.NewString("", from.Pos))
		setDefault(api, "Prefix", tree.NewString("", from.Pos))
	},
}

var restrictionsShape = part(map[string]member{
	"geo_restriction": one("GeoRestriction", part(map[string]member{"locations": to("Items"), "restriction_type": to("RestrictionType")})),
})

var certificateShape = &shape{
	fields: map[string]member{
		"acm_certificate_arn": to("ACMCertificateArn"), "iam_certificate_id": to("IAMCertificateId"), "cloudfront_default_certificate": to("CloudFrontDefaultCertificate"),
		"minimum_protocol_version": to("MinimumProtocolVersion"), "ssl_support_method": to("SSLSupportMethod"),
	},
	finish: func(api, from *tree.Node) {
		for _, name := range []string{"IAMCertificateId", "ACMCertificateArn"} {
			if n := api.Get(name); n != nil && !(n.Kind == tree.String && n.Text == "") {
				remove(api, "CloudFrontDefaultCertificate")
				setDefault(api, "MinimumProtocolVersion", tree.NewString("TLSv1", from.Pos))
				return
			}
		}
		remove(api, "SSLSupportMethod")
	},
}

var viewerMTLSShape = part(map[string]member{
	"mode": to("Mode"),
	"trust_store_config": one("TrustStoreConfig", part(map[string]member{
		"trust_store_id": to("TrustStoreId"), "advertise_trust_store_ca_names": to("AdvertiseTrustStoreCaNames"), "ignore_certificate_expiry": to("IgnoreCertificateExpiry"),
	})),
})

// setDefault sets an unset field.
func setDefault(api *tree.Node, name string, v *tree.Node) {
	if !api.Has(name) {
		api.Set(name, v)
	}
}

// remove removes a field.
func remove(api *tree.Node, name string) {
	for i := range api.Fields {
		if api.Fields[i].Name == name {
			api.Fields = append(api.Fields[:i], api.Fields[i+1:]...)
			return
		}
	}
}

// stagingName turns the name of another distribution of the configuration into a reference
// to it.
func stagingName(n *tree.Node) *tree.Node {
	if n.Kind != tree.Unresolved {
		return n
	}
	inner, ok := strings.CutPrefix(n.Text, "${")
	if address, ours := strings.CutSuffix(inner, ".domain_name}"); ok && ours && strings.Contains(address, "aws_cloudfront_distribution.") {
		ref := tree.NewString(address, n.Pos)
		ref.Path = n.Path
		return ref
	}
	return n
}
