package apishape

import "github.com/edgesim/edgesim/distribution"

type apiLogging struct {
	Enabled, IncludeCookies bool
	Bucket, Prefix          string
}

type apiCertificate struct {
	Default          bool   `json:"CloudFrontDefaultCertificate"`
	ACM              string `json:"ACMCertificateArn,omitempty"`
	IAM              string `json:"IAMCertificateId,omitempty"`
	SSLSupportMethod string `json:",omitempty"`
	MinimumProtocol  string `json:"MinimumProtocolVersion,omitempty"`
}

// newAPICertificate omits the certificate if none was configured for the alternate domain
// names: the API rejects the default one with them.
func newAPICertificate(d *distribution.Distribution) *apiCertificate {
	c := d.ViewerCertificate
	out := apiCertificate{c.CloudFrontDefault, c.ACMCertificateARN, c.IAMCertificateID, c.SSLSupportMethod, c.MinimumProtocolVersion}
	if len(d.Aliases) > 0 && out == (apiCertificate{Default: true}) {
		return nil
	}
	return &out
}

type apiRestrictions struct {
	GeoRestriction struct {
		RestrictionType string
		list[string]
	}
}

func newAPIRestrictions(g distribution.GeoRestriction) apiRestrictions {
	var out apiRestrictions
	out.GeoRestriction.RestrictionType = first(g.Type, "none")
	out.GeoRestriction.list = listOfItems(g.Countries)
	return out
}

type apiCacheTag struct{ HeaderName string }

type apiViewerMTLS struct {
	Mode       string
	TrustStore struct {
		ID         string `json:"TrustStoreId"`
		Advertise  bool   `json:"AdvertiseTrustStoreCaNames"`
		Expiration bool   `json:"IgnoreCertificateExpiry"`
	} `json:"TrustStoreConfig"`
}

func newAPIViewerMTLS(v *distribution.ViewerMTLS) *apiViewerMTLS {
	if v == nil {
		return nil
	}
	out := &apiViewerMTLS{Mode: v.Mode}
	out.TrustStore.ID, out.TrustStore.Advertise, out.TrustStore.Expiration = v.TrustStoreID, v.AdvertiseTrustStoreCANames, v.IgnoreCertificateExpiry
	return out
}

type apiTenantConfig struct{ ParameterDefinitions []apiParameter }

type apiParameter struct {
	Name       string
	Definition struct {
		StringSchema struct {
			Required     bool
			Comment      string  `json:",omitempty"`
			DefaultValue *string `json:",omitempty"`
		}
	}
}

func newAPITenantConfig(parameters []distribution.TenantParameter) *apiTenantConfig {
	if len(parameters) == 0 {
		return nil
	}
	out := &apiTenantConfig{}
	for _, p := range parameters {
		a := apiParameter{Name: p.Name}
		a.Definition.StringSchema.Required, a.Definition.StringSchema.Comment = p.Required, p.Comment
		if p.HasDefault {
			a.Definition.StringSchema.DefaultValue = &p.Default
		}
		out.ParameterDefinitions = append(out.ParameterDefinitions, a)
	}
	return out
}
