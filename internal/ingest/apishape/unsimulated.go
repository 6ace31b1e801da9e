package apishape

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// unsimulated reports what a distribution requires of AWS that edgesim does not act on, or
// acts on without knowing everything.
func (r *reader) unsimulated(d *distribution.Distribution) {
	say := func(path, format string, args ...any) {
		r.notice(distribution.NoticeUnsimulated, path, format, args...)
	}
	if d.HTTPVersion == "http3" || d.HTTPVersion == "http2and3" {
		say("HttpVersion", "HTTP/3 is not simulated: viewers are answered over HTTP/2 and HTTP/1.1")
	}
	if d.Logging.Enabled {
		say("Logging", "logs are not delivered to %q: edgesim has its recordings", d.Logging.Bucket)
	}
	if c := d.ViewerCertificate; !c.CloudFrontDefault {
		say("ViewerCertificate", "viewers get a certificate of edgesim's own authority")
	}
	if g := d.GeoRestriction; g.Type != "none" {
		say("Restrictions.GeoRestriction", "where viewers are is not known unless --viewer-country says so: until then all are let in (%s of %s)", g.Type, strings.Join(g.Countries, ", "))
	}
	for _, s := range []struct {
		path string
		on   bool
		what string
	}{
		{"WebACLId", d.WebACLID != "", "AWS WAF is not simulated: every request passes"},
		{"ContinuousDeploymentPolicyId", d.ContinuousDeploymentID != "", "continuous deployment is not simulated: all requests stay with this distribution"},
		{"AnycastIpListId", d.AnycastIPListID != "", "anycast static IP addresses are not simulated"},
		{"Staging", d.Staging, "a staging distribution is served like a primary one"},
		{"ConnectionMode", d.ConnectionMode != "direct", fmt.Sprintf("connection mode %q is not simulated: viewers are answered directly", d.ConnectionMode)},
		{"TenantConfig", len(d.TenantParameters) > 0, "distribution tenants are not simulated: their parameters are not filled in"},
		{"ViewerMtlsConfig", d.ViewerMTLS != nil, "viewer mTLS is not simulated: no client certificate is asked for"},
		{"ConnectionFunctionAssociation", d.ConnectionFunctionID != "", "connection functions are not run"},
		{"CacheTagConfig", d.CacheTagHeader != "", "cache tags are not simulated"},
	} {
		if s.on {
			say(s.path, "%s", s.what)
		}
	}
	for i := range d.Origins {
		r.unsimulatedOrigin(fmt.Sprintf("Origins.Items[%d]", i), &d.Origins[i])
	}
	for i := range d.OriginGroups {
		if s := d.OriginGroups[i].SelectionCriteria; s != "" && s != "default" {
			say(fmt.Sprintf("OriginGroups.Items[%d].SelectionCriteria", i), "selection by %q is not simulated: the primary is asked first", s)
		}
	}
	r.unsimulatedBehavior("DefaultCacheBehavior", &d.DefaultBehavior)
	for i := range d.Behaviors {
		r.unsimulatedBehavior(fmt.Sprintf("CacheBehaviors.Items[%d]", i), &d.Behaviors[i])
	}
}

func (r *reader) unsimulatedOrigin(path string, o *distribution.Origin) {
	say := func(field, format string, args ...any) {
		r.notice(distribution.NoticeUnsimulated, path+field, format, args...)
	}
	if o.Shield != nil && o.Shield.Enabled {
		say(".OriginShield", "Origin Shield in %q is not simulated: requests go straight to the origin", o.Shield.Region)
	}
	road := func(field, format string, args ...any) {
		say(field, format, args...)
		r.notices[len(r.notices)-1].Origin = o.ID
	}
	switch c := o.AccessControl; {
	case c == nil && o.AccessControlID != "":
		r.notice(distribution.NoticeInferred, path+".OriginAccessControlId", "origin access control %q is not in these files: requests are signed always, as AWS recommends (origin-access-controls of an overlay says otherwise)", o.AccessControlID)
	case c != nil && c.SigningProtocol == "sigv4a" && c.SigningBehavior != "never":
		road(".OriginAccessControlId", "SigV4A of origin access control %q is not simulated: requests are not signed", o.AccessControlID)
	}
	if o.AccessIdentity != "" {
		road(".S3OriginConfig.OriginAccessIdentity", "origin access identity %q is not simulated: requests are not signed", o.AccessIdentity)
	}
	if o.VPC != nil {
		road(".VpcOriginConfig", "VPC origin %q is not simulated: it is reached as a custom origin, match-viewer on ports 80 and 443 (--connect says where)", o.VPC.ID)
	}
	if o.MTLSCertificateARN != "" {
		road(".CustomOriginConfig.OriginMtlsConfig", "the client certificate of origin mTLS is not in this file: --client-certificate presents one; without it none is presented")
	}
}

func (r *reader) unsimulatedBehavior(path string, b *distribution.CacheBehavior) {
	say := func(field, format string, args ...any) {
		r.notice(distribution.NoticeUnsimulated, path+field, format, args...)
	}
	if b.TrustedSigners.Enabled {
		say(".TrustedSigners", "the key pairs of AWS accounts are not in these files: signatures with them are not verified")
	}
	if b.TrustedKeyGroups.Enabled {
		for i, group := range b.TrustedKeyGroups.Groups {
			switch {
			case group == nil:
				say(".TrustedKeyGroups", "the keys of the key group %q are not in these files: signatures with them are not verified (public-keys and key-groups of an overlay name them)", b.TrustedKeyGroups.IDs[i])
			case slices.ContainsFunc(group.Keys, func(k distribution.PublicKey) bool { return k.PEM == "" }):
				say(".TrustedKeyGroups", "not every public key of the key group %q is in these files: signatures with the others are not verified (public-keys of an overlay names them)", b.TrustedKeyGroups.IDs[i])
			}
		}
	}
	if b.SmoothStreaming {
		say(".SmoothStreaming", "Smooth Streaming is not simulated")
	}
	if b.FieldLevelEncryptionID != "" {
		say(".FieldLevelEncryptionId", "field-level encryption %q is not simulated: fields go to the origin as they came", b.FieldLevelEncryptionID)
	}
	if b.RealtimeLogConfigARN != "" {
		say(".RealtimeLogConfigArn", "real-time logs are not written: edgesim has its recordings")
	}
}
