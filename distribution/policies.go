package distribution

// Selection is how a policy picks headers, cookies or query strings.
type Selection string

// The selections of cache and origin request policies. Not all are legal for
// each kind of value (CF-CONF-18).
const (
	SelectNone      Selection = "none"
	SelectWhitelist Selection = "whitelist"
	SelectAllExcept Selection = "allExcept"
	SelectAll       Selection = "all"
	// SelectAllViewer is "all" as headers of an origin request policy spell it.
	SelectAllViewer Selection = "allViewer"
	// SelectAllViewerAndCloudFront is all viewer headers and the listed CloudFront-* ones
	// (API: allViewerAndWhitelistCloudFront).
	SelectAllViewerAndCloudFront Selection = "allViewerAndWhitelistCloudFront"
)

// ValueSelection is a selection with the names it applies to.
type ValueSelection struct {
	Behavior Selection
	Items    []string
}

// CachePolicy is a managed or custom cache policy.
type CachePolicy struct {
	ID, Name, Comment string
	// MinTTL, DefaultTTL and MaxTTL are in seconds.
	MinTTL, DefaultTTL, MaxTTL Seconds
	// Gzip and Brotli are EnableAcceptEncodingGzip and -Brotli.
	Gzip, Brotli bool
	Headers      ValueSelection
	Cookies      ValueSelection
	QueryStrings ValueSelection
	// Unresolved marks a policy of which only the id is known; it selects nothing.
	Unresolved bool
}

// OriginRequestPolicy is a managed or custom origin request policy.
type OriginRequestPolicy struct {
	ID, Name, Comment string

	Headers      ValueSelection
	Cookies      ValueSelection
	QueryStrings ValueSelection
	// CloudFrontHeaders are fields of the edge's own (CloudFront-…) that are
	// added although Headers does not name them. AWS says so of one managed
	// policy; a custom one has none.
	CloudFrontHeaders []string
	// Unresolved marks a policy of which only the id is known; it selects nothing.
	Unresolved bool
}

// ResponseHeadersPolicy is a managed or custom response headers policy. What
// it contains is kept as configured; it is applied by package policy.
type ResponseHeadersPolicy struct {
	ID, Name, Comment string
	// Headers are the custom and security headers it sets, with their override flag.
	Headers []ResponseHeader
	// Remove are the names of origin headers it removes.
	Remove []string
	// CORS is the CORS part, or nil.
	CORS *CORSConfig
	// ServerTiming turns Server-Timing on, if only for requests that ask for it.
	ServerTiming bool
	// ServerTimingRate is the sampling rate of Server-Timing in percent. Any
	// rate above 0 turns it on, too.
	ServerTimingRate float64
	// Unresolved marks a policy of which only the id is known; it sets nothing.
	Unresolved bool
}

// ResponseHeader is a header that a response headers policy sets.
type ResponseHeader struct {
	Header
	// Override says that the origin's header of this name is replaced.
	Override bool
}

// CORSConfig is the CORS part of a response headers policy.
type CORSConfig struct {
	AllowCredentials bool
	AllowHeaders     []string
	AllowMethods     []string
	AllowOrigins     []string
	ExposeHeaders    []string
	MaxAge           Seconds
	OriginOverride   bool
}
