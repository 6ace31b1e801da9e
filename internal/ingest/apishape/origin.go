package apishape

import (
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// The ranges of an origin's settings, for messages about values that are not even numbers.
// Values are validated by [distribution.Distribution.Validate].
var (
	limitPort       = limit{"80, 443, 1024-65535", "CF-CONF-01"}
	limitPolicy     = limit{"http-only, match-viewer, https-only", "CF-CONF-03"}
	limitSSL        = limit{"SSLv3, TLSv1, TLSv1.1, TLSv1.2", "CF-CONF-04"}
	limitIPType     = limit{"ipv4, ipv6, dualstack", "CF-CONF-05"}
	limitAttempts   = limit{"1-3", "CF-CONF-06"}
	limitConnect    = limit{"1-10 seconds", "CF-CONF-07"}
	limitRead       = limit{"1-120 seconds", "CF-CONF-08"}
	limitKeepalive  = limit{"1-300 seconds", "CF-CONF-09"}
	limitCompletion = limit{"OriginReadTimeout or more", "CF-CONF-10"}
	limitHeaders    = limit{"", "CF-CONF-14"}
)

// oneKind is what an origin must have, for messages.
const oneKind = "one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig"

// origin reads one origin of the API, of any of the three kinds.
func (r *reader) origin(o *object) distribution.Origin {
	d := distribution.NewOrigin(o.text("Id", ""), r.originDomain(o))
	d.Backend = r.backend(o, d.DomainName)
	d.Path = o.textLimit("OriginPath", "", limit{`"" or "/x" without a trailing slash`, "CF-CONF-12"})
	d.ConnectionAttempts = int(o.integer("ConnectionAttempts", distribution.DefaultConnectionAttempts, limitAttempts))
	d.ConnectionTimeout = o.seconds("ConnectionTimeout", distribution.DefaultConnectionTimeout, limitConnect)
	d.ResponseCompletionTimeout = o.seconds("ResponseCompletionTimeout", 0, limitCompletion)
	d.CustomHeaders = r.customHeaders(o)
	r.originKind(&d, o)
	if shield := o.child("OriginShield"); shield != nil {
		d.Shield = &distribution.OriginShield{Enabled: shield.boolean("Enabled", false), Region: shield.text("OriginShieldRegion", "")}
		shield.done()
	}
	if d.AccessControlID = o.text("OriginAccessControlId", ""); d.AccessControlID != "" {
		d.AccessControl, _ = part(r, tree.OriginAccessControl, d.AccessControlID, originAccessControl)
	}
	o.done()
	return d
}

// originDomain reads the domain name. An unknown one is a read error, or a placeholder if
// requested.
func (r *reader) originDomain(o *object) string {
	if !o.unresolved("DomainName") {
		return o.textLimit("DomainName", "", limit{"a public DNS name", "CF-CONF-13"})
	}
	n := o.take("DomainName")
	name := distribution.Placeholder(o.node.Get("Id").AnyText())
	before := len(r.notices)
	r.missing(o.at("DomainName"), n, true)
	if r.m.opts.AssumeUnresolved {
		r.notices = r.notices[:before]
		r.notice(distribution.NoticeWarning, o.at("DomainName"), "is not resolved (%s): %s stands for it; %s", r.unresolved[len(r.unresolved)-1].What, name, r.unresolved[len(r.unresolved)-1].Supply)
	}
	return name
}

// backend returns what is behind the origin's name.
func (r *reader) backend(o *object, name string) distribution.Backend {
	if n := o.node.Get("DomainName"); n != nil && n.Backend != "" {
		return distribution.Backend(n.Backend)
	}
	if b, ok := r.m.set.Backends[o.node.Get("Id").AnyText()]; ok {
		return distribution.Backend(b)
	}
	return distribution.BackendOf(name)
}

func (r *reader) customHeaders(o *object) []distribution.Header {
	var list []distribution.Header
	for _, it := range o.items("CustomHeaders", limitHeaders, nil) {
		h := r.object(it.path, it.node)
		header := distribution.Header{Name: h.textLimit("HeaderName", "", limitHeaders), Value: h.textLimit("HeaderValue", "", limitHeaders)}
		h.done()
		if !h.unresolved("HeaderName") && !h.unresolved("HeaderValue") {
			list = append(list, header)
		}
	}
	return list
}

// originKind reads the part that only one kind of origin has.
func (r *reader) originKind(d *distribution.Origin, o *object) {
	custom, s3, vpc := o.child("CustomOriginConfig"), o.child("S3OriginConfig"), o.child("VpcOriginConfig")
	if custom == nil && s3 == nil && vpc == nil && r.m.set.Dialect == tree.DialectTerraform {
		// The provider then sends an empty S3OriginConfig (CF-CONF-51, CF-CONF-61).
		s3 = &object{r: r, path: o.at("S3OriginConfig"), node: tree.NewObject(o.node.Pos)}
	}
	switch count(custom, s3, vpc) {
	case 0:
		p := distribution.Problem{Path: o.path, Allowed: oneKind, Rule: "CF-CONF-51", Message: "does not say what kind of origin it is", Fix: "add CustomOriginConfig"}
		if d.Backend == distribution.BackendBucket {
			p.Rule, p.Fix = "CF-CONF-61", `add "S3OriginConfig": {"OriginAccessIdentity": ""}`
		}
		if !o.unresolved("CustomOriginConfig") && !o.unresolved("S3OriginConfig") && !o.unresolved("VpcOriginConfig") {
			r.problem(p)
		}
		d.ProtocolPolicy, d.SSLProtocols = distribution.OriginHTTPSOnly, distribution.InferredSSLProtocols()
	case 1:
	default:
		r.problem(distribution.Problem{Path: o.path, Allowed: oneKind, Rule: "CF-CONF-52", Message: "is of more than one kind", Fix: "remove one of them"})
	}
	switch {
	case custom != nil:
		r.customOrigin(d, custom)
	case s3 != nil:
		r.s3Origin(d, s3)
	case vpc != nil:
		r.vpcOrigin(d, vpc)
	}
	if custom != nil && s3 != nil {
		d.AccessIdentity = s3.text("OriginAccessIdentity", "")
	}
}

// count returns how many of the objects are present.
func count(objects ...*object) int {
	n := 0
	for _, o := range objects {
		if o != nil {
			n++
		}
	}
	return n
}

func (r *reader) customOrigin(d *distribution.Origin, o *object) {
	r.required(o, "CF-CONF-53", "HTTPPort", "HTTPSPort")
	d.HTTPPort = int(o.integer("HTTPPort", distribution.DefaultHTTPPort, limitPort))
	d.HTTPSPort = int(o.integer("HTTPSPort", distribution.DefaultHTTPSPort, limitPort))
	d.ProtocolPolicy = distribution.OriginProtocolPolicy(o.textLimit("OriginProtocolPolicy", "", limitPolicy))
	if o.unresolved("OriginProtocolPolicy") {
		d.ProtocolPolicy = distribution.OriginMatchViewer
	}
	d.ResponseTimeout = o.seconds("OriginReadTimeout", distribution.DefaultResponseTimeout, limitRead)
	d.KeepaliveTimeout = o.seconds("OriginKeepaliveTimeout", distribution.DefaultKeepaliveTimeout, limitKeepalive)
	d.IPAddressType = distribution.IPAddressType(o.enum("IpAddressType", string(distribution.DefaultIPAddressType), limitIPType))
	before := len(r.unresolved)
	for _, p := range o.texts("OriginSslProtocols", limitSSL, nil) {
		d.SSLProtocols = append(d.SSLProtocols, distribution.SSLProtocol(p))
	}
	if !o.node.Has("OriginSslProtocols") || len(r.unresolved) > before && len(d.SSLProtocols) == 0 {
		d.SSLProtocols = distribution.InferredSSLProtocols()
		if d.ProtocolPolicy != distribution.OriginHTTPOnly {
			r.notice(distribution.NoticeInferred, o.at("OriginSslProtocols"), "is not given and its default is not documented: TLSv1, TLSv1.1, TLSv1.2 are assumed")
		}
	}
	if mtls := o.child("OriginMtlsConfig"); mtls != nil {
		d.MTLSCertificateARN = mtls.text("ClientCertificateArn", "")
		mtls.done()
	}
	o.done()
}

func (r *reader) s3Origin(d *distribution.Origin, o *object) {
	d.Kind = distribution.OriginS3
	// From the guide's page on HTTPS toward S3: the viewer's protocol is used.
	d.ProtocolPolicy = distribution.OriginMatchViewer
	d.SSLProtocols = distribution.InferredSSLProtocols()
	d.ResponseTimeout = o.seconds("OriginReadTimeout", distribution.DefaultResponseTimeout, limitRead)
	d.AccessIdentity = o.text("OriginAccessIdentity", "")
	r.notice(distribution.NoticeInferred, o.path, "an S3 origin names no TLS versions: TLSv1.3 is the default toward S3 (CF-S3-15), and TLSv1, TLSv1.1, TLSv1.2 are offered besides")
	o.done()
}

func (r *reader) vpcOrigin(d *distribution.Origin, o *object) {
	r.vpc = append(r.vpc, strings.TrimSuffix(o.path, ".VpcOriginConfig"))
	d.ProtocolPolicy = distribution.OriginMatchViewer
	d.SSLProtocols = distribution.InferredSSLProtocols()
	d.ResponseTimeout = o.seconds("OriginReadTimeout", distribution.DefaultResponseTimeout, limitRead)
	d.KeepaliveTimeout = o.seconds("OriginKeepaliveTimeout", distribution.DefaultKeepaliveTimeout, limitKeepalive)
	d.VPC = &distribution.VPCOrigin{ID: o.text("VpcOriginId", ""), OwnerAccountID: o.text("OwnerAccountId", "")}
	o.done()
}

func originAccessControl(_ *reader, o *object, res *tree.Resource) *distribution.OriginAccessControl {
	return &distribution.OriginAccessControl{
		ID: first(res.ID, res.Name), Name: o.text("Name", ""), Description: o.text("Description", ""),
		OriginType:      o.enum("OriginAccessControlOriginType", "", limit{}),
		SigningBehavior: o.enum("SigningBehavior", "", limit{}),
		SigningProtocol: o.enum("SigningProtocol", "sigv4", limit{}),
	}
}
