package cloudformation

import (
	"fmt"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// shape is a CloudFormation structure: the API's name of each field, and the structure of
// its value.
type shape struct {
	fields []field
	// open allows any name.
	open bool
}

// field is a field with CloudFormation's name.
type field struct {
	name string
	// api is the API's name; "" means the same.
	api string
	// of is the structure of its value, or of its items; nil for a plain value.
	of *shape
}

// dropped is the API's name for a field that has no effect and no place there.
const dropped = "-"

// plain returns fields with the same name that hold plain values or lists of them.
func plain(names ...string) []field {
	list := make([]field, len(names))
	for i, name := range names {
		list[i] = field{name: name}
	}
	return list
}

func of(fields ...any) *shape {
	s := &shape{}
	for _, f := range fields {
		switch f := f.(type) {
		case field:
			s.fields = append(s.fields, f)
		case []field:
			s.fields = append(s.fields, f...)
		}
	}
	return s
}

func to(name, api string, s *shape) field { return field{name: name, api: api, of: s} }

// counted is the API's own list form, which CloudFormation keeps in a few places.
func counted(items *shape) *shape {
	return of(plain("Quantity"), to("Items", "Items", items))
}

var (
	cookiesShape   = of(plain("Forward", "WhitelistedNames"))
	forwardedShape = of(plain("Headers", "QueryString", "QueryStringCacheKeys"), to("Cookies", "", cookiesShape))
	behaviorShape  = of(
		plain("AllowedMethods", "CachedMethods", "CachePolicyId", "Compress", "DefaultTTL", "FieldLevelEncryptionId", "MaxTTL", "MinTTL",
			"OriginRequestPolicyId", "PathPattern", "RealtimeLogConfigArn", "ResponseHeadersPolicyId", "SmoothStreaming", "TargetOriginId",
			"TrustedKeyGroups", "TrustedSigners", "ViewerProtocolPolicy"),
		to("ForwardedValues", "", forwardedShape),
		to("FunctionAssociations", "", of(plain("EventType", "FunctionARN"))),
		to("GrpcConfig", "", of(plain("Enabled"))),
		to("LambdaFunctionAssociations", "", of(plain("EventType", "IncludeBody", "LambdaFunctionARN"))),
	)
	originShape = of(
		plain("ConnectionAttempts", "ConnectionTimeout", "DomainName", "Id", "OriginAccessControlId", "OriginPath", "ResponseCompletionTimeout"),
		to("OriginCustomHeaders", "CustomHeaders", of(plain("HeaderName", "HeaderValue"))),
		to("CustomOriginConfig", "", of(
			plain("HTTPPort", "HTTPSPort", "IpAddressType", "OriginKeepaliveTimeout", "OriginProtocolPolicy", "OriginReadTimeout"),
			to("OriginSSLProtocols", "OriginSslProtocols", nil),
			to("OriginMtlsConfig", "", of(plain("ClientCertificateArn"))))),
		to("OriginShield", "", of(plain("Enabled", "OriginShieldRegion"))),
		to("S3OriginConfig", "", of(plain("OriginAccessIdentity", "OriginReadTimeout"))),
		to("VpcOriginConfig", "", of(plain("OriginKeepaliveTimeout", "OriginReadTimeout", "OwnerAccountId", "VpcOriginId"))),
	)
	groupShape = of(plain("Id", "SelectionCriteria"),
		to("FailoverCriteria", "", of(to("StatusCodes", "", counted(nil)))),
		to("Members", "", counted(of(plain("OriginId")))))
	distributionShape = of(
		plain("Aliases", "AnycastIpListId", "Comment", "ConnectionMode", "ContinuousDeploymentPolicyId", "DefaultRootObject", "Enabled",
			"HttpVersion", "PriceClass", "Staging", "WebACLId"),
		to("CNAMEs", "CNAMEs", nil),
		to("IPV6Enabled", "IsIPV6Enabled", nil),
		to("CacheBehaviors", "", behaviorShape),
		to("DefaultCacheBehavior", "", behaviorShape),
		to("CacheTagConfig", "", of(plain("HeaderName"))),
		to("ConnectionFunctionAssociation", "", of(plain("Id"))),
		to("CustomErrorResponses", "", of(plain("ErrorCachingMinTTL", "ErrorCode", "ResponseCode", "ResponsePagePath"))),
		to("CustomOrigin", "CustomOrigin", of(plain("DNSName", "HTTPPort", "HTTPSPort", "OriginProtocolPolicy"), to("OriginSSLProtocols", "OriginSslProtocols", nil))),
		to("S3Origin", "S3Origin", of(plain("DNSName", "OriginAccessIdentity"))),
		to("Logging", "", of(plain("Bucket", "Enabled", "IncludeCookies", "Prefix"))),
		to("OriginGroups", "", counted(groupShape)),
		to("Origins", "", originShape),
		to("Restrictions", "", of(to("GeoRestriction", "", of(plain("RestrictionType"), to("Locations", "Items", nil))))),
		to("TenantConfig", "", of(to("ParameterDefinitions", "", of(plain("Name"),
			to("Definition", "", of(to("StringSchema", "", of(plain("Comment", "DefaultValue", "Required"))))))))),
		to("ViewerCertificate", "", of(plain("CloudFrontDefaultCertificate", "MinimumProtocolVersion"),
			to("AcmCertificateArn", "ACMCertificateArn", nil), to("IamCertificateId", "IAMCertificateId", nil), to("SslSupportMethod", "SSLSupportMethod", nil))),
		to("ViewerMtlsConfig", "", of(plain("Mode"), to("TrustStoreConfig", "", of(plain("AdvertiseTrustStoreCaNames", "IgnoreCertificateExpiry", "TrustStoreId"))))),
	)
	selectionShapes = []field{
		to("CookiesConfig", "", of(plain("CookieBehavior", "Cookies"))),
		to("HeadersConfig", "", of(plain("HeaderBehavior", "Headers"))),
		to("QueryStringsConfig", "", of(plain("QueryStringBehavior", "QueryStrings"))),
	}
	cachePolicyShape = of(plain("Comment", "DefaultTTL", "MaxTTL", "MinTTL", "Name"),
		to("ParametersInCacheKeyAndForwardedToOrigin", "", of(plain("EnableAcceptEncodingBrotli", "EnableAcceptEncodingGzip"), selectionShapes)))
	originRequestPolicyShape   = of(plain("Comment", "Name"), selectionShapes)
	listShape                  = counted(nil)
	responseHeadersPolicyShape = of(plain("Comment", "Name"),
		to("CorsConfig", "", of(plain("AccessControlAllowCredentials", "AccessControlMaxAgeSec", "OriginOverride"),
			to("AccessControlAllowHeaders", "", listShape), to("AccessControlAllowMethods", "", listShape),
			to("AccessControlAllowOrigins", "", listShape), to("AccessControlExposeHeaders", "", listShape))),
		to("CustomHeadersConfig", "", counted(of(plain("Header", "Override", "Value")))),
		to("RemoveHeadersConfig", "", counted(of(plain("Header")))),
		to("SecurityHeadersConfig", "", of(
			to("ContentSecurityPolicy", "", of(plain("ContentSecurityPolicy", "Override"))),
			to("ContentTypeOptions", "", of(plain("Override"))),
			to("FrameOptions", "", of(plain("FrameOption", "Override"))),
			to("ReferrerPolicy", "", of(plain("Override", "ReferrerPolicy"))),
			to("StrictTransportSecurity", "", of(plain("AccessControlMaxAgeSec", "IncludeSubdomains", "Override", "Preload"))),
			to("XSSProtection", "", of(plain("ModeBlock", "Override", "Protection", "ReportUri"))))),
		to("ServerTimingHeadersConfig", "", of(plain("Enabled", "SamplingRate"))))
	accessControlShape  = of(plain("Description", "Name", "OriginAccessControlOriginType", "SigningBehavior", "SigningProtocol"))
	accessIdentityShape = of(plain("Comment"))
	functionShape       = of(plain("FunctionCode", "Name"), to("AutoPublish", dropped, nil), to("Tags", dropped, nil), to("FunctionMetadata", dropped, nil),
		to("FunctionConfig", "", of(plain("Comment", "Runtime"), to("KeyValueStoreAssociations", "", of(plain("KeyValueStoreARN"))))))
	storeShape            = of(plain("Comment", "Name", "Tags"), to("ImportSource", "", of(plain("SourceArn", "SourceType"))))
	publicKeyShape        = of(plain("CallerReference", "Comment", "EncodedKey", "Name"))
	keyGroupShape         = of(plain("Comment", "Items", "Name"))
	headerShape           = of(plain("Header", "Value"))
	weightShape           = of(plain("Weight"), to("SessionStickinessConfig", "", of(plain("IdleTTL", "MaximumTTL"))))
	continuousPolicyShape = of(plain("Enabled", "StagingDistributionDnsNames", "Type"),
		to("SingleHeaderPolicyConfig", "", headerShape), to("SingleWeightPolicyConfig", "", weightShape),
		to("TrafficConfig", "", of(plain("Type"), to("SingleHeaderConfig", "", headerShape), to("SingleWeightConfig", "", weightShape))))
	tenantShape = of(plain("ConnectionGroupId", "DistributionId", "Domains", "Enabled", "Name", "Tags"),
		to("Parameters", "", of(plain("Name", "Value"))), to("Customizations", "", &shape{open: true}), to("ManagedCertificateRequest", "", &shape{open: true}))
	connectionGroupShape = of(plain("AnycastIpListId", "Enabled", "Ipv6Enabled", "Name", "Tags"))
)

// rename gives the fields of an evaluated structure the API's names. Fields unknown to
// CloudFormation get a remark and are omitted, as it would reject them.
func (e *evaluator) rename(n *tree.Node, s *shape, path string) *tree.Node {
	if n == nil || s == nil || s.open {
		return n
	}
	switch n.Kind {
	case tree.List:
		out := tree.NewList(n.Pos)
		for i, it := range n.Items {
			out.Items = append(out.Items, e.rename(it, s, fmt.Sprintf("%s[%d]", path, i)))
		}
		return out
	case tree.Object:
	default:
		return n
	}
	out := tree.NewObject(n.Pos)
	for _, f := range n.Fields {
		known := s.find(f.Name)
		if known == nil {
			message := fmt.Sprintf("is not a property CloudFormation has there (line %d)", f.Pos.Line)
			if near := tree.DidYouMean(f.Name, s.names()); near != "" {
				message += fmt.Sprintf("; did you mean %q?", near)
			}
			e.remark(tree.Remark{Pos: f.Pos, Path: path + "." + f.Name, Message: message, Unknown: true})
			continue
		}
		name := known.api
		switch name {
		case dropped:
			continue
		case "":
			name = known.name
		}
		out.Fields = append(out.Fields, tree.Field{Name: name, Pos: f.Pos, Value: e.rename(f.Value, known.of, path+"."+f.Name)})
	}
	return out
}

func (s *shape) find(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

func (s *shape) names() []string {
	list := make([]string, len(s.fields))
	for i, f := range s.fields {
		list[i] = f.name
	}
	return list
}
