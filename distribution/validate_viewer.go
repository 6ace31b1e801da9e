package distribution

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// securityPolicies are the values of MinimumProtocolVersion (CF-CONF-119).
var securityPolicies = []string{"SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"}

// dedicated are the security policies of dedicated IP addresses (CF-CONF-121).
var dedicated = []string{"SSLv3", "TLSv1"}

// regionOf matches the region in the ARN of an ACM certificate.
var regionOf = regexp.MustCompile(`^arn:aws[a-z-]*:acm:([a-z0-9-]*):`)

// viewerCertificate checks the certificate settings for viewers (CF-CONF-110 to
// CF-CONF-122).
func (v *validator) viewerCertificate() {
	c := &v.dist.ViewerCertificate
	own := c.ACMCertificateARN != "" || c.IAMCertificateID != ""
	const path = "ViewerCertificate"
	if len(v.dist.Aliases) > 0 && !own && c.CloudFrontDefault {
		v.add(Problem{Path: path, Value: "the certificate of *.cloudfront.net", Allowed: "a certificate that covers " + strings.Join(v.dist.Aliases, ", "), Rule: "CF-CONF-110",
			Message: "an alternate domain name needs a certificate of its own", Fix: "set ACMCertificateArn and SSLSupportMethod, or remove Aliases"})
	}
	if c.ACMCertificateARN != "" && c.IAMCertificateID != "" {
		v.add(Problem{Path: path + ".IAMCertificateId", Value: c.IAMCertificateID, Rule: "CF-CONF-117", Message: "stands beside ACMCertificateArn", Fix: "keep one of the two"})
	}
	if m := regionOf.FindStringSubmatch(c.ACMCertificateARN); m != nil && m[1] != "us-east-1" {
		v.add(Problem{Path: path + ".ACMCertificateArn", Value: c.ACMCertificateARN, Allowed: "a certificate in us-east-1", Rule: "CF-CONF-113",
			Message: "is a certificate of another region", Fix: "request or import it in us-east-1"})
	}
	v.securityPolicy(path, c, own)
}

// securityPolicy checks the security policy and the settings that it depends on.
func (v *validator) securityPolicy(path string, c *ViewerCertificate, own bool) {
	known := c.MinimumProtocolVersion == "" || v.enum(path+".MinimumProtocolVersion", c.MinimumProtocolVersion, "CF-CONF-119", securityPolicies...)
	switch {
	case c.SSLSupportMethod != "":
		v.enum(path+".SSLSupportMethod", c.SSLSupportMethod, "CF-CONF-122", "sni-only", "vip", "static-ip")
	case own:
		v.add(Problem{Path: path + ".SSLSupportMethod", Allowed: "sni-only, vip, static-ip", Rule: "CF-CONF-118", Message: "is required beside a certificate of one's own", Fix: `set "sni-only"`})
	}
	if !own || !known || c.MinimumProtocolVersion == "" {
		return
	}
	p := Problem{Path: path + ".MinimumProtocolVersion", Value: c.MinimumProtocolVersion}
	switch {
	case c.SSLSupportMethod == "sni-only" && c.MinimumProtocolVersion == "SSLv3":
		p.Rule, p.Allowed, p.Message, p.Fix = "CF-CONF-120", "TLSv1 or later", "needs dedicated IP addresses, and SSLSupportMethod is sni-only", `set "TLSv1.2_2021"`
		v.add(p)
	case c.SSLSupportMethod == "vip" && !slices.Contains(dedicated, c.MinimumProtocolVersion):
		p.Rule, p.Allowed, p.Message, p.Fix = "CF-CONF-121", strings.Join(dedicated, ", "), "does not go with SSLSupportMethod vip", `set SSLSupportMethod "sni-only"`
		v.add(p)
	}
}

// country matches a country code (ISO 3166-1 alpha-2).
var country = regexp.MustCompile(`^[A-Z]{2}$`)

// geoRestriction checks the restriction of viewers by country (CF-CONF-123 to CF-CONF-125).
func (v *validator) geoRestriction() {
	g := &v.dist.GeoRestriction
	const path = "Restrictions.GeoRestriction"
	if g.Type == "" {
		return
	}
	if v.enum(path+".RestrictionType", g.Type, "CF-CONF-123", "none", "blacklist", "whitelist") && g.Type == "none" && len(g.Countries) > 0 {
		v.add(Problem{Path: path + ".Items", Value: strings.Join(g.Countries, ", "), Allowed: "an empty list", Rule: "CF-CONF-124",
			Message: "lists countries although RestrictionType is none", Fix: "set RestrictionType whitelist or blacklist, or remove the countries"})
	}
	for i, code := range g.Countries {
		if !country.MatchString(code) {
			v.add(Problem{Path: fmt.Sprintf("%s.Items[%d]", path, i), Value: code, Allowed: "a code of two letters (ISO 3166-1 alpha-2)", Rule: "CF-CONF-125", Message: "is not the code of a country"})
		}
	}
}

// maxComment is the maximum length of a comment (CF-CONF-33).
const maxComment = 128

// webACL matches the ARN of a web ACL that CloudFront accepts (CF-CONF-128).
var webACL = regexp.MustCompile(`^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]*:global/webacl/`)

// settings checks the top-level settings.
func (v *validator) settings() {
	d := v.dist
	if n := len([]rune(d.Comment)); n > maxComment {
		v.add(Problem{Path: "Comment", Value: d.Comment, Allowed: fmt.Sprintf("at most %d characters", maxComment), Rule: "CF-CONF-33", Message: "has " + strconv.Itoa(n) + " characters"})
	}
	if message := InvalidRootObject(d.DefaultRootObject); message != "" {
		v.add(Problem{Path: "DefaultRootObject", Value: d.DefaultRootObject, Allowed: `at most 255 characters of A-Z a-z 0-9 _ - . * $ / ~ " ' &`, Rule: "CF-CONF-70", Message: message})
	}
	if d.PriceClass != "" {
		v.enum("PriceClass", d.PriceClass, "CF-CONF-126", "PriceClass_100", "PriceClass_200", "PriceClass_All", "None")
	}
	if strings.HasPrefix(d.WebACLID, "arn:") && !webACL.MatchString(d.WebACLID) {
		v.add(Problem{Path: "WebACLId", Value: d.WebACLID, Allowed: "arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/…", Rule: "CF-CONF-128",
			Message: "is not a global web ACL of us-east-1", Fix: "create the web ACL with scope CLOUDFRONT in us-east-1"})
	}
	if d.ConnectionMode != "" {
		v.enum("ConnectionMode", d.ConnectionMode, "", "direct", "tenant-only")
	}
}
