package distribution

import "time"

// Distribution is one CloudFront distribution (API: DistributionConfig), with
// every default filled in and every policy it refers to resolved.
type Distribution struct {
	// Name is how the files refer to it: a CloudFormation logical id with the
	// nested stack in front ("Stack/Logical"), a Terraform address; "" where the
	// file holds one distribution and gives it no name.
	Name string
	// ID is the distribution's id (E…), or "" where the file has none.
	ID string
	// DomainName is the dNNN.cloudfront.net name, or "" where the file has none.
	DomainName string
	// Comment is the free text of the configuration.
	Comment string
	// Enabled is false for a distribution that answers nobody. Default true.
	Enabled bool
	// Aliases are the alternate domain names (CNAMEs), which may hold a
	// leading wildcard label. None means that every Host is accepted here.
	Aliases []string
	// DefaultRootObject is what a request for "/" asks for, without a leading
	// slash; "" means that "/" is passed on as it is.
	DefaultRootObject string
	// Origins are the origins by id; at least one.
	Origins []Origin
	// OriginGroups are the failover pairs.
	OriginGroups []OriginGroup
	// Behaviors are the cache behaviors in their order of precedence, without
	// the default one.
	Behaviors []CacheBehavior
	// DefaultBehavior answers what no path pattern matches (path pattern *).
	DefaultBehavior CacheBehavior
	// CustomErrors are the custom error responses.
	CustomErrors []CustomErrorResponse
	// HTTPVersion is the newest viewer HTTP version: http1.1, http2, http3 or
	// http2and3. Default http2.
	HTTPVersion string
	// IPv6 says whether viewers may come over IPv6 (API: IsIPV6Enabled).
	IPv6 bool
	// CallerReference, PriceClass and WebACLID are kept as configured and decide
	// nothing here.
	CallerReference, PriceClass, WebACLID string
	// ViewerCertificate is what viewers are shown, and the TLS they may speak.
	ViewerCertificate ViewerCertificate
	// GeoRestriction lets viewers of some countries in or keeps them out.
	GeoRestriction GeoRestriction
	// Logging is where standard logs would go.
	Logging Logging
	// Staging marks a staging distribution; ContinuousDeploymentID names the
	// policy that sends it traffic, ContinuousDeployment is what the files say of it.
	Staging                bool
	ContinuousDeploymentID string
	ContinuousDeployment   *ContinuousDeployment
	// AnycastIPListID, ConnectionFunctionID and CacheTagHeader are kept as configured.
	AnycastIPListID, ConnectionFunctionID, CacheTagHeader string
	// ConnectionMode is direct or tenant-only. Default direct.
	ConnectionMode string
	// TenantParameters are what tenants fill in, Tenants those of the files.
	TenantParameters []TenantParameter
	Tenants          []Tenant
	// ViewerMTLS asks viewers for certificates; nil does not.
	ViewerMTLS *ViewerMTLS
	// Tags are the resource's tags, in the order of the file.
	Tags []Tag
	// Unresolved are the values that the files do not hold. One that decides
	// something is an error of reading, unless placeholders were asked for.
	Unresolved []Unresolved
	// Files are the files that the distribution was read from.
	Files []string
	// Notices are what the reader of the file has to say about it: settings
	// that are not simulated, defaults that were inferred, references that
	// could not be resolved. They never pass silently.
	Notices []Notice
}

// Notice is one remark about a configuration, tied to a place in its file.
type Notice struct {
	// Kind says what sort of remark this is.
	Kind NoticeKind
	// File, Line and Column are where it stands, as far as that is known.
	File         string
	Line, Column int
	// Path is the place in the file, e.g. "Origins.Items[0].OriginShield".
	Path string
	// Message says it in one sentence, lower case, without a full stop.
	Message string
	// Origin is the id of the origin, and Behavior the path pattern of the cache
	// behavior, whose way to an origin the setting changes in CloudFront: what is seen
	// here is then no verdict on it. Both are "" for every other remark.
	Origin, Behavior string
	// Loopback marks the warning of an origin that is this very machine: whoever
	// names it so knows that CloudFront cannot reach it.
	Loopback bool `json:",omitempty"`
}

// NoticeKind sorts notices. The list is append-only.
type NoticeKind string

// The kinds of notices.
const (
	// NoticeUnsimulated marks a setting that edgesim reads but does not act on.
	NoticeUnsimulated NoticeKind = "unsimulated"
	// NoticeUnknown marks a field that is not part of the API as we know it.
	NoticeUnknown NoticeKind = "unknown"
	// NoticeInferred marks a default that the documentation does not state.
	NoticeInferred NoticeKind = "inferred"
	// NoticeWarning marks a setting that works here but not in CloudFront, or
	// that is known to fail there.
	NoticeWarning NoticeKind = "warning"
)

// Origin is one server that CloudFront fetches from. Only custom origins are
// connected to as documented; S3 origins are kept and reached as custom origins
// by the viewer's protocol.
type Origin struct {
	// ID is unique within the distribution (CF-CONF-11).
	ID string
	// DomainName is the origin's DNS name, without scheme, port or IP (CF-CONF-13).
	DomainName string
	// Path is put before every request's path (API: OriginPath); "" or
	// "/x" without a trailing slash (CF-CONF-12).
	Path string
	// Kind tells a custom origin from an S3 one.
	Kind OriginKind
	// ProtocolPolicy decides HTTP or HTTPS toward the origin.
	ProtocolPolicy OriginProtocolPolicy
	// HTTPPort is the port for HTTP. Default 80; 80, 443, 1024-65535 (CF-CONF-01).
	HTTPPort int
	// HTTPSPort is the port for HTTPS. Default 443; same range.
	HTTPSPort int
	// SSLProtocols is the set of TLS versions the edge may use toward the
	// origin (API: OriginSslProtocols). A set: holes are legal (CF-TLS-03).
	SSLProtocols []SSLProtocol
	// CustomHeaders are added to each origin request, over the viewer's.
	CustomHeaders []Header
	// ConnectionAttempts is the number of tries. 1-3, default 3 (CF-CONF-06).
	ConnectionAttempts int
	// ConnectionTimeout bounds one try to connect. 1-10 s, default 10 s (CF-CONF-07).
	ConnectionTimeout time.Duration
	// ResponseTimeout bounds the wait for the first packet of a response and
	// between packets (API: OriginReadTimeout). 1-120 s, default 30 s (CF-CONF-08).
	ResponseTimeout time.Duration
	// KeepaliveTimeout is how long an idle connection is kept (API:
	// OriginKeepaliveTimeout). 1-300 s, default 5 s (CF-CONF-09).
	KeepaliveTimeout time.Duration
	// ResponseCompletionTimeout bounds the whole fetch, attempts included.
	// 0 means no bound (CF-TIME-06); otherwise at least ResponseTimeout.
	ResponseCompletionTimeout time.Duration
	// IPAddressType says which address families are used. Default ipv4 (CF-DNS-05).
	IPAddressType IPAddressType
	// Backend is the sort of server behind the name, where something tells.
	Backend Backend
	// AccessControlID names the origin access control as configured, AccessControl
	// is what the files say of it, or nil.
	AccessControlID string
	AccessControl   *OriginAccessControl
	// AccessIdentity is the older origin access identity of an S3 origin, as configured.
	AccessIdentity string
	// Shield is Origin Shield, or nil.
	Shield *OriginShield
	// VPC is set for a VPC origin, which is reached like a custom one.
	VPC *VPCOrigin
	// MTLSCertificateARN names the client certificate of origin mTLS, or is "".
	MTLSCertificateARN string
}

// OriginKind tells the sorts of origins apart.
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

// SSLProtocol is one token of the API's OriginSslProtocols (CF-CONF-04).
type SSLProtocol string

// The tokens of OriginSslProtocols. There is none for TLS 1.3 (CF-TLS-08).
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
	// ID is what a behavior's TargetOriginID names.
	ID string
	// Members are the ids of the primary and the secondary origin, in order.
	Members []string
	// StatusCodes are the codes that make the edge try the secondary (CF-FAILOVER-02).
	StatusCodes []int
	// SelectionCriteria is default, media-quality-based, or "" where nobody says.
	SelectionCriteria string
}

// CacheBehavior says how requests of one path pattern are treated.
type CacheBehavior struct {
	// PathPattern selects requests; "*" for the default behavior (CF-PATH-02).
	PathPattern string
	// TargetOriginID names an origin or an origin group.
	TargetOriginID string
	// ViewerProtocolPolicy says what happens to viewers on HTTP and HTTPS.
	ViewerProtocolPolicy ViewerProtocolPolicy
	// AllowedMethods is one of three documented sets (CF-CONF-21).
	AllowedMethods []string
	// CachedMethods is GET, HEAD and perhaps OPTIONS.
	CachedMethods []string
	// Compress turns edge compression on.
	Compress bool
	// CachePolicy is the attached cache policy; nil in legacy mode.
	CachePolicy *CachePolicy
	// OriginRequestPolicy is the attached origin request policy, or nil.
	OriginRequestPolicy *OriginRequestPolicy
	// ResponseHeadersPolicy is the attached response headers policy, or nil.
	ResponseHeadersPolicy *ResponseHeadersPolicy
	// ForwardedValues are the legacy settings; nil in policy mode.
	ForwardedValues *ForwardedValues
	// Functions and Lambdas are the edge functions attached to the behavior.
	Functions []FunctionAssociation
	Lambdas   []LambdaFunctionAssociation
	// TrustedKeyGroups and TrustedSigners say whose signatures viewers need.
	TrustedKeyGroups TrustedKeyGroups
	TrustedSigners   TrustedSigners
	// FieldLevelEncryptionID, RealtimeLogConfigARN and SmoothStreaming are kept as configured.
	FieldLevelEncryptionID, RealtimeLogConfigARN string
	SmoothStreaming                              bool
	// GRPC is whether gRPC requests are passed on (API: GrpcConfig.Enabled).
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

// CustomErrorResponse replaces the answer for one status code.
type CustomErrorResponse struct {
	// ErrorCode is the status it applies to (CF-CONF-23).
	ErrorCode int
	// ResponsePagePath is the page to fetch, or "" for the edge's own answer.
	ResponsePagePath string
	// ResponseCode is the status the viewer gets (CF-CONF-24); 0 keeps ErrorCode.
	ResponseCode int
	// ErrorCachingMinTTL is in seconds. Default 10.
	ErrorCachingMinTTL Seconds
}

// Origin returns the origin with this id.
func (d *Distribution) Origin(id string) (*Origin, bool) {
	for i := range d.Origins {
		if d.Origins[i].ID == id {
			return &d.Origins[i], true
		}
	}
	return nil, false
}

// OriginGroup returns the origin group with this id.
func (d *Distribution) OriginGroup(id string) (*OriginGroup, bool) {
	for i := range d.OriginGroups {
		if d.OriginGroups[i].ID == id {
			return &d.OriginGroups[i], true
		}
	}
	return nil, false
}
