package distribution

// Selection is how a policy selects headers, cookies or query strings.
type Selection string

// The selections of cache and origin request policies. Not all are valid for every
// kind of value (CF-CONF-18).
const (
	SelectNone      Selection = "none"
	SelectWhitelist Selection = "whitelist"
	SelectAllExcept Selection = "allExcept"
	SelectAll       Selection = "all"
	// SelectAllViewer is the spelling of "all" for the headers of an origin request
	// policy.
	SelectAllViewer Selection = "allViewer"
	// SelectAllViewerAndCloudFront selects all viewer headers and the listed
	// CloudFront-* headers (API: allViewerAndWhitelistCloudFront).
	SelectAllViewerAndCloudFront Selection = "allViewerAndWhitelistCloudFront"
)

// ValueSelection is a selection and the names it applies to.
type ValueSelection struct {
	Behavior Selection
	Items    []string
}

// CachePolicy is a managed or custom cache policy.
type CachePolicy struct {
	ID, Name, Comment string
	// MinTTL, DefaultTTL and MaxTTL are in seconds.
	MinTTL, DefaultTTL, MaxTTL Seconds
	// Gzip and Brotli are EnableAcceptEncodingGzip and EnableAcceptEncodingBrotli.
	Gzip, Brotli bool
	Headers      ValueSelection
	Cookies      ValueSelection
	QueryStrings ValueSelection
	// Unresolved marks a policy for which only the id is known; it selects nothing.
	Unresolved bool
}

// OriginRequestPolicy is a managed or custom origin request policy.
type OriginRequestPolicy struct {
	ID, Name, Comment string

	Headers      ValueSelection
	Cookies      ValueSelection
	QueryStrings ValueSelection
	// CloudFrontHeaders are CloudFront-… headers that the edge adds even if Headers
	// does not list them. AWS documents this for one managed policy; custom
	// policies have none.
	CloudFrontHeaders []string
	// Unresolved marks a policy for which only the id is known; it selects nothing.
	Unresolved bool
}

// ResponseHeadersPolicy is a managed or custom response headers policy, kept as
// configured. Package policy applies it.
type ResponseHeadersPolicy struct {
	ID, Name, Comment string
	// Headers are the custom and security headers that it sets, with their override
	// flags.
	Headers []ResponseHeader
	// Remove are the names of the origin's response headers that it removes.
	Remove []string
	// CORS is the CORS configuration, or nil.
	CORS *CORSConfig
	// ServerTiming enables the Server-Timing header, at least for requests that ask
	// for it.
	ServerTiming bool
	// ServerTimingRate is the Server-Timing sampling rate in percent. A rate above
	// 0 also enables the header.
	ServerTimingRate float64
	// Unresolved marks a policy for which only the id is known; it sets nothing.
	Unresolved bool
}

// ResponseHeader is a header set by a response headers policy.
type ResponseHeader struct {
	Header
	// Override reports whether the header replaces the origin's header of the same
	// name.
	Override bool
}

// CORSConfig is the CORS configuration of a response headers policy.
type CORSConfig struct {
	AllowCredentials bool
	AllowHeaders     []string
	AllowMethods     []string
	AllowOrigins     []string
	ExposeHeaders    []string
	MaxAge           Seconds
	OriginOverride   bool
}
