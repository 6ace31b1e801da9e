package ingest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// site is a distribution that CloudFront accepts, as the API has it. Rows below
// change it: "PATH" is a path of names and indexes, a null removes.
const site = `{
  "CallerReference": "x", "Comment": "", "Enabled": true,
  "Origins": {"Quantity": 2, "Items": [
    {"Id": "app", "DomainName": "app.example.com", "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}}},
    {"Id": "bucket", "DomainName": "b.s3.eu-central-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
  "OriginGroups": {"Quantity": 1, "Items": [{"Id": "group", "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [502]}}, "Members": {"Quantity": 2, "Items": [{"OriginId": "app"}, {"OriginId": "bucket"}]}}]},
  "DefaultCacheBehavior": {"TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"},
  "CacheBehaviors": {"Quantity": 1, "Items": [{"PathPattern": "/old/*", "TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0,
    "ForwardedValues": {"QueryString": true, "Cookies": {"Forward": "none"}}}]}
}`

const (
	allSeven = `{"Quantity": 7, "Items": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}}`
	ownCert  = `{"ACMCertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/x", "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}`
	lambda1  = `{"Quantity": 1, "Items": [{"EventType": "viewer-request", "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f:1"}]}`
)

// confRow changes site at a path and gives the expected result: the beginning of a problem
// after its position, "warning: …" or "unknown: …" for a notice, "" for nothing.
type confRow struct{ id, path, value, want string }

func confRows() []confRow {
	const origin, custom, behavior, old = "Origins.Items.0", "Origins.Items.0.CustomOriginConfig", "DefaultCacheBehavior", "CacheBehaviors.Items.0"
	return []confRow{
		{"CF-CONF-30", "CallerReference", "null", `CallerReference: is required (CF-CONF-30); add "CallerReference": "any text that is yours alone"`},
		{"CF-CONF-31", "Comment", "null", `Comment: is required (CF-CONF-31); add "Comment": ""`},
		{"CF-CONF-32", "Enabled", "null", `Enabled: is required (CF-CONF-32); add "Enabled": true`},
		{"CF-CONF-33", "Comment", `"` + strings.Repeat("c", 129) + `"`, `Comment: has 129 characters`},
		{"CF-CONF-33", "Comment", `"` + strings.Repeat("c", 128) + `"`, ``},
		{"CF-CONF-34", "Comment", `""`, ``},
		{"CF-CONF-46", "Aliases", `{"Quantity": 2, "Items": []}`, `Aliases.Quantity: does not equal the number of items, 0: got "2" (CF-CONF-46); set 0`},
		{"CF-CONF-47", behavior + ".ViewerProtocolPolicy", `"https"`, `DefaultCacheBehavior.ViewerProtocolPolicy: is not one of the known values: got "https", allowed: allow-all, https-only, redirect-to-https (CF-CONF-22)`},
		{"CF-CONF-48", old + ".ForwardedValues.Cookies", "null", `CacheBehaviors.Items[0].ForwardedValues.Cookies: is required (CF-CONF-48); add "Cookies": {"Forward": "none"}`},
		{"CF-CONF-50", old + ".ForwardedValues", `{"QueryString": false, "Cookies": {"Forward": "none"}, "QueryStringCacheKeys": {"Quantity": 1, "Items": ["v"]}}`,
			`CacheBehaviors.Items[0].ForwardedValues.QueryString: cannot be false where QueryStringCacheKeys lists names: got "false", allowed: true (CF-CONF-50)`},
		{"CF-CONF-51", custom, "null", `Origins.Items[0]: does not say what kind of origin it is, allowed: one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig (CF-CONF-51); add CustomOriginConfig`},
		{"CF-CONF-52", origin + ".S3OriginConfig", `{"OriginAccessIdentity": ""}`, `Origins.Items[0]: is of more than one kind, allowed: one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig (CF-CONF-52)`},
		{"CF-CONF-53", custom + ".HTTPPort", "null", `Origins.Items[0].CustomOriginConfig.HTTPPort: is required (CF-CONF-53)`},
		{"CF-CONF-53", custom + ".HTTPSPort", "null", `Origins.Items[0].CustomOriginConfig.HTTPSPort: is required (CF-CONF-53)`},
		{"CF-CONF-59", behavior + ".TargetOriginId", `"nobody"`, `DefaultCacheBehavior.TargetOriginId: names no origin or origin group of this distribution: got "nobody", allowed: app, bucket (CF-CONF-11)`},
		{"CF-CONF-60", "Origins.Items.1.DomainName", `"alb-1.eu-central-1.elb.amazonaws.com"`, `Origins.Items[1].DomainName: is not the name of an S3 bucket, which S3OriginConfig needs: got "alb-1.eu-central-1.elb.amazonaws.com", allowed: the name of a bucket, NAME.s3.REGION.amazonaws.com (CF-CONF-60); use CustomOriginConfig`},
		{"CF-CONF-60", "Origins.Items.1.DomainName", `"b.s3-website-eu-west-1.amazonaws.com"`, `Origins.Items[1].DomainName: is not the name of an S3 bucket`},
		{"CF-CONF-60", "Origins.Items.1.DomainName", `"www.example.com"`, `Origins.Items[1].DomainName: is not the name of an S3 bucket`},
		{"CF-CONF-60", "Origins.Items.1.DomainName", `"my.bucket.s3.amazonaws.com"`, ``},
		{"CF-CONF-60", "Origins.Items.1.DomainName", `"b.s3-us-west-2.amazonaws.com"`, ``},
		{"CF-CONF-61", "Origins.Items.1.S3OriginConfig", "null", `Origins.Items[1]: does not say what kind of origin it is, allowed: one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig (CF-CONF-61); add "S3OriginConfig": {"OriginAccessIdentity": ""}`},
		{"CF-CONF-63", "Origins.Items.1", `{"Id": "bucket", "DomainName": "b.s3.eu-central-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"}, "OriginAccessControlId": "E2"}`,
			`Origins.Items[1].OriginAccessControlId: stands beside an origin access identity: got "E2" (CF-CONF-63)`},
		{"CF-CONF-65", origin, `{"Id": "app", "DomainName": "b.s3-website-eu-west-1.amazonaws.com", "OriginAccessControlId": "E2", "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}`,
			`Origins.Items[0].OriginAccessControlId: the origin is a s3-website, which cannot have an origin access control: got "E2"`},
		{"CF-CONF-68", origin + ".OriginShield", `{"Enabled": true}`, `Origins.Items[0].OriginShield.OriginShieldRegion: is required where Origin Shield is enabled`},
		{"CF-CONF-68", origin + ".OriginShield", `{"Enabled": true, "OriginShieldRegion": "Frankfurt"}`, `Origins.Items[0].OriginShield.OriginShieldRegion: is not a region: got "Frankfurt"`},
		{"CF-CONF-70", "DefaultRootObject", `"in dex.html"`, `DefaultRootObject: has the character ' ': got "in dex.html"`},
		{"CF-CONF-70", "DefaultRootObject", `"/index.html"`, `warning: DefaultRootObject: "/index.html" starts with a slash`},
		{"CF-CONF-71", behavior + ".ForwardedValues", `{"QueryString": false, "Cookies": {"Forward": "none"}}`, `DefaultCacheBehavior.ForwardedValues: cannot be used beside a cache policy (CF-CONF-71)`},
		{"CF-CONF-72", behavior + ".DefaultTTL", "60", `DefaultCacheBehavior.DefaultTTL: cannot be used beside a cache policy, which has its own TTLs: got "60" (CF-CONF-72); remove DefaultTTL`},
		{"CF-CONF-74", old + ".MinTTL", "null", `CacheBehaviors.Items[0].MinTTL: is required (CF-CONF-74)`},
		{"CF-CONF-75", old, `{"PathPattern": "/old/*", "TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "MinTTL": 10, "DefaultTTL": 5, "MaxTTL": 20, "ForwardedValues": {"QueryString": true, "Cookies": {"Forward": "none"}}}`,
			`CacheBehaviors.Items[0].DefaultTTL: the TTLs are not in order: got "MinTTL 10, DefaultTTL 5, MaxTTL 20", allowed: MinTTL <= DefaultTTL <= MaxTTL (CF-CONF-75)`},
		{"CF-CONF-175", old + ".ForwardedValues.Cookies", `{"Forward": "some"}`, `CacheBehaviors.Items[0].ForwardedValues.Cookies.Forward: is not one of the known values: got "some", allowed: none, whitelist, all (CF-CONF-175)`},
		{"CF-CONF-171", old + ".ForwardedValues.QueryStringCacheKeys", `{"Quantity": 11, "Items": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]}`, `warning: CacheBehaviors.Items[0].ForwardedValues.QueryStringCacheKeys.Quantity: is over the default quota: 11, allowed: at most 10 (CF-LIMIT-22)`},
		{"CF-CONF-100", behavior + ".AllowedMethods", `{"Quantity": 2, "Items": ["GET", "HEAD"], "CachedMethods": {"Quantity": 1, "Items": ["GET"]}}`, `DefaultCacheBehavior.AllowedMethods.CachedMethods.Items: is not one of the two sets: got "GET"`},
		{"CF-CONF-102", behavior, `{"TargetOriginId": "group", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "AllowedMethods": ` + allSeven + `}`,
			`DefaultCacheBehavior.AllowedMethods.Items: cannot include PUT, POST, PATCH, DELETE where the target is an origin group`},
		{"CF-CONF-103", "OriginGroups.Items.0.SelectionCriteria", `"fastest"`, `OriginGroups.Items[0].SelectionCriteria: is not one of the known values: got "fastest", allowed: default, media-quality-based (CF-CONF-103)`},
		{"CF-CONF-105", "CustomErrorResponses", `{"Quantity": 1, "Items": [{"ErrorCode": 404, "ResponseCode": "200"}]}`, `CustomErrorResponses.Items[0].ResponsePagePath: is required beside ResponseCode (CF-CONF-105)`},
		{"CF-CONF-106", "CustomErrorResponses", `{"Quantity": 1, "Items": [{"ErrorCode": 404, "ResponseCode": "200", "ResponsePagePath": "x.html"}]}`, `CustomErrorResponses.Items[0].ResponsePagePath: does not start with a slash: got "x.html" (CF-CONF-106); write "/x.html"`},
		{"CF-CONF-114", "Aliases", `{"Quantity": 1, "Items": ["http://x.example.com"]}`, `Aliases.Items[0]: holds a scheme: got "http://x.example.com", allowed: a DNS name, with "*." at most in front (CF-CONF-114); write "x.example.com"`},
		{"CF-CONF-125", "Restrictions", `{"GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["Germany"]}}`, `Restrictions.GeoRestriction.Items[0]: is not the code of a country: got "GERMANY"`},
		{"CF-CONF-123", "Restrictions", `{"GeoRestriction": {"RestrictionType": "deny", "Quantity": 0}}`, `Restrictions.GeoRestriction.RestrictionType: is not one of the known values: got "deny", allowed: none, blacklist, whitelist (CF-CONF-123)`},
		{"CF-CONF-124", "Restrictions", `{"GeoRestriction": {"RestrictionType": "none", "Quantity": 1, "Items": ["DE"]}}`, `Restrictions.GeoRestriction.Items: lists countries although RestrictionType is none: got "DE", allowed: an empty list (CF-CONF-124)`},
		{"CF-CONF-124", "Restrictions", `{"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}`, ``},
		{"CF-CONF-126", "PriceClass", `"PriceClass_300"`, `PriceClass: is not one of the known values: got "PriceClass_300", allowed: PriceClass_100, PriceClass_200, PriceClass_All, None (CF-CONF-126)`},
		{"CF-CONF-127", "HttpVersion", `"http4"`, `HttpVersion: is not one of the known values: got "http4", allowed: http1.1, http2, http3, http2and3 (CF-CONF-127)`},
		{"CF-CONF-128", "WebACLId", `"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/x/y"`, `WebACLId: is not a global web ACL of us-east-1`},
		{"CF-CONF-130", "Logging", `{"Enabled": false, "IncludeCookies": false, "Bucket": "b.s3.amazonaws.com", "Prefix": ""}`, `warning: Logging.Bucket: is not kept by CloudFront where logging is off (CF-CONF-130)`},
		{"CF-CONF-131", behavior + ".LambdaFunctionAssociations", strings.Replace(lambda1, ":f:1", ":f", 1), `DefaultCacheBehavior.LambdaFunctionAssociations.Items[0].LambdaFunctionARN: names no version of the function`},
		{"CF-CONF-131", behavior + ".LambdaFunctionAssociations", strings.Replace(lambda1, ":f:1", ":f:$LATEST", 1), `DefaultCacheBehavior.LambdaFunctionAssociations.Items[0].LambdaFunctionARN: names no version of the function`},
		{"CF-CONF-132", behavior + ".LambdaFunctionAssociations", strings.Replace(lambda1, "us-east-1", "eu-west-1", 1), `DefaultCacheBehavior.LambdaFunctionAssociations.Items[0].LambdaFunctionARN: is a function of another region`},
		{"CF-CONF-138", behavior + ".LambdaFunctionAssociations", strings.Replace(lambda1, "viewer-request", "request", 1), `DefaultCacheBehavior.LambdaFunctionAssociations.Items[0].EventType: is not one of the known values: got "request"`},
		{"CF-CONF-139", behavior + ".LambdaFunctionAssociations", strings.Replace(lambda1, `"viewer-request"`, `"viewer-response", "IncludeBody": true`, 1), `DefaultCacheBehavior.LambdaFunctionAssociations.Items[0].IncludeBody: there is no body with a response event`},
		{"CF-CONF-139", behavior + ".LambdaFunctionAssociations", strings.Replace(lambda1, `"viewer-request"`, `"viewer-response", "IncludeBody": false`, 1), ""},
		{"CF-CONF-49 CF-CONF-140 CF-FN-66", behavior + ".FunctionAssociations", `{"Quantity": 1, "Items": [{"EventType": "origin-request", "FunctionARN": "arn:aws:cloudfront::111122223333:function/f"}]}`,
			`DefaultCacheBehavior.FunctionAssociations.Items[0].EventType: CloudFront Functions run on viewer events only: got "origin-request", allowed: viewer-request, viewer-response (CF-CONF-140)`},
		// What was refused, or read wrongly, although CloudFront takes it.
		{"CF-CONF-08", custom + ".OriginReadTimeout", "121", `warning: Origins.Items[0].CustomOriginConfig.OriginReadTimeout: is over the default quota: 121, allowed: 1-120 seconds (CF-CONF-08)`},
		{"CF-CONF-08", custom + ".OriginReadTimeout", "180", `warning: Origins.Items[0].CustomOriginConfig.OriginReadTimeout: is over the default quota: 180`},
		{"CF-CONF-08", custom + ".OriginReadTimeout", "181", `Origins.Items[0].CustomOriginConfig.OriginReadTimeout: is out of range: got "181"`},
		{"CF-CONF-05", custom + ".IpAddressType", `""`, ``},
		{"CF-CONF-127", "HttpVersion", `""`, ``},
		{"CF-CONF-21", behavior + ".AllowedMethods", "null", ``},
		{"CF-CONF-17", old + ".ForwardedValues.Headers", `{"Quantity": 2, "Items": ["*", "Origin"]}`, `warning: CacheBehaviors.Items[0].ForwardedValues.Headers: "*" stands beside other names and means all headers`},
		{"CF-CONF-13", origin + ".OriginMtlsConfig", `{"ClientCertificateArn": "x"}`, `unknown: Origins.Items[0].OriginMtlsConfig: is not a field edgesim knows (line 1); it belongs into CustomOriginConfig`},
		{"CF-CONF-04", custom + ".OriginSSLProtocols", `{"Quantity": 0}`, `unknown: Origins.Items[0].CustomOriginConfig.OriginSSLProtocols: is not a field edgesim knows (line 1); did you mean "OriginSslProtocols"?`},
		{"CF-CONF-11", behavior + ".TargetOriginID", `"app"`, `unknown: DefaultCacheBehavior.TargetOriginID: is not a field edgesim knows (line 1); did you mean "TargetOriginId"?`},
	}
}

// TestConfiguration checks that the reader of the API's JSON refuses exactly what the API
// refuses.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	for _, row := range confRows() {
		t.Run(row.id+" "+row.path, func(t *testing.T) {
			t.Parallel()
			judge(t, changed(t, row.path, row.value), row.want)
		})
	}
}

// judge reads a text and wants a problem or a notice that begins so, or neither.
func judge(t *testing.T, text, want string) {
	t.Helper()
	result, err := ingest.Read([]byte(text), ingest.Options{})
	var said []string
	var invalid *distribution.InvalidError
	if errors.As(err, &invalid) {
		for _, p := range invalid.Problems {
			_, behind, _ := strings.Cut(p.String(), ": ") // the place
			said = append(said, behind)
		}
	} else if err != nil {
		t.Fatal(err)
	} else {
		said = distribution.NoticeLines(result.Distribution.Notices)
		for i := 0; i < len(said); i++ { // of the origins as they are
			if strings.HasPrefix(said[i], "inferred: ") || strings.HasPrefix(said[i], "unsimulated: ") && !strings.HasPrefix(want, "unsimulated: ") {
				said = append(said[:i], said[i+1:]...)
				i--
			}
		}
	}
	switch {
	case want == "" && len(said) == 0:
	case len(said) == 1 && want != "" && strings.HasPrefix(said[0], want):
	default:
		t.Errorf("got\n%s\nwant\n%s", strings.Join(said, "\n"), want)
	}
}

// changed is site with another value at a path.
func changed(t *testing.T, path, value string) string {
	t.Helper()
	var root, v any
	if err := json.Unmarshal([]byte(site), &root); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(value), &v); err != nil {
		t.Fatal(err, value)
	}
	steps := strings.Split(path, ".")
	at := root
	for _, step := range steps[:len(steps)-1] {
		if list, ok := at.([]any); ok {
			at = list[step[0]-'0']
		} else {
			at = at.(map[string]any)[step]
		}
	}
	last := steps[len(steps)-1]
	if list, ok := at.([]any); ok {
		list[last[0]-'0'] = v
	} else if object := at.(map[string]any); v == nil && last != "AllowedMethods" {
		delete(object, last)
	} else {
		object[last] = v
	}
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestViewerCertificates checks the certificate and its related fields.
func TestViewerCertificates(t *testing.T) {
	t.Parallel()
	alias := func(certificate string) string {
		return strings.Replace(site, `"Enabled": true,`, `"Enabled": true, "Aliases": {"Quantity": 1, "Items": ["www.example.com"]}, "ViewerCertificate": `+certificate+`,`, 1)
	}
	const unsimulated = "unsimulated: ViewerCertificate"
	for _, row := range []struct{ id, certificate, want string }{
		{"CF-CONF-110", `{"CloudFrontDefaultCertificate": true}`, `ViewerCertificate: an alternate domain name needs a certificate of its own`},
		{"CF-CONF-113", strings.Replace(ownCert, "us-east-1", "eu-central-1", 1), `ViewerCertificate.ACMCertificateArn: is a certificate of another region: got "arn:aws:acm:eu-central-1:111122223333:certificate/x", allowed: a certificate in us-east-1 (CF-CONF-113)`},
		{"CF-CONF-117", strings.Replace(ownCert, "{", `{"IAMCertificateId": "x", `, 1), `ViewerCertificate.IAMCertificateId: stands beside ACMCertificateArn: got "x" (CF-CONF-117)`},
		{"CF-CONF-117", strings.Replace(ownCert, "{", `{"CloudFrontDefaultCertificate": false, "Certificate": "arn:aws:acm:us-east-1:111122223333:certificate/x", "CertificateSource": "acm", `, 1), unsimulated},
		{"CF-CONF-118", `{"ACMCertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/x"}`, `ViewerCertificate.SSLSupportMethod: is required beside a certificate of one's own, allowed: sni-only, vip, static-ip (CF-CONF-118); set "sni-only"`},
		{"CF-CONF-119", strings.Replace(ownCert, "TLSv1.2_2021", "TLSv1.2_2020", 1), `ViewerCertificate.MinimumProtocolVersion: is not one of the known values: got "TLSv1.2_2020"`},
		{"CF-CONF-119", strings.Replace(ownCert, "TLSv1.2_2021", "TLSv1.3_2025", 1), unsimulated},
		{"CF-CONF-120", strings.Replace(ownCert, "TLSv1.2_2021", "SSLv3", 1), `ViewerCertificate.MinimumProtocolVersion: needs dedicated IP addresses, and SSLSupportMethod is sni-only: got "SSLv3"`},
		{"CF-CONF-121", strings.Replace(ownCert, "sni-only", "vip", 1), `ViewerCertificate.MinimumProtocolVersion: does not go with SSLSupportMethod vip: got "TLSv1.2_2021"`},
		{"CF-CONF-122", strings.Replace(ownCert, "sni-only", "sni", 1), `ViewerCertificate.SSLSupportMethod: is not one of the known values: got "sni", allowed: sni-only, vip, static-ip (CF-CONF-122)`},
	} {
		t.Run(row.id, func(t *testing.T) {
			t.Parallel()
			judge(t, alias(row.certificate), row.want)
		})
	}
}
