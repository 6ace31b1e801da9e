package distribution

import "time"

// The documented defaults of an origin.
const (
	// DefaultHTTPPort is the port for HTTP (CF-CONN-01).
	DefaultHTTPPort = 80
	// DefaultHTTPSPort is the port for HTTPS (CF-CONN-02).
	DefaultHTTPSPort = 443
	// DefaultConnectionAttempts is the number of connection attempts (CF-CONN-11,
	// CF-CONF-06).
	DefaultConnectionAttempts = 3
	// DefaultConnectionTimeout bounds each connection attempt (CF-CONN-12,
	// CF-CONF-07).
	DefaultConnectionTimeout = 10 * time.Second
	// DefaultResponseTimeout bounds each wait for data from the origin (CF-TIME-01,
	// CF-CONF-08).
	DefaultResponseTimeout = 30 * time.Second
	// DefaultKeepaliveTimeout is how long an idle connection stays open
	// (CF-CONN-16, CF-CONF-09).
	DefaultKeepaliveTimeout = 5 * time.Second
	// DefaultIPAddressType is the address family to use (CF-DNS-05).
	DefaultIPAddressType = IPv4
)

// The documented defaults of a distribution and its cache behaviors. TTLs are in
// seconds.
const (
	// DefaultHTTPVersion is the newest viewer HTTP version if the file does not
	// specify one.
	DefaultHTTPVersion = "http2"
	// DefaultMinTTL is the legacy minimum TTL (CF-CACHE-13).
	DefaultMinTTL = 0
	// DefaultDefaultTTL is the legacy default TTL (CF-CACHE-13).
	DefaultDefaultTTL = 86_400
	// DefaultMaxTTL is the legacy maximum TTL (CF-CACHE-13).
	DefaultMaxTTL = 31_536_000
	// DefaultErrorCachingMinTTL is how long an error is cached (CF-CACHE-20).
	DefaultErrorCachingMinTTL = 10
)

// InferredSSLProtocols returns the TLS versions assumed if a file does not specify
// OriginSslProtocols. The documentation states no default, so a reader that uses
// these adds a [NoticeInferred].
func InferredSSLProtocols() []SSLProtocol { return []SSLProtocol{TLSv1, TLSv11, TLSv12} }

// AllMethods returns the seven methods of the largest documented set of allowed
// methods (CF-CONF-21).
func AllMethods() []string {
	return []string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
}

// NewOrigin returns a custom origin with every default filled in except the
// protocol policy, which the API requires, and the TLS versions, which have no
// documented default.
func NewOrigin(id, domainName string) Origin {
	return Origin{
		ID:                 id,
		DomainName:         domainName,
		Kind:               OriginCustom,
		HTTPPort:           DefaultHTTPPort,
		HTTPSPort:          DefaultHTTPSPort,
		ConnectionAttempts: DefaultConnectionAttempts,
		ConnectionTimeout:  DefaultConnectionTimeout,
		ResponseTimeout:    DefaultResponseTimeout,
		KeepaliveTimeout:   DefaultKeepaliveTimeout,
		IPAddressType:      DefaultIPAddressType,
	}
}

// NewCacheBehavior returns a behavior that matches every path and targets the given
// origin. Every default is filled in except the viewer protocol policy and the
// cache settings, which the API requires.
func NewCacheBehavior(targetOriginID string) CacheBehavior {
	return CacheBehavior{
		PathPattern:    "*",
		TargetOriginID: targetOriginID,
		AllowedMethods: []string{"GET", "HEAD"},
		CachedMethods:  []string{"GET", "HEAD"},
	}
}
