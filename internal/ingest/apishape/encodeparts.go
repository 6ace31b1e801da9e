package apishape

import "github.com/edgesim/edgesim/distribution"

type apiOrigin struct {
	ID                        string `json:"Id"`
	DomainName                string
	OriginPath                string
	CustomHeaders             list[apiHeader]
	S3                        *apiS3Origin     `json:"S3OriginConfig,omitempty"`
	Custom                    *apiCustomOrigin `json:"CustomOriginConfig,omitempty"`
	VPC                       *apiVPCOrigin    `json:"VpcOriginConfig,omitempty"`
	ConnectionAttempts        int
	ConnectionTimeout         int64
	ResponseCompletionTimeout int64      `json:",omitempty"`
	Shield                    *apiShield `json:"OriginShield,omitempty"`
	AccessControlID           string     `json:"OriginAccessControlId,omitempty"`
}

type apiShield struct {
	Enabled            bool
	OriginShieldRegion string `json:",omitempty"`
}

type apiVPCOrigin struct {
	VPCOriginID            string `json:"VpcOriginId"`
	OwnerAccountID         string `json:"OwnerAccountId,omitempty"`
	OriginReadTimeout      int64
	OriginKeepaliveTimeout int64
}

type apiHeader struct{ HeaderName, HeaderValue string }

type apiS3Origin struct {
	OriginAccessIdentity string
	OriginReadTimeout    int64
}

type apiCustomOrigin struct {
	HTTPPort, HTTPSPort    int
	OriginProtocolPolicy   distribution.OriginProtocolPolicy
	OriginSslProtocols     list[distribution.SSLProtocol]
	OriginReadTimeout      int64
	OriginKeepaliveTimeout int64
	IPAddressType          distribution.IPAddressType `json:"IpAddressType"`
	MTLS                   *apiOriginMTLS             `json:"OriginMtlsConfig,omitempty"`
}

type apiOriginMTLS struct {
	ClientCertificateARN string `json:"ClientCertificateArn"`
}

func newAPIOrigin(o distribution.Origin) apiOrigin {
	out := apiOrigin{
		ID:                        o.ID,
		DomainName:                o.DomainName,
		OriginPath:                o.Path,
		CustomHeaders:             convert(o.CustomHeaders, func(h distribution.Header) apiHeader { return apiHeader{h.Name, h.Value} }),
		ConnectionAttempts:        o.ConnectionAttempts,
		ConnectionTimeout:         inSeconds(o.ConnectionTimeout),
		ResponseCompletionTimeout: inSeconds(o.ResponseCompletionTimeout),
	}
	out.AccessControlID = o.AccessControlID
	if o.Shield != nil {
		out.Shield = &apiShield{o.Shield.Enabled, o.Shield.Region}
	}
	switch {
	case o.Kind == distribution.OriginS3:
		out.S3 = &apiS3Origin{OriginAccessIdentity: o.AccessIdentity, OriginReadTimeout: inSeconds(o.ResponseTimeout)}
		return out
	case o.VPC != nil:
		out.VPC = &apiVPCOrigin{o.VPC.ID, o.VPC.OwnerAccountID, inSeconds(o.ResponseTimeout), inSeconds(o.KeepaliveTimeout)}
		return out
	}
	out.Custom = &apiCustomOrigin{
		HTTPPort:               o.HTTPPort,
		HTTPSPort:              o.HTTPSPort,
		OriginProtocolPolicy:   o.ProtocolPolicy,
		OriginSslProtocols:     listOfItems(o.SSLProtocols),
		OriginReadTimeout:      inSeconds(o.ResponseTimeout),
		OriginKeepaliveTimeout: inSeconds(o.KeepaliveTimeout),
		IPAddressType:          o.IPAddressType,
	}
	if o.MTLSCertificateARN != "" {
		out.Custom.MTLS = &apiOriginMTLS{o.MTLSCertificateARN}
	}
	return out
}

type apiBehavior struct {
	PathPattern             string `json:",omitempty"`
	TargetOriginID          string `json:"TargetOriginId"`
	ViewerProtocolPolicy    distribution.ViewerProtocolPolicy
	AllowedMethods          apiMethods
	Compress                bool
	CachePolicyID           string                 `json:"CachePolicyId,omitempty"`
	OriginRequestPolicyID   string                 `json:"OriginRequestPolicyId,omitempty"`
	ResponseHeadersPolicyID string                 `json:"ResponseHeadersPolicyId,omitempty"`
	ForwardedValues         *apiForwarded          `json:",omitempty"`
	MinTTL                  *distribution.Seconds  `json:",omitempty"`
	DefaultTTL              *distribution.Seconds  `json:",omitempty"`
	MaxTTL                  *distribution.Seconds  `json:",omitempty"`
	Grpc                    struct{ Enabled bool } `json:"GrpcConfig"`
	SmoothStreaming         bool
	FieldLevelEncryptionID  string `json:"FieldLevelEncryptionId"`
	RealtimeLogConfigARN    string `json:"RealtimeLogConfigArn,omitempty"`
	TrustedSigners          apiTrusted
	TrustedKeyGroups        apiTrusted
	Lambdas                 list[apiLambda]             `json:"LambdaFunctionAssociations"`
	Functions               list[apiFunctionOfBehavior] `json:"FunctionAssociations"`
}

type apiTrusted struct {
	Enabled bool
	list[string]
}

type apiLambda struct {
	LambdaFunctionARN string
	EventType         string
	IncludeBody       bool
}

type apiFunctionOfBehavior struct {
	FunctionARN string
	EventType   string
}

type apiMethods struct {
	list[string]
	CachedMethods list[string]
}

type apiForwarded struct {
	QueryString          bool
	Cookies              apiCookies
	Headers              list[string]
	QueryStringCacheKeys list[string]
}

type apiCookies struct {
	Forward          distribution.Selection
	WhitelistedNames *list[string] `json:",omitempty"`
}

func newAPIBehavior(b distribution.CacheBehavior) apiBehavior {
	out := apiBehavior{
		PathPattern:          b.PathPattern,
		TargetOriginID:       b.TargetOriginID,
		ViewerProtocolPolicy: b.ViewerProtocolPolicy,
		AllowedMethods:       apiMethods{listOfItems(b.AllowedMethods), listOfItems(b.CachedMethods)},
		Compress:             b.Compress,
	}
	out.Grpc.Enabled = b.GRPC
	out.SmoothStreaming, out.FieldLevelEncryptionID, out.RealtimeLogConfigARN = b.SmoothStreaming, b.FieldLevelEncryptionID, b.RealtimeLogConfigARN
	out.TrustedSigners = apiTrusted{b.TrustedSigners.Enabled, listOfItems(b.TrustedSigners.Accounts)}
	out.TrustedKeyGroups = apiTrusted{b.TrustedKeyGroups.Enabled, listOfItems(b.TrustedKeyGroups.IDs)}
	out.Lambdas = convert(b.Lambdas, func(f distribution.LambdaFunctionAssociation) apiLambda {
		return apiLambda{f.ARN, f.EventType, f.IncludeBody}
	})
	out.Functions = convert(b.Functions, func(f distribution.FunctionAssociation) apiFunctionOfBehavior {
		return apiFunctionOfBehavior{f.ARN, f.EventType}
	})
	if p := b.CachePolicy; p != nil {
		out.CachePolicyID = idOrName(p.ID, p.Name)
	}
	if p := b.OriginRequestPolicy; p != nil {
		out.OriginRequestPolicyID = idOrName(p.ID, p.Name)
	}
	if p := b.ResponseHeadersPolicy; p != nil {
		out.ResponseHeadersPolicyID = idOrName(p.ID, p.Name)
	}
	if f := b.ForwardedValues; f != nil {
		out.ForwardedValues = &apiForwarded{
			QueryString:          f.QueryString,
			Cookies:              apiCookies{Forward: f.Cookies.Behavior},
			Headers:              listOfItems(f.Headers),
			QueryStringCacheKeys: listOfItems(f.QueryStringCacheKeys),
		}
		if len(f.Cookies.Items) > 0 {
			names := listOfItems(f.Cookies.Items)
			out.ForwardedValues.Cookies.WhitelistedNames = &names
		}
		out.MinTTL, out.DefaultTTL, out.MaxTTL = &f.MinTTL, &f.DefaultTTL, &f.MaxTTL
	}
	return out
}

func idOrName(id, name string) string {
	if id != "" {
		return id
	}
	return name
}
