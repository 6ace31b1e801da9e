package terraform

import "github.com/edgesim/edgesim/internal/ingest/tree"

// list is {items = […]}, as a block of its own.
func list(name string) member { return one(name, part(map[string]member{"items": to("Items")})) }

// selections are the three parts that cache and origin request policies share.
func selections() map[string]member {
	return map[string]member{
		"cookies_config":       one("CookiesConfig", part(map[string]member{"cookie_behavior": to("CookieBehavior"), "cookies": list("Cookies")})),
		"headers_config":       one("HeadersConfig", part(map[string]member{"header_behavior": to("HeaderBehavior"), "headers": list("Headers")})),
		"query_strings_config": one("QueryStringsConfig", part(map[string]member{"query_string_behavior": to("QueryStringBehavior"), "query_strings": list("QueryStrings")})),
	}
}

func with(fields, more map[string]member) map[string]member {
	for name, m := range more {
		fields[name] = m
	}
	return fields
}

var cachePolicyShape = &shape{
	kind: tree.CachePolicy,
	fields: map[string]member{
		"name": to("Name"), "comment": to("Comment"), "min_ttl": to("MinTTL"), "default_ttl": to("DefaultTTL"), "max_ttl": to("MaxTTL"),
		"parameters_in_cache_key_and_forwarded_to_origin": one("ParametersInCacheKeyAndForwardedToOrigin", part(with(selections(), map[string]member{
			"enable_accept_encoding_brotli": to("EnableAcceptEncodingBrotli"), "enable_accept_encoding_gzip": to("EnableAcceptEncodingGzip"),
		}))),
	},
	// The provider's own defaults.
	finish: func(api, from *tree.Node) {
		setDefault(api, "MinTTL", tree.NewInteger(0, from.Pos))
		setDefault(api, "DefaultTTL", tree.NewInteger(86400, from.Pos))
		setDefault(api, "MaxTTL", tree.NewInteger(31536000, from.Pos))
	},
}

var originRequestPolicyShape = &shape{
	kind:   tree.OriginRequestPolicy,
	fields: with(selections(), map[string]member{"name": to("Name"), "comment": to("Comment")}),
}

var responseHeadersPolicyShape = &shape{
	kind: tree.ResponseHeadersPolicy,
	fields: map[string]member{
		"name": to("Name"), "comment": to("Comment"),
		"cors_config": one("CorsConfig", part(map[string]member{
			"access_control_allow_credentials": to("AccessControlAllowCredentials"), "access_control_allow_headers": list("AccessControlAllowHeaders"),
			"access_control_allow_methods": list("AccessControlAllowMethods"), "access_control_allow_origins": list("AccessControlAllowOrigins"),
			"access_control_expose_headers": list("AccessControlExposeHeaders"), "access_control_max_age_sec": to("AccessControlMaxAgeSec"), "origin_override": to("OriginOverride"),
		})),
		"custom_headers_config": one("CustomHeadersConfig", part(map[string]member{
			"items": many("Items", part(map[string]member{"header": to("Header"), "override": to("Override"), "value": to("Value")})),
		})),
		"remove_headers_config": one("RemoveHeadersConfig", part(map[string]member{
			"items": many("Items", part(map[string]member{"header": to("Header")})),
		})),
		"security_headers_config":      one("SecurityHeadersConfig", securityShape),
		"server_timing_headers_config": one("ServerTimingHeadersConfig", part(map[string]member{"enabled": to("Enabled"), "sampling_rate": to("SamplingRate")})),
	},
}

var securityShape = part(map[string]member{
	"content_security_policy": one("ContentSecurityPolicy", part(map[string]member{"content_security_policy": to("ContentSecurityPolicy"), "override": to("Override")})),
	"content_type_options":    one("ContentTypeOptions", part(map[string]member{"override": to("Override")})),
	"frame_options":           one("FrameOptions", part(map[string]member{"frame_option": to("FrameOption"), "override": to("Override")})),
	"referrer_policy":         one("ReferrerPolicy", part(map[string]member{"referrer_policy": to("ReferrerPolicy"), "override": to("Override")})),
	"strict_transport_security": one("StrictTransportSecurity", part(map[string]member{
		"access_control_max_age_sec": to("AccessControlMaxAgeSec"), "include_subdomains": to("IncludeSubdomains"), "override": to("Override"), "preload": to("Preload"),
	})),
	"xss_protection": one("XSSProtection", part(map[string]member{
		"mode_block": to("ModeBlock"), "override": to("Override"), "protection": to("Protection"), "report_uri": to("ReportUri"),
	})),
})

var accessControlShape = &shape{kind: tree.OriginAccessControl, fields: map[string]member{
	"name": to("Name"), "description": to("Description"), "origin_access_control_origin_type": to("OriginAccessControlOriginType"),
	"signing_behavior": to("SigningBehavior"), "signing_protocol": to("SigningProtocol"),
}}

var accessIdentityShape = &shape{kind: tree.OriginAccessIdentity, fields: map[string]member{
	"comment": to("Comment"), "caller_reference": ignored, "cloudfront_access_identity_path": ignored, "iam_arn": ignored, "s3_canonical_user_id": ignored,
}}

var functionShape = &shape{
	kind: tree.Function,
	fields: map[string]member{
		"name": to("Name"), "code": to("FunctionCode"), "comment": to("Comment"), "runtime": to("Runtime"), "key_value_store_associations": to("KeyValueStoreAssociations"),
		"publish": ignored, "live_stage_etag": ignored, "status": ignored,
	},
	finish: func(api, from *tree.Node) {
		config := tree.NewObject(from.Pos)
		if stores := api.Get("KeyValueStoreAssociations"); stores != nil && stores.Kind == tree.List {
			associations := tree.NewList(stores.Pos)
			for _, arn := range stores.Items {
				associations.Items = append(associations.Items, tree.NewObject(arn.Pos).Set("KeyValueStoreARN", arn))
			}
			api.Set("KeyValueStoreAssociations", associations)
		}
		for _, name := range []string{"Comment", "Runtime", "KeyValueStoreAssociations"} {
			config.Set(name, api.Get(name))
			remove(api, name)
		}
		api.Set("FunctionConfig", config)
	},
}

var keyValueStoreShape = &shape{kind: tree.KeyValueStore, fields: map[string]member{
	"name": to("Name"), "comment": to("Comment"), "timeouts": ignored,
}}

var publicKeyShape = &shape{kind: tree.PublicKey, fields: map[string]member{
	"name": to("Name"), "name_prefix": ignored, "comment": to("Comment"), "encoded_key": to("EncodedKey"), "caller_reference": to("CallerReference"),
}}

var keyGroupShape = &shape{kind: tree.KeyGroup, fields: map[string]member{"name": to("Name"), "comment": to("Comment"), "items": to("Items")}}

var continuousDeploymentShape = &shape{
	kind: tree.ContinuousDeploymentPolicy,
	fields: map[string]member{
		"enabled": to("Enabled"),
		"staging_distribution_dns_names": one("StagingDistributionDnsNames", &shape{
			fields: map[string]member{"quantity": ignored, "items": to("Items")},
			finish: func(api, _ *tree.Node) {
				if names := api.Get("Items"); names != nil {
					for i, n := range names.Items {
						names.Items[i] = stagingName(n)
					}
				}
			},
		}),
		"traffic_config": one("TrafficConfig", part(map[string]member{
			"type":                 to("Type"),
			"single_header_config": one("SingleHeaderConfig", part(map[string]member{"header": to("Header"), "value": to("Value")})),
			"single_weight_config": one("SingleWeightConfig", part(map[string]member{
				"weight":                    to("Weight"),
				"session_stickiness_config": one("SessionStickinessConfig", part(map[string]member{"idle_ttl": to("IdleTTL"), "maximum_ttl": to("MaximumTTL")})),
			})),
		})),
	},
}
