package distribution

import "time"

// The documented ranges of an origin's settings.
const (
	minConnectionAttempts = 1 // CF-CONF-06, CF-LIMIT-11
	maxConnectionAttempts = 3
	minConnectionTimeout  = 1 * time.Second // CF-CONF-07, CF-LIMIT-12
	maxConnectionTimeout  = 10 * time.Second
	minResponseTimeout    = 1 * time.Second // CF-CONF-08, CF-LIMIT-13
	maxResponseTimeout    = 120 * time.Second
	quotaResponseTimeout  = 180 * time.Second // AWS raises it to this on request
	minKeepaliveTimeout   = 1 * time.Second   // CF-CONF-09, CF-LIMIT-14
	maxKeepaliveTimeout   = 300 * time.Second
	maxPathPattern        = 255            // characters, CF-CONF-26
	maxDomainName         = 253            // characters, the limit of DNS itself
	maxTTL                = 100 * 31536000 // seconds, CF-CACHE-14
)

// The documented quotas. AWS raises the first group on request, so exceeding one is a
// [Problem] with Quota set.
const (
	quotaOrigins       = 100 // CF-LIMIT-06
	quotaOriginGroups  = 10  // CF-LIMIT-07
	quotaBehaviors     = 75  // CF-LIMIT-08, not counting the default behavior
	quotaAliases       = 100 // CF-LIMIT-09
	quotaCustomHeaders = 30  // CF-LIMIT-18
	quotaLegacyHeaders = 10  // CF-LIMIT-15

	quotaPolicyNames     = 10 // names of each kind in a custom policy, CF-LIMIT-17
	quotaLegacyCookies   = 10 // CF-COOKIE-10
	quotaLegacyQueryKeys = 10 // CF-LIMIT-22
	quotaResponseHeaders = 10 // custom headers of a response headers policy, CF-LIMIT-23

	maxPolicyNames       = 1_024 // total characters of all names in one list, CF-LIMIT-17
	maxLegacyCookieNames = 512   // total bytes, minus one for each cookie, CF-COOKIE-10
	maxLegacyQueryKey    = 128   // characters, CF-LIMIT-22
	maxLegacyQueryKeys   = 512   // total characters, CF-LIMIT-22

	maxHeaderName  = 256    // characters, CF-LIMIT-19
	maxHeaderValue = 1_783  // characters, CF-LIMIT-20
	maxHeaderTotal = 10_240 // characters, CF-LIMIT-21
)

// failoverCodes are the statuses an origin group may list (CF-FAILOVER-02).
var failoverCodes = []int{400, 403, 404, 416, 429, 500, 502, 503, 504}

// customErrorCodes are the statuses with custom error responses (CF-CONF-23).
var customErrorCodes = []int{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}

// customResponseCodes are the statuses a viewer may get instead (CF-CONF-24).
var customResponseCodes = []int{200, 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}

// methodSets are the sets of allowed methods (CF-CONF-21).
var methodSets = [][]string{
	{"GET", "HEAD"},
	{"GET", "HEAD", "OPTIONS"},
	{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"},
}

// deniedHeaders must not be added to origin requests, in lower case (CF-HDR-03).
var deniedHeaders = map[string]bool{
	"cache-control": true, "connection": true, "content-length": true, "cookie": true, "host": true,
	"if-match": true, "if-modified-since": true, "if-none-match": true, "if-range": true,
	"if-unmodified-since": true, "max-forwards": true, "pragma": true, "proxy-authenticate": true,
	"proxy-authorization": true, "proxy-connection": true, "range": true, "request-range": true, "te": true,
	"trailer": true, "transfer-encoding": true, "upgrade": true, "via": true, "x-real-ip": true,
}

// deniedHeaderPrefixes are the prefixes of headers that must not be added (CF-HDR-03).
var deniedHeaderPrefixes = []string{"x-amz-", "x-edge-"}

// protectedResponseHeaders cannot be removed by a response headers policy, in
// lower case (CF-RESP-30).
var protectedResponseHeaders = map[string]bool{
	"connection": true, "content-encoding": true, "content-length": true, "expect": true, "host": true,
	"keep-alive": true, "proxy-authenticate": true, "proxy-authorization": true, "proxy-connection": true,
	"trailer": true, "transfer-encoding": true, "upgrade": true, "via": true, "warning": true,
	"x-accel-buffering": true, "x-accel-charset": true, "x-accel-limit-rate": true, "x-accel-redirect": true,
	"x-amzn-auth": true, "x-amzn-cf-billing": true, "x-amzn-cf-id": true, "x-amzn-cf-xff": true,
	"x-amzn-errortype": true, "x-amzn-fle-profile": true, "x-amzn-header-count": true, "x-amzn-header-order": true,
	"x-amzn-lambda-integration-tag": true, "x-amzn-requestid": true, "x-cache": true,
	"x-forwarded-proto": true, "x-real-ip": true,
}

// protectedResponsePrefixes are the prefixes of such headers (CF-RESP-30).
var protectedResponsePrefixes = []string{"x-amz-cf-", "x-edge-"}

// legacyDeniedHeaders cannot be whitelisted for custom origins (CF-CONF-20).
var legacyDeniedHeaders = []string{"Connection", "Cookie", "Proxy-Authorization", "TE", "Upgrade"}

// cachePolicyDeniedHeaders are allowed only in origin request policies (CF-CONF-19).
var cachePolicyDeniedHeaders = []string{
	"CloudFront-Viewer-Address", "CloudFront-Viewer-ASN", "CloudFront-Viewer-TLS",
	"CloudFront-Viewer-JA3-Fingerprint", "CloudFront-Viewer-JA4-Fingerprint",
}
