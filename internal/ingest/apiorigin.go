package ingest

import (
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// The ranges of an origin's settings, for messages about values that are not
// even numbers. Values are judged by [distribution.Distribution.Validate].
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

// origin reads one origin of the API, whichever of its three kinds it is.
func (r *reader) origin(o *object) distribution.Origin {
	d := distribution.NewOrigin(o.text("Id", ""), o.textLimit("DomainName", "", limit{"a public DNS name", "CF-CONF-13"}))
	d.Path = o.textLimit("OriginPath", "", limit{`"" or "/x" without a trailing slash`, "CF-CONF-12"})
	d.ConnectionAttempts = int(o.integer("ConnectionAttempts", distribution.DefaultConnectionAttempts, limitAttempts))
	d.ConnectionTimeout = o.seconds("ConnectionTimeout", distribution.DefaultConnectionTimeout, limitConnect)
	d.ResponseCompletionTimeout = o.seconds("ResponseCompletionTimeout", 0, limitCompletion)
	for _, it := range o.items("CustomHeaders", limitHeaders, nil) {
		h := r.object(it.path, it.node)
		d.CustomHeaders = append(d.CustomHeaders, distribution.Header{
			Name:  h.textLimit("HeaderName", "", limitHeaders),
			Value: h.textLimit("HeaderValue", "", limitHeaders),
		})
		h.done()
	}
	custom, s3, vpc := o.child("CustomOriginConfig"), o.child("S3OriginConfig"), o.child("VpcOriginConfig")
	switch kinds := count(custom, s3, vpc); {
	case kinds == 0:
		r.problem(distribution.Problem{Path: o.path, Allowed: "one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig", Message: "says not what kind of origin it is", Fix: "add CustomOriginConfig"})
		d.ProtocolPolicy, d.SSLProtocols = distribution.OriginHTTPSOnly, distribution.InferredSSLProtocols()
	case kinds > 1:
		r.problem(distribution.Problem{Path: o.path, Allowed: "one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig", Message: "is of more than one kind"})
	}
	switch {
	case custom != nil:
		r.customOrigin(&d, custom)
	case s3 != nil:
		r.s3Origin(&d, s3)
	case vpc != nil:
		r.vpcOrigin(&d, vpc)
	}
	if shield := o.child("OriginShield"); shield != nil {
		if shield.boolean("Enabled", false) {
			r.notice(distribution.NoticeUnsimulated, shield.path, "Origin Shield in %q is not simulated: requests go straight to the origin", shield.text("OriginShieldRegion", ""))
		}
		shield.known("OriginShieldRegion")
		shield.done()
	}
	if id := o.text("OriginAccessControlId", ""); id != "" {
		r.notice(distribution.NoticeUnsimulated, o.at("OriginAccessControlId"), "origin access control %q is not simulated: requests are not signed", id)
	}
	o.done()
	return d
}

// count returns how many of the objects are there.
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
	d.HTTPPort = int(o.integer("HTTPPort", distribution.DefaultHTTPPort, limitPort))
	d.HTTPSPort = int(o.integer("HTTPSPort", distribution.DefaultHTTPSPort, limitPort))
	d.ProtocolPolicy = distribution.OriginProtocolPolicy(o.textLimit("OriginProtocolPolicy", "", limitPolicy))
	d.ResponseTimeout = o.seconds("OriginReadTimeout", distribution.DefaultResponseTimeout, limitRead)
	d.KeepaliveTimeout = o.seconds("OriginKeepaliveTimeout", distribution.DefaultKeepaliveTimeout, limitKeepalive)
	d.IPAddressType = distribution.IPAddressType(o.textLimit("IpAddressType", string(distribution.DefaultIPAddressType), limitIPType))
	if o.node.has("OriginSslProtocols") {
		for _, p := range o.texts("OriginSslProtocols", limitSSL, nil) {
			d.SSLProtocols = append(d.SSLProtocols, distribution.SSLProtocol(p))
		}
	} else {
		d.SSLProtocols = distribution.InferredSSLProtocols()
		if d.ProtocolPolicy != distribution.OriginHTTPOnly {
			r.notice(distribution.NoticeInferred, o.at("OriginSslProtocols"), "is not given and its default is not documented: TLSv1, TLSv1.1, TLSv1.2 are assumed")
		}
	}
	if mtls := o.child("OriginMtlsConfig"); mtls != nil {
		r.notice(distribution.NoticeUnsimulated, mtls.path, "the client certificate of origin mTLS is not in this file: --client-certificate presents one; without it none is presented")
		mtls.known("ClientCertificateArn")
		mtls.done()
	}
	o.done()
}

func (r *reader) s3Origin(d *distribution.Origin, o *object) {
	d.Kind = distribution.OriginS3
	// The guide's page on HTTPS toward S3: the viewer's protocol is used.
	d.ProtocolPolicy = distribution.OriginMatchViewer
	d.SSLProtocols = distribution.InferredSSLProtocols()
	d.ResponseTimeout = o.seconds("OriginReadTimeout", distribution.DefaultResponseTimeout, limitRead)
	if id := o.text("OriginAccessIdentity", ""); id != "" {
		r.notice(distribution.NoticeUnsimulated, o.at("OriginAccessIdentity"), "origin access identity %q is not simulated: requests are not signed", id)
	}
	r.notice(distribution.NoticeInferred, o.path, "an S3 origin names no TLS versions: where the viewer uses HTTPS it is reached with TLSv1, TLSv1.1, TLSv1.2")
	o.done()
}

func (r *reader) vpcOrigin(d *distribution.Origin, o *object) {
	r.vpc = append(r.vpc, strings.TrimSuffix(o.path, ".VpcOriginConfig"))
	d.ProtocolPolicy = distribution.OriginMatchViewer
	d.SSLProtocols = distribution.InferredSSLProtocols()
	d.ResponseTimeout = o.seconds("OriginReadTimeout", distribution.DefaultResponseTimeout, limitRead)
	d.KeepaliveTimeout = o.seconds("OriginKeepaliveTimeout", distribution.DefaultKeepaliveTimeout, limitKeepalive)
	r.notice(distribution.NoticeUnsimulated, o.path, "VPC origin %q is not simulated: it is reached as a custom origin, match-viewer on ports 80 and 443 (--connect says where)", o.text("VpcOriginId", ""))
	o.known("OwnerAccountId")
	o.done()
}
