package distribution

// ViewerCertificate is the certificate presented to viewers and the TLS versions
// they may use.
type ViewerCertificate struct {
	// CloudFrontDefault selects the *.cloudfront.net certificate. Default true.
	CloudFrontDefault bool
	// ACMCertificateARN and IAMCertificateID identify a custom certificate.
	ACMCertificateARN, IAMCertificateID string
	// MinimumProtocolVersion is the security policy. Default TLSv1 with the default
	// certificate; "" if not specified.
	MinimumProtocolVersion string
	// SSLSupportMethod is sni-only, vip or static-ip.
	SSLSupportMethod string
}

// GeoRestriction allows or blocks viewers by country.
type GeoRestriction struct {
	// Type is none, blacklist or whitelist. Default none.
	Type string
	// Countries are ISO 3166-1 alpha-2 codes in upper case.
	Countries []string
}

// Logging is where CloudFront would deliver standard logs (v1).
type Logging struct {
	Enabled, IncludeCookies bool
	Bucket, Prefix          string
}

// ViewerMTLS requests client certificates from viewers.
type ViewerMTLS struct {
	// Mode is required or optional.
	Mode string
	// TrustStoreID is the id of the trust store.
	TrustStoreID                                        string
	AdvertiseTrustStoreCANames, IgnoreCertificateExpiry bool
}

// TenantParameter is a parameter that distribution tenants set.
type TenantParameter struct {
	Name     string
	Required bool
	Comment  string
	// Default is the value if a tenant sets none. HasDefault distinguishes "" from
	// no default.
	Default    string
	HasDefault bool
}

// Tenant is a distribution tenant: its domains, and its values for the parameters
// of a multi-tenant distribution.
type Tenant struct {
	Name, ConnectionGroup string
	Domains               []string
	Parameters            []KeyValue
	Enabled               bool
}

// ContinuousDeployment sends part of the traffic to a staging distribution.
type ContinuousDeployment struct {
	// ID is as configured.
	ID      string
	Enabled bool
	// StagingNames are the domain names of the staging distributions, or how the
	// files refer to them.
	StagingNames []string
	// Type is SingleWeight or SingleHeader.
	Type string
	// Header and Value select requests by header. Weight selects a share of the
	// viewers, from 0 to 0.15.
	Header, Value string
	Weight        float64
	// IdleTTL and MaximumTTL configure session stickiness, in seconds; 0 without
	// stickiness.
	IdleTTL, MaximumTTL int64
}

// Tag is an AWS resource tag.
type Tag struct{ Key, Value string }

// Unresolved is a value that the files do not contain.
type Unresolved struct {
	// Path is the setting's path, as the API spells it.
	Path string
	// What describes the missing value: "attribute DNSName of the load balancer
	// ALB".
	What string
	// Supply is the flag or the overlay line that supplies it.
	Supply string
	// File and Line give its position.
	File string
	Line int
	// Decides reports whether serving needs the value, e.g. an origin's name or a
	// method. A certificate's ARN has no effect in edgesim.
	Decides bool
}
