package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deployed is a distribution as CloudFront's API answers with it.
const deployed = `<?xml version="1.0"?>
<Distribution xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>E1</Id><ARN>arn:aws:cloudfront::1:distribution/E1</ARN><Status>Deployed</Status>
<DomainName>d1.cloudfront.net</DomainName><InProgressInvalidationBatches>0</InProgressInvalidationBatches><DistributionConfig>
<CallerReference>c</CallerReference><Comment></Comment><Enabled>true</Enabled>
<Origins><Quantity>1</Quantity><Items><Origin><Id>o</Id><DomainName>o.example.com</DomainName><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy><OriginSslProtocols><Quantity>1</Quantity><Items><SslProtocol>TLSv1.2</SslProtocol></Items></OriginSslProtocols></CustomOriginConfig></Origin></Items></Origins>
<DefaultCacheBehavior><TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy><CachePolicyId>policy-1</CachePolicyId></DefaultCacheBehavior>
</DistributionConfig></Distribution>`

// TestPullCommand pulls from an API that allows one call and denies another, and
// prints the distribution from the folder.
func TestPullCommand(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_PROFILE", "")
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/distribution/E1") {
			fmt.Fprint(w, deployed)
			return
		}
		w.WriteHeader(403)
		fmt.Fprint(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`)
	}))
	defer api.Close()
	call := func(args ...string) (code int, stdout, stderr string) {
		var out, err bytes.Buffer
		code = run(t.Context(), append([]string{"edgesim"}, args...), strings.NewReader(""), &out, &err)
		return code, out.String(), err.String()
	}
	dir := filepath.Join(t.TempDir(), "pulled")
	code, stdout, stderr := call("pull", "E1", "--endpoint-url", api.URL, "-o", dir)
	if code != exitFine || strings.TrimSpace(stdout) != filepath.Join(dir, "edgesim.yaml") || !strings.Contains(stderr, "cloudfront:GetCachePolicy") {
		t.Fatalf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	if code, stdout, stderr = call("config", dir); code != exitFine || !strings.Contains(stdout, `"o.example.com"`) {
		t.Errorf("config of the folder: exit %d\n%s\n%s", code, stdout, stderr)
	}
	if code, _, stderr = call("pull", "E2", "--endpoint-url", api.URL, "-o", dir); code != exitUsage || !strings.Contains(stderr, "cloudfront:GetDistribution") {
		t.Errorf("all denied: exit %d\n%s", code, stderr)
	}
	if code, _, stderr = call("pull", "--endpoint-url", "localhost"); code != exitUsage || !strings.Contains(stderr, "--endpoint-url") {
		t.Errorf("a wrong URL: exit %d\n%s", code, stderr)
	}
}

// TestTerraformFolder evaluates a folder of Terraform from the command line.
func TestTerraformFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const config = `
variable "domain" { type = string }
resource "aws_lb" "web" {}
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  aliases = ["www.${var.domain}"]
  origin {
    origin_id   = "web"
    domain_name = aws_lb.web.dns_name
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  default_cache_behavior {
    target_origin_id       = "web"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "allow-all"
    cache_policy_id        = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  }
  restrictions {
    geo_restriction { restriction_type = "none" }
  }
  viewer_certificate {
    acm_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/x"
    ssl_support_method  = "sni-only"
  }
}`
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	if code := run(t.Context(), []string{"edgesim", "config", dir}, strings.NewReader(""), &out, &stderr); code != exitUsage ||
		!strings.Contains(stderr.String(), "--parameter domain=VALUE") || !strings.Contains(stderr.String(), "--parameter aws_lb.web.dns_name=VALUE") {
		t.Errorf("without parameters: exit %d\n%s", code, stderr.String())
	}
	out.Reset()
	if code := run(t.Context(), []string{"edgesim", "config", dir, "--parameter", "domain=example.com", "--parameter", "aws_lb.web.dns_name=lb.example.net"}, strings.NewReader(""), &out, &stderr); code != exitFine ||
		!strings.Contains(out.String(), `"www.example.com"`) || !strings.Contains(out.String(), `"lb.example.net"`) {
		t.Errorf("with parameters: exit %d\n%s\n%s", code, out.String(), stderr.String())
	}
}
