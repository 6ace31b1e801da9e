package distribution

import "time"

// Distribution is one CloudFront distribution (API: DistributionConfig), with
// every default filled in and every policy it refers to resolved.
type Distribution struct {
	// Name is how the files refer to the distribution: a CloudFormation logical id
	// prefixed with its nested stack ("Stack/Logical"), or a Terraform address. It
	// is "" if the file holds a single unnamed distribution.
	Name string
	// ID is the distribution's id (E…), or "" if the file has none.
	ID string
	// DomainName is the dNNN.cloudfront.net name, or "" if the file has none.
	DomainName string
	// Comment is the distribution's free-text comment.
	Comment string
	// Enabled reports whether the distribution serves requests. Default true.
	Enabled bool
	// Aliases are the alternate domain names (CNAMEs). The leftmost label may be a
	// wildcard. If there are no aliases, edgesim accepts every Host.
	Aliases []string
	// DefaultRootObject is the object to return for "/", without a leading slash.
	// If it is "", the request for "/" is forwarded unchanged.
	DefaultRootObject string
	// Origins are the origins by id; at least one.
	Origins []Origin
	// OriginGroups are the failover pairs.
	OriginGroups []OriginGroup
	// Behaviors are the cache behaviors in their order of precedence, without
	// the default one.
	Behaviors []CacheBehavior
	// DefaultBehavior handles requests that match no path pattern (path pattern *).
	DefaultBehavior CacheBehavior
	// CustomErrors are the custom error responses.
	CustomErrors []CustomErrorResponse
	// HTTPVersion is the newest viewer HTTP version: http1.1, http2, http3 or
	// http2and3. Default http2.
	HTTPVersion string
	// IPv6 reports whether viewers may connect over IPv6 (API: IsIPV6Enabled).
	IPv6 bool
	// CallerReference, PriceClass and WebACLID are kept as configured and have no
	// effect in edgesim.
	CallerReference, PriceClass, WebACLID string
	// ViewerCertificate is the certificate presented to viewers and the TLS
	// versions they may use.
	ViewerCertificate ViewerCertificate
	// GeoRestriction allows or blocks viewers by country.
	GeoRestriction GeoRestriction
	// Logging is where CloudFront would deliver standard logs.
	Logging Logging
	// Staging marks a staging distribution. ContinuousDeploymentID names the policy
	// that sends traffic to it; ContinuousDeployment is that policy as the files
	// describe it.
	Staging                bool
	ContinuousDeploymentID string
	ContinuousDeployment   *ContinuousDeployment
	// AnycastIPListID, ConnectionFunctionID and CacheTagHeader are kept as configured.
	AnycastIPListID, ConnectionFunctionID, CacheTagHeader string
	// ConnectionMode is direct or tenant-only. Default direct.
	ConnectionMode string
	// TenantParameters are the parameters that tenants set; Tenants are the tenants
	// found in the files.
	TenantParameters []TenantParameter
	Tenants          []Tenant
	// ViewerMTLS requests client certificates from viewers; nil does not.
	ViewerMTLS *ViewerMTLS
	// Tags are the resource's tags, in the order of the file.
	Tags []Tag
	// Unresolved are the values that the files do not contain. One that affects
	// serving is a read error unless placeholders were requested.
	Unresolved []Unresolved
	// Files are the files from which the distribution was read.
	Files []string
	// Notices are the reader's remarks about the file: settings that are not
	// simulated, inferred defaults, and references that could not be resolved. They
	// are always reported.
	Notices []Notice
}

// Notice is a remark about a configuration, tied to a place in its file.
type Notice struct {
	// Kind is the kind of notice.
	Kind NoticeKind
	// File, Line and Column give its position, as far as it is known.
	File         string
	Line, Column int
	// Path is the setting's path in the configuration, e.g.
	// "Origins.Items[0].OriginShield".
	Path string
	// Message is one sentence, in lower case, without a final period.
	Message string
	// Origin is the id of an origin, and Behavior the path pattern of a cache
	// behavior, whose connection to an origin this setting changes in CloudFront.
	// Results from edgesim are then not conclusive for it. Both are "" for every
	// other notice.
	Origin, Behavior string
	// Loopback marks the warning about an origin on the local machine. A user who
	// configures one knows that CloudFront cannot reach it.
	Loopback bool `json:",omitempty"`
}

// NoticeKind is the kind of a [Notice]. The list is append-only.
type NoticeKind string

// The kinds of notices.
const (
	// NoticeUnsimulated marks a setting that edgesim reads but ignores.
	NoticeUnsimulated NoticeKind = "unsimulated"
	// NoticeUnknown marks a field that is not in the API as edgesim knows it.
	NoticeUnknown NoticeKind = "unknown"
	// NoticeInferred marks a default that the documentation does not state.
	NoticeInferred NoticeKind = "inferred"
	// NoticeWarning marks a setting that works in edgesim but not in CloudFront, or
	// that is known to fail in CloudFront.
	NoticeWarning NoticeKind = "warning"
)

// Origin is a server from which CloudFront fetches content. edgesim connects to
// custom origins as documented. S3 origins are kept, and reached like custom
// origins using the viewer's protocol.
type Origin struct {
	// ID is unique within the distribution (CF-CONF-11).
	ID string
	// DomainName is the origin's DNS name, without a scheme or port; an IP address
	// is not allowed (CF-CONF-13).
	DomainName string
	// Path is prepended to every request path (API: OriginPath): "" or "/x" without
	// a trailing slash (CF-CONF-12).
	Path string
	// Kind is the kind of origin: custom or S3.
	Kind OriginKind
	// ProtocolPolicy selects HTTP or HTTPS for requests to the origin.
	ProtocolPolicy OriginProtocolPolicy
	// HTTPPort is the port for HTTP. Default 80; 80, 443, 1024-65535 (CF-CONF-01).
	HTTPPort int
	// HTTPSPort is the port for HTTPS. Default 443; same range.
	HTTPSPort int
	// SSLProtocols is the set of TLS versions that the edge may use with the origin
	// (API: OriginSslProtocols). It may have gaps (CF-TLS-03).
	SSLProtocols []SSLProtocol
	// CustomHeaders are added to each origin request and override the viewer's
	// headers.
	CustomHeaders []Header
	// ConnectionAttempts is the number of connection attempts. 1-3, default 3
	// (CF-CONF-06).
	ConnectionAttempts int
	// ConnectionTimeout bounds each connection attempt. 1-10 s, default 10 s
	// (CF-CONF-07).
	ConnectionTimeout time.Duration
	// ResponseTimeout bounds the wait for the first packet of a response, and then
	// for each further packet (API: OriginReadTimeout). 1-120 s, default 30 s
	// (CF-CONF-08).
	ResponseTimeout time.Duration
	// KeepaliveTimeout is how long an idle connection stays open (API:
	// OriginKeepaliveTimeout). 1-300 s, default 5 s (CF-CONF-09).
	KeepaliveTimeout time.Duration
	// ResponseCompletionTimeout bounds the whole fetch, including all attempts. 0
	// means no limit (CF-TIME-06); otherwise it is at least ResponseTimeout.
	ResponseCompletionTimeout time.Duration
	// IPAddressType selects the address families to use. Default ipv4 (CF-DNS-05).
	IPAddressType IPAddressType
	// Backend is the kind of server behind the domain name, if it can be
	// determined.
	Backend Backend
	// AccessControlID is the id of the origin access control as configured.
	// AccessControl is its definition if the files contain it, or nil.
	AccessControlID string
	AccessControl   *OriginAccessControl
	// AccessIdentity is the legacy origin access identity of an S3 origin, as
	// configured.
	AccessIdentity string
	// Shield holds the Origin Shield settings, or is nil.
	Shield *OriginShield
	// VPC is set for a VPC origin, which edgesim reaches like a custom origin.
	VPC *VPCOrigin
	// MTLSCertificateARN is the ARN of the client certificate for origin mTLS, or
	// "".
	MTLSCertificateARN string
}

// OriginKind is the kind of an origin.
type OriginKind string

// The kinds of origins.
const (
	OriginCustom OriginKind = "custom"
	OriginS3     OriginKind = "s3"
)

// OriginProtocolPolicy is the API's OriginProtocolPolicy (CF-CONF-03).
type OriginProtocolPolicy string

// The origin protocol policies.
const (
	OriginHTTPOnly    OriginProtocolPolicy = "http-only"
	OriginMatchViewer OriginProtocolPolicy = "match-viewer"
	OriginHTTPSOnly   OriginProtocolPolicy = "https-only"
)

// SSLProtocol is one value of the API's OriginSslProtocols (CF-CONF-04).
type SSLProtocol string

// The values of OriginSslProtocols. None exists for TLS 1.3 (CF-TLS-08).
const (
	SSLv3  SSLProtocol = "SSLv3"
	TLSv1  SSLProtocol = "TLSv1"
	TLSv11 SSLProtocol = "TLSv1.1"
	TLSv12 SSLProtocol = "TLSv1.2"
)

// IPAddressType is the API's IpAddressType of an origin (CF-CONF-05).
type IPAddressType string

// The IP address types.
const (
	IPv4      IPAddressType = "ipv4"
	IPv6      IPAddressType = "ipv6"
	DualStack IPAddressType = "dualstack"
)

// Header is a name and a value, as configured.
type Header struct {
	Name  string
	Value string
}

// OriginGroup is a failover pair (CF-FAILOVER-01).
type OriginGroup struct {
	// ID is the id that a behavior's TargetOriginID refers to.
	ID string
	// Members are the ids of the primary and the secondary origin, in order.
	Members []string
	// StatusCodes are the status codes that trigger failover to the secondary
	// (CF-FAILOVER-02).
	StatusCodes []int
	// SelectionCriteria is default or media-quality-based; "" if not specified.
	SelectionCriteria string
}

// CacheBehavior defines how requests that match a path pattern are handled.
type CacheBehavior struct {
	// PathPattern selects requests; the default behavior's is "*" (CF-PATH-02).
	PathPattern string
	// TargetOriginID is the id of an origin or an origin group.
	TargetOriginID string
	// ViewerProtocolPolicy defines how viewer requests over HTTP and HTTPS are
	// handled.
	ViewerProtocolPolicy ViewerProtocolPolicy
	// AllowedMethods is one of three documented sets (CF-CONF-21).
	AllowedMethods []string
	// CachedMethods is GET and HEAD, and optionally OPTIONS.
	CachedMethods []string
	// Compress enables compression at the edge.
	Compress bool
	// CachePolicy is the attached cache policy; nil if the behavior uses legacy
	// settings.
	CachePolicy *CachePolicy
	// OriginRequestPolicy is the attached origin request policy, or nil.
	OriginRequestPolicy *OriginRequestPolicy
	// ResponseHeadersPolicy is the attached response headers policy, or nil.
	ResponseHeadersPolicy *ResponseHeadersPolicy
	// ForwardedValues are the legacy settings; nil if the behavior uses a cache
	// policy.
	ForwardedValues *ForwardedValues
	// Functions and Lambdas are the edge functions associated with the behavior.
	Functions []FunctionAssociation
	Lambdas   []LambdaFunctionAssociation
	// TrustedKeyGroups and TrustedSigners define whose signatures are accepted from
	// viewers.
	TrustedKeyGroups TrustedKeyGroups
	TrustedSigners   TrustedSigners
	// FieldLevelEncryptionID, RealtimeLogConfigARN and SmoothStreaming are kept as configured.
	FieldLevelEncryptionID, RealtimeLogConfigARN string
	SmoothStreaming                              bool
	// GRPC reports whether gRPC requests are forwarded (API: GrpcConfig.Enabled).
	GRPC bool
}

// ViewerProtocolPolicy is the API's ViewerProtocolPolicy (CF-CONF-22).
type ViewerProtocolPolicy string

// The viewer protocol policies.
const (
	ViewerAllowAll        ViewerProtocolPolicy = "allow-all"
	ViewerHTTPSOnly       ViewerProtocolPolicy = "https-only"
	ViewerRedirectToHTTPS ViewerProtocolPolicy = "redirect-to-https"
)

// ForwardedValues are the legacy settings of a behavior without a cache policy.
type ForwardedValues struct {
	// QueryString forwards the query string.
	QueryString bool
	// QueryStringCacheKeys limits the cache key to these parameters.
	QueryStringCacheKeys []string
	// Cookies is none, whitelist or all.
	Cookies ValueSelection
	// Headers are the whitelisted headers; "*" alone means all.
	Headers []string
	// MinTTL, DefaultTTL and MaxTTL are in seconds (CF-CACHE-13).
	MinTTL, DefaultTTL, MaxTTL Seconds
}

// CustomErrorResponse replaces the response for one status code.
type CustomErrorResponse struct {
	// ErrorCode is the status code that it applies to (CF-CONF-23).
	ErrorCode int
	// ResponsePagePath is the path of the error page to fetch; "" for the edge's
	// own error page.
	ResponsePagePath string
	// ResponseCode is the status returned to the viewer (CF-CONF-24); 0 keeps
	// ErrorCode.
	ResponseCode int
	// ErrorCachingMinTTL is in seconds. Default 10.
	ErrorCachingMinTTL Seconds
}

// Origin returns the origin with the given id.
func (d *Distribution) Origin(id string) (*Origin, bool) {
	for i := range d.Origins {
		if d.Origins[i].ID == id {
			return &d.Origins[i], true
		}
	}
	return nil, false
}

// OriginGroup returns the origin group with the given id.
func (d *Distribution) OriginGroup(id string) (*OriginGroup, bool) {
	for i := range d.OriginGroups {
		if d.OriginGroups[i].ID == id {
			return &d.OriginGroups[i], true
		}
	}
	return nil, false
}
