package distribution

// ViewerCertificate is what viewers are shown, and which TLS they may speak.
type ViewerCertificate struct {
	// CloudFrontDefault is the certificate of *.cloudfront.net. Default true.
	CloudFrontDefault bool
	// ACMCertificateARN and IAMCertificateID name a certificate of the user's own.
	ACMCertificateARN, IAMCertificateID string
	// MinimumProtocolVersion is the security policy. Default TLSv1 with the
	// default certificate; "" where nobody says.
	MinimumProtocolVersion string
	// SSLSupportMethod is sni-only, vip or static-ip.
	SSLSupportMethod string
}

// GeoRestriction lets viewers of some countries in or keeps them out.
type GeoRestriction struct {
	// Type is none, blacklist or whitelist. Default none.
	Type string
	// Countries are ISO 3166-1 alpha-2 codes in upper case.
	Countries []string
}

// Logging is where standard logs (v1) would be delivered.
type Logging struct {
	Enabled, IncludeCookies bool
	Bucket, Prefix          string
}

// ViewerMTLS asks viewers for certificates.
type ViewerMTLS struct {
	// Mode is required or optional.
	Mode string
	// TrustStoreID names the trust store.
	TrustStoreID                                        string
	AdvertiseTrustStoreCANames, IgnoreCertificateExpiry bool
}

// TenantParameter is a parameter that distribution tenants fill in.
type TenantParameter struct {
	Name     string
	Required bool
	Comment  string
	// Default is the value where a tenant gives none; HasDefault tells "" from none.
	Default    string
	HasDefault bool
}

// Tenant is a distribution tenant: domains and values for the parameters of a
// distribution that many share.
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
	// StagingNames are the staging distributions' domain names, or how the files
	// refer to them.
	StagingNames []string
	// Type is SingleWeight or SingleHeader.
	Type string
	// Header and Value choose by header, Weight by share of the viewers, from 0 to 0.15.
	Header, Value string
	Weight        float64
	// IdleTTL and MaximumTTL are those of session stickiness, in seconds; 0 without.
	IdleTTL, MaximumTTL int64
}

// Tag is a name and a value that AWS keeps beside a resource.
type Tag struct{ Key, Value string }

// Unresolved is a value that the files do not hold.
type Unresolved struct {
	// Path is the setting in the API's spelling.
	Path string
	// What says what is not known: "attribute DNSName of the load balancer ALB".
	What string
	// Supply is the flag or the overlay's line that supplies it.
	Supply string
	// File and Line are its place.
	File string
	Line int
	// Decides is set where serving needs the value: an origin's name, a method.
	// A certificate's ARN decides nothing here.
	Decides bool
}
