package ingest

import "github.com/edgesim/edgesim/distribution"

type apiOrigin struct {
	ID                        string `json:"Id"`
	DomainName                string
	OriginPath                string
	CustomHeaders             list[apiHeader]
	S3                        *apiS3Origin     `json:"S3OriginConfig,omitempty"`
	Custom                    *apiCustomOrigin `json:"CustomOriginConfig,omitempty"`
	ConnectionAttempts        int
	ConnectionTimeout         int64
	ResponseCompletionTimeout int64 `json:",omitempty"`
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
	if o.Kind == distribution.OriginS3 {
		out.S3 = &apiS3Origin{OriginReadTimeout: inSeconds(o.ResponseTimeout)}
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
	MinTTL                  *int64                 `json:",omitempty"`
	DefaultTTL              *int64                 `json:",omitempty"`
	MaxTTL                  *int64                 `json:",omitempty"`
	Grpc                    struct{ Enabled bool } `json:"GrpcConfig"`
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
