package ingest

import (
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// unsimulatedConfig reads the settings of a distribution that edgesim does not
// act on, and reports those that would change something.
func (r *reader) unsimulatedConfig(o *object) {
	r.logging(o)
	r.viewerCertificate(o)
	r.geoRestriction(o)
	for _, s := range []struct{ name, what string }{
		{"WebACLId", "AWS WAF is not simulated: every request passes"},
		{"ContinuousDeploymentPolicyId", "continuous deployment is not simulated: all requests stay with this distribution"},
		{"AnycastIpListId", "anycast static IP addresses are not simulated"},
	} {
		if o.text(s.name, "") != "" {
			r.notice(distribution.NoticeUnsimulated, o.at(s.name), "%s", s.what)
		}
	}
	if o.boolean("Staging", false) {
		r.notice(distribution.NoticeUnsimulated, o.at("Staging"), "a staging distribution is served like a primary one")
	}
	if mode := o.text("ConnectionMode", "direct"); mode != "direct" {
		r.notice(distribution.NoticeUnsimulated, o.at("ConnectionMode"), "connection mode %q is not simulated: viewers are answered directly", mode)
	}
	for _, s := range []struct{ name, what string }{
		{"TenantConfig", "distribution tenants are not simulated: their parameters are not filled in"},
		{"ViewerMtlsConfig", "viewer mTLS is not simulated: no client certificate is asked for"},
		{"ConnectionFunctionAssociation", "connection functions are not run"},
		{"CacheTagConfig", "cache tags are not simulated"},
	} {
		if n := o.take(s.name); n != nil && !(n.kind == kindObject && len(n.fields) == 0) {
			r.notice(distribution.NoticeUnsimulated, o.at(s.name), "%s", s.what)
		}
	}
}

func (r *reader) logging(o *object) {
	l := o.child("Logging")
	if l == nil {
		return
	}
	if l.boolean("Enabled", false) {
		r.notice(distribution.NoticeUnsimulated, l.path, "logs are not delivered to %q: edgesim has its recordings", l.text("Bucket", ""))
	}
	l.known("IncludeCookies", "Bucket", "Prefix")
	l.done()
}

func (r *reader) viewerCertificate(o *object) {
	c := o.child("ViewerCertificate")
	if c == nil {
		return
	}
	own := !c.boolean("CloudFrontDefaultCertificate", false)
	version := c.text("MinimumProtocolVersion", "")
	if own && len(c.node.fields) > 0 {
		message := "viewers get a certificate of edgesim's own authority"
		if version != "" {
			message += ", and the security policy " + version + " is not enforced"
		}
		r.notice(distribution.NoticeUnsimulated, c.path, "%s", message)
	}
	c.known("IAMCertificateId", "ACMCertificateArn", "SSLSupportMethod", "Certificate", "CertificateSource")
	c.done()
}

func (r *reader) geoRestriction(o *object) {
	restrictions := o.child("Restrictions")
	if restrictions == nil {
		return
	}
	var kind string
	countries := restrictions.texts("GeoRestriction", limit{}, func(g *object) { kind = g.text("RestrictionType", "none") })
	if kind != "" && kind != "none" {
		r.notice(distribution.NoticeUnsimulated, restrictions.at("GeoRestriction"), "the geographic restriction (%s of %s) is not simulated: every viewer is let in", kind, strings.Join(countries, ", "))
	}
	restrictions.done()
}
