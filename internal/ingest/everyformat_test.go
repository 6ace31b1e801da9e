package ingest_test

import (
	"reflect"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// sameValues is what a plan and a state have of the distribution.
const sameValues = `{"enabled": true, "comment": "same", "aliases": ["www.example.com"], "default_root_object": "index.html", "http_version": "http2", "is_ipv6_enabled": false, "price_class": "PriceClass_100",
 "origin": [{"origin_id": "web", "domain_name": "web.example.net", "origin_path": "/app", "connection_attempts": 2, "connection_timeout": 5, "custom_header": [{"name": "X-Verify", "value": "v"}],
   "custom_origin_config": [{"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only", "origin_ssl_protocols": ["TLSv1.2"], "origin_read_timeout": 30, "origin_keepalive_timeout": 5}]}],
 "default_cache_behavior": [{"target_origin_id": "web", "viewer_protocol_policy": "redirect-to-https", "allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"], "compress": true, "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6", "min_ttl": 0}],
 "custom_error_response": [{"error_code": 404, "response_code": 200, "response_page_path": "/index.html", "error_caching_min_ttl": 10}],
 "restrictions": [{"geo_restriction": [{"restriction_type": "whitelist", "locations": ["DE"]}]}],
 "viewer_certificate": [{"acm_certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/x", "ssl_support_method": "sni-only", "minimum_protocol_version": "TLSv1.2_2021"}]}`

// everyFormat is one distribution, written in every format.
var everyFormat = map[string]string{
	"API JSON": `{"CallerReference": "c", "Comment": "same", "Enabled": true, "Aliases": {"Quantity": 1, "Items": ["www.example.com"]}, "DefaultRootObject": "index.html", "HttpVersion": "http2", "IsIPV6Enabled": false, "PriceClass": "PriceClass_100",
 "Origins": {"Quantity": 1, "Items": [{"Id": "web", "DomainName": "web.example.net", "OriginPath": "/app", "ConnectionAttempts": 2, "ConnectionTimeout": 5, "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Verify", "HeaderValue": "v"}]},
   "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}, "OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5}}]},
 "DefaultCacheBehavior": {"TargetOriginId": "web", "ViewerProtocolPolicy": "redirect-to-https", "AllowedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"], "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}}, "Compress": true, "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"},
 "CustomErrorResponses": {"Quantity": 1, "Items": [{"ErrorCode": 404, "ResponseCode": "200", "ResponsePagePath": "/index.html", "ErrorCachingMinTTL": 10}]},
 "Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["DE"]}},
 "ViewerCertificate": {"ACMCertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/x", "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}}`,
	"CloudFormation": `
Parameters: {Domain: {Type: String, Default: example.net}}
Resources:
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Comment: same
        Enabled: true
        Aliases: [www.example.com]
        DefaultRootObject: index.html
        HttpVersion: http2
        IPV6Enabled: false
        PriceClass: PriceClass_100
        Origins:
          - Id: web
            DomainName: !Sub "web.${Domain}"
            OriginPath: /app
            ConnectionAttempts: 2
            ConnectionTimeout: "5"
            OriginCustomHeaders: [{HeaderName: X-Verify, HeaderValue: v}]
            CustomOriginConfig: {HTTPPort: 80, HTTPSPort: "443", OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1.2], OriginReadTimeout: 30, OriginKeepaliveTimeout: 5}
        DefaultCacheBehavior:
          TargetOriginId: web
          ViewerProtocolPolicy: redirect-to-https
          AllowedMethods: [GET, HEAD]
          CachedMethods: [GET, HEAD]
          Compress: "true"
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
        CustomErrorResponses: [{ErrorCode: 404, ResponseCode: 200, ResponsePagePath: /index.html, ErrorCachingMinTTL: 10}]
        Restrictions: {GeoRestriction: {RestrictionType: whitelist, Locations: [DE]}}
        ViewerCertificate: {AcmCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/x", SslSupportMethod: sni-only, MinimumProtocolVersion: TLSv1.2_2021}
`,
	"Terraform": `
variable "domain" { default = "example.net" }
data "aws_cloudfront_cache_policy" "p" { name = "Managed-CachingOptimized" }
resource "aws_cloudfront_distribution" "d" {
  enabled             = true
  comment             = "same"
  aliases             = ["www.example.com"]
  default_root_object = "index.html"
  price_class         = "PriceClass_100"
  http_version        = "http2"
  origin {
    origin_id           = "web"
    domain_name         = "web.${var.domain}"
    origin_path         = "/app"
    connection_attempts = 2
    connection_timeout  = 5
    custom_header {
      name  = "X-Verify"
      value = "v"
    }
    custom_origin_config {
      http_port              = "80"
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  default_cache_behavior {
    target_origin_id       = "web"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    cache_policy_id        = data.aws_cloudfront_cache_policy.p.id
  }
  custom_error_response {
    error_code            = 404
    response_code         = 200
    response_page_path    = "/index.html"
    error_caching_min_ttl = 10
  }
  restrictions {
    geo_restriction {
      restriction_type = "whitelist"
      locations        = ["DE"]
    }
  }
  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/x"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}`,
	"Terraform's JSON": `{"resource": {"aws_cloudfront_distribution": {"d": ` + sameValues + `}}}`,
	"a plan":           `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "aws_cloudfront_distribution.d", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "values": ` + sameValues + `}]}}}`,
	"a state":          `{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "resources": [{"mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "instances": [{"attributes": ` + sameValues + `}]}]}`,
}

// TestOneDistributionInEveryFormat gives one effective distribution.
func TestOneDistributionInEveryFormat(t *testing.T) {
	t.Parallel()
	effective := func(name string) *distribution.Distribution {
		got, err := ingest.Read([]byte(everyFormat[name]), ingest.Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d := got.Distribution
		d.Name, d.CallerReference, d.Notices, d.Unresolved, d.Files = "", "", nil, nil, nil
		return d
	}
	want := effective("API JSON")
	if want.Origins[0].ConnectionAttempts != 2 || want.GeoRestriction.Countries[0] != "DE" {
		t.Fatalf("the reference: %+v", want)
	}
	for name := range everyFormat {
		if got := effective(name); !reflect.DeepEqual(got, want) {
			a, _ := ingest.EncodeAPIJSON(got)
			b, _ := ingest.EncodeAPIJSON(want)
			t.Errorf("%s\ngot  %s\nwant %s\n%+v\n%+v", name, a, b, got, want)
		}
	}
}
