package distribution

import (
	"regexp"
	"strings"
)

// shieldRegion matches a region (CF-CONF-68).
var shieldRegion = regexp.MustCompile(`^[a-z]{2}-[a-z]+-\d$`)

// access checks the settings for reaching an origin besides its connection: access control
// and Origin Shield.
func (v *validator) access(path string, o *Origin) {
	if o.Kind == OriginS3 && BackendOf(o.DomainName) != BackendBucket && !IsPlaceholder(o.DomainName) && !v.isParameter(o.DomainName) && o.DomainName != "" {
		v.add(Problem{Path: path + ".DomainName", Value: o.DomainName, Allowed: "the name of a bucket, NAME.s3.REGION.amazonaws.com", Rule: "CF-CONF-60",
			Message: "is not the name of an S3 bucket, which S3OriginConfig needs", Fix: "use CustomOriginConfig"})
	}
	if o.Kind == OriginS3 && IsPlaceholder(o.DomainName) && o.Backend != "" && o.Backend != BackendBucket {
		v.add(Problem{Path: path + ".DomainName", Value: string(o.Backend), Allowed: "the name of a bucket", Rule: "CF-CONF-60",
			Message: "is not the name of an S3 bucket, which S3OriginConfig needs", Fix: "use CustomOriginConfig"})
	}
	if o.AccessControlID != "" && o.AccessIdentity != "" {
		v.add(Problem{Path: path + ".OriginAccessControlId", Value: o.AccessControlID, Rule: "CF-CONF-63", Message: "stands beside an origin access identity", Fix: `set S3OriginConfig.OriginAccessIdentity ""`})
	}
	v.accessControl(path, o)
	if s := o.Shield; s != nil && s.Enabled && !shieldRegion.MatchString(s.Region) && !strings.Contains(s.Region, "${") {
		p := Problem{Path: path + ".OriginShield.OriginShieldRegion", Value: s.Region, Allowed: "a region like eu-central-1", Rule: "CF-CONF-68", Message: "is not a region"}
		if s.Region == "" {
			p.Message = "is required where Origin Shield is enabled"
		}
		v.add(p)
	}
}

// accessControl checks that an origin access control fits the origin
// (CF-CONF-64, CF-CONF-65).
func (v *validator) accessControl(path string, o *Origin) {
	if o.AccessControlID == "" || o.Backend == "" {
		return
	}
	p := Problem{Path: path + ".OriginAccessControlId", Value: o.AccessControlID}
	wants := map[Backend]string{BackendBucket: "s3", BackendLambdaURL: "lambda", BackendMediaStore: "mediastore", BackendMediaPackage: "mediapackagev2"}[o.Backend]
	switch {
	case wants == "":
		p.Rule, p.Allowed, p.Message, p.Fix = "CF-CONF-65", "a bucket, a Lambda URL, MediaStore, MediaPackage v2", "the origin is a "+string(o.Backend)+", which cannot have an origin access control", "remove it"
	case o.AccessControl != nil && o.AccessControl.OriginType != "" && o.AccessControl.OriginType != wants:
		p.Rule, p.Allowed, p.Message = "CF-CONF-64", "OriginAccessControlOriginType "+wants, "its type is "+o.AccessControl.OriginType+" and the origin is a "+string(o.Backend)
	default:
		return
	}
	v.add(p)
}

// parameter matches a tenant's parameter in a name or path.
var parameter = regexp.MustCompile(`\{\{[A-Za-z0-9_-]+\}\}`)

// isParameter reports whether a text has a parameter that tenants fill in.
func (v *validator) isParameter(s string) bool { return v.tenants() && parameter.MatchString(s) }

// tenants reports whether the distribution is used by tenants.
func (v *validator) tenants() bool {
	return v.dist != nil && (v.dist.ConnectionMode == "tenant-only" || len(v.dist.TenantParameters) > 0)
}

// filled replaces parameters with a letter, so that the rest can be checked.
func (v *validator) filled(s string) string {
	if !v.tenants() {
		return s
	}
	return parameter.ReplaceAllString(s, "x")
}
