package apishape

import (
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// viewerSettings reads what concerns viewers: certificate, geography, client certificates.
func (r *reader) viewerSettings(d *distribution.Distribution, o *object) {
	d.ViewerCertificate = r.viewerCertificate(o)
	d.GeoRestriction = r.geoRestriction(o)
	if m := o.child("ViewerMtlsConfig"); m != nil && len(m.node.Fields) > 0 {
		v := &distribution.ViewerMTLS{Mode: m.text("Mode", "")}
		if store := m.child("TrustStoreConfig"); store != nil {
			v.TrustStoreID = store.text("TrustStoreId", "")
			v.AdvertiseTrustStoreCANames = store.boolean("AdvertiseTrustStoreCaNames", false)
			v.IgnoreCertificateExpiry = store.boolean("IgnoreCertificateExpiry", false)
			store.done()
		}
		m.done()
		d.ViewerMTLS = v
	}
}

func (r *reader) viewerCertificate(o *object) distribution.ViewerCertificate {
	c := o.child("ViewerCertificate")
	if c == nil {
		return distribution.ViewerCertificate{CloudFrontDefault: true}
	}
	v := distribution.ViewerCertificate{
		ACMCertificateARN:      c.text("ACMCertificateArn", ""),
		IAMCertificateID:       c.text("IAMCertificateId", ""),
		MinimumProtocolVersion: c.enum("MinimumProtocolVersion", "", limit{rule: "CF-CONF-119"}),
		SSLSupportMethod:       c.enum("SSLSupportMethod", "", limit{rule: "CF-CONF-122"}),
	}
	v.CloudFrontDefault = c.boolean("CloudFrontDefaultCertificate", false)
	// The deprecated pair says the same.
	switch certificate := c.text("Certificate", ""); c.text("CertificateSource", "") {
	case "acm":
		v.ACMCertificateARN = first(v.ACMCertificateARN, certificate)
	case "iam":
		v.IAMCertificateID = first(v.IAMCertificateID, certificate)
	}
	if !c.node.Has("CloudFrontDefaultCertificate") && v.ACMCertificateARN == "" && v.IAMCertificateID == "" {
		v.CloudFrontDefault = true
	}
	if r.m.set.Dialect == tree.DialectTerraform && v.IAMCertificateID != "" {
		v.ACMCertificateARN = "" // the provider uses the IAM one (CF-CONF-117)
	}
	c.done()
	return v
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (r *reader) geoRestriction(o *object) distribution.GeoRestriction {
	g := distribution.GeoRestriction{Type: "none"}
	restrictions := o.child("Restrictions")
	if restrictions == nil {
		return g
	}
	if inner := restrictions.node.Get("GeoRestriction"); inner != nil && inner.Kind == tree.Object {
		g.Countries = restrictions.texts("GeoRestriction", limit{}, func(c *object) {
			g.Type = c.enum("RestrictionType", "none", limit{allowed: "none, blacklist, whitelist", rule: "CF-CONF-123"})
		})
	} else {
		restrictions.child("GeoRestriction")
	}
	for i := range g.Countries {
		g.Countries[i] = strings.ToUpper(g.Countries[i])
	}
	restrictions.done()
	return g
}

// keptSettings reads settings that are kept as configured and have no effect here.
func (r *reader) keptSettings(d *distribution.Distribution, o *object) {
	if l := o.child("Logging"); l != nil {
		d.Logging = distribution.Logging{Bucket: l.text("Bucket", ""), Prefix: l.text("Prefix", ""), IncludeCookies: l.boolean("IncludeCookies", false)}
		// CloudFormation and Terraform have no Enabled: a bucket implies it.
		d.Logging.Enabled = l.boolean("Enabled", !r.strict && d.Logging.Bucket != "")
		if r.strict && !d.Logging.Enabled && (d.Logging.Bucket != "" || d.Logging.Prefix != "") {
			r.notice(distribution.NoticeWarning, l.at("Bucket"), "is not kept by CloudFront where logging is off (CF-CONF-130)")
		}
		l.done()
	}
	d.PriceClass = o.enum("PriceClass", "", limit{rule: "CF-CONF-126"})
	d.WebACLID = o.text("WebACLId", "")
	d.ContinuousDeploymentID = o.text("ContinuousDeploymentPolicyId", "")
	if d.ContinuousDeploymentID != "" {
		d.ContinuousDeployment, _ = part(r, tree.ContinuousDeploymentPolicy, d.ContinuousDeploymentID, continuousDeployment)
	}
	d.AnycastIPListID = o.text("AnycastIpListId", "")
	d.Staging = o.boolean("Staging", false)
	d.ConnectionMode = o.enum("ConnectionMode", "direct", limit{allowed: "direct, tenant-only"})
	if c := o.child("ConnectionFunctionAssociation"); c != nil {
		d.ConnectionFunctionID = c.text("Id", "")
		c.done()
	}
	if c := o.child("CacheTagConfig"); c != nil {
		d.CacheTagHeader = c.text("HeaderName", "")
		c.done()
	}
	if c := o.child("TenantConfig"); c != nil {
		for _, it := range c.plainItems("ParameterDefinitions") {
			d.TenantParameters = append(d.TenantParameters, tenantParameter(r.object(it.path, it.node)))
		}
		c.done()
	}
	d.Tenants = r.m.tenants(r, d)
}

// tenantParameter reads a parameter that tenants fill in.
func tenantParameter(o *object) distribution.TenantParameter {
	p := distribution.TenantParameter{Name: o.text("Name", "")}
	if definition := o.child("Definition"); definition != nil {
		if s := definition.child("StringSchema"); s != nil {
			p.Required, p.Comment = s.boolean("Required", false), s.text("Comment", "")
			p.HasDefault = s.node.Has("DefaultValue")
			p.Default = s.text("DefaultValue", "")
			s.done()
		}
		definition.done()
	}
	o.done()
	return p
}

func continuousDeployment(_ *reader, o *object, res *tree.Resource) *distribution.ContinuousDeployment {
	c := &distribution.ContinuousDeployment{ID: first(res.ID, res.Name), Enabled: o.boolean("Enabled", false)}
	c.StagingNames = o.texts("StagingDistributionDnsNames", limit{}, nil)
	if t := o.child("TrafficConfig"); t != nil {
		c.Type = t.text("Type", "")
		if h := t.child("SingleHeaderConfig"); h != nil {
			c.Header, c.Value = h.text("Header", ""), h.text("Value", "")
			h.done()
		}
		if w := t.child("SingleWeightConfig"); w != nil {
			c.Weight = w.number("Weight", limit{allowed: "0-0.15"})
			if s := w.child("SessionStickinessConfig"); s != nil {
				c.IdleTTL, c.MaximumTTL = s.integer("IdleTTL", 0, limit{}), s.integer("MaximumTTL", 0, limit{})
				s.done()
			}
			w.done()
		}
		t.done()
	}
	return c
}

// tenants reads the tenants of a distribution.
func (m *mapper) tenants(r *reader, d *distribution.Distribution) []distribution.Tenant {
	var list []distribution.Tenant
	for i := range m.set.Resources {
		res := &m.set.Resources[i]
		if res.Type != tree.DistributionTenant {
			continue
		}
		if id := res.Config.Get("DistributionId"); id == nil || id.Text != d.Name && id.Text != d.ID {
			continue
		}
		if t, ok := part(r, tree.DistributionTenant, res.Name, tenant); ok {
			list = append(list, t)
		}
	}
	return list
}

func tenant(r *reader, o *object, _ *tree.Resource) distribution.Tenant {
	t := distribution.Tenant{Name: o.text("Name", ""), ConnectionGroup: o.text("ConnectionGroupId", ""), Enabled: o.boolean("Enabled", true)}
	for _, it := range o.plainItems("Domains") {
		if it.node.Kind != tree.Object {
			t.Domains = append(t.Domains, r.textOf(it.path, "Domain", it.node, "", limit{}))
			continue
		}
		domain := r.object(it.path, it.node)
		t.Domains = append(t.Domains, domain.text("Domain", ""))
		domain.known("Status")
		domain.done()
	}
	for _, it := range o.plainItems("Parameters") {
		p := r.object(it.path, it.node)
		t.Parameters = append(t.Parameters, distribution.KeyValue{Key: p.text("Name", ""), Value: p.text("Value", "")})
		p.done()
	}
	o.known("DistributionId", "Customizations", "ManagedCertificateRequest", "Tags")
	return t
}
