package ingest_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// terraformWith is a distribution with one origin; id and target are
// expressions.
func terraformWith(id, target string) string {
	return `
variable "name" { type = string }
resource "aws_cloudfront_origin_access_control" "oac" {
  count                             = 1
  name                              = "oac"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
resource "aws_cloudfront_function" "f" {
  name    = "f"
  runtime = "cloudfront-js-2.0"
  code    = "function handler(event) { return event.request; }"
}
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  origin {
    origin_id                = ` + id + `
    domain_name              = "b.s3.eu-west-1.amazonaws.com"
    origin_access_control_id = join("", aws_cloudfront_origin_access_control.oac.*.id)
  }
  default_cache_behavior {
    target_origin_id       = ` + target + `
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "allow-all"
    forwarded_values {
      query_string = false
      cookies { forward = "none" }
    }
    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.f.arn
    }
  }
  restrictions {
    geo_restriction { restriction_type = "none" }
  }
  viewer_certificate { cloudfront_default_certificate = true }
}`
}

func readTerraform(t *testing.T, config string, opts ingest.Options) (*ingest.Result, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return ingest.ReadFile(dir, opts)
}

// TestTerraformIsReadWithAllItRefersTo follows references between resources.
func TestTerraformIsReadWithAllItRefersTo(t *testing.T) {
	t.Parallel()
	got, err := readTerraform(t, terraformWith(`"S3-${var.name}"`, `"S3-${var.name}"`), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := got.Distribution
	if d.Name != "aws_cloudfront_distribution.d" || len(got.Files) != 1 {
		t.Errorf("name %q, files %v", d.Name, got.Files)
	}
	if oac := d.Origins[0].AccessControl; oac == nil || oac.SigningBehavior != "always" || d.Origins[0].Kind != distribution.OriginS3 {
		t.Errorf("origin: %+v", d.Origins[0])
	}
	if f := d.DefaultBehavior.Functions; len(f) != 1 || f[0].Function == nil || !strings.HasPrefix(f[0].Function.Code, "function handler") {
		t.Errorf("functions: %+v", f)
	}
	if v := d.DefaultBehavior.ForwardedValues; v == nil || v.DefaultTTL != 0 || v.MaxTTL != 0 {
		t.Errorf("TTLs that nobody sets are 0 in Terraform: %+v", v)
	}
	if d.DefaultBehavior.TargetOriginID != d.Origins[0].ID {
		t.Errorf("target %q, origin %q", d.DefaultBehavior.TargetOriginID, d.Origins[0].ID)
	}
}

// TestATargetThatMayBeRightIsNotRefused (CF-CONF-11): if the id of an origin or the target
// is not known, they may be the same.
func TestATargetThatMayBeRightIsNotRefused(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"an unknown id": terraformWith("var.name", `"main"`), "an unknown target": terraformWith(`"main"`, "var.name"),
	} {
		_, err := readTerraform(t, config, ingest.Options{})
		var unresolved *ingest.UnresolvedError
		var invalid *distribution.InvalidError
		if !errors.As(err, &unresolved) || errors.As(err, &invalid) || !strings.Contains(unresolved.Values[0].Supply, "--parameter name=VALUE") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := readTerraform(t, config, ingest.Options{Parameters: map[string]string{"name": "main"}}); err != nil {
			t.Errorf("%s, supplied: %v", name, err)
		}
		if _, err := readTerraform(t, config, ingest.Options{Parameters: map[string]string{"name": "other"}}); !errors.As(err, &invalid) || invalid.Problems[0].Rule != "CF-CONF-11" {
			t.Errorf("%s, supplied wrongly: %v", name, err)
		}
	}
}

// TestAPlaceholderCannotStandForADistribution: values are assumed, but never that a
// distribution exists.
func TestAPlaceholderCannotStandForADistribution(t *testing.T) {
	t.Parallel()
	config := strings.Replace(terraformWith(`"a"`, `"a"`), "  enabled = true", "  count = length(var.name)\n  enabled = true", 1)
	for _, opts := range []ingest.Options{{}, {AssumeUnresolved: true}, {List: true}} {
		var unresolved *ingest.UnresolvedError
		if _, err := readTerraform(t, config, opts); !errors.As(err, &unresolved) || !strings.Contains(err.Error(), "aws_cloudfront_distribution.d.count") {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}

// TestAFolderWithConfigurationsBelowIt reads the one that no other calls, with the modules
// next to it, and asks if there are several.
func TestAFolderWithConfigurationsBelowIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("modules/cdn/main.tf", terraformWith(`file("${path.module}/id.txt")`, "var.name"))
	put("modules/cdn/id.txt", "main")
	put("modules/other/main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n")
	put("envs/prod/main.tf", "variable \"n\" {}\nmodule \"cdn\" {\n  source = \"../../modules/cdn\"\n  name   = trimspace(file(\"name.txt\"))\n}\n")
	put("envs/prod/name.txt", "main\n")
	put("envs/prod/terraform.tfvars", "n = 1\n")
	got, err := ingest.ReadFile(dir, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := got.Distribution; d.Name != "module.cdn.aws_cloudfront_distribution.d" || d.Origins[0].ID != "main" || d.DefaultBehavior.TargetOriginID != "main" {
		t.Errorf("%s: %+v", d.Name, d.Origins)
	}
	put("envs/test/main.tf", "module \"cdn\" {\n  source = \"../../modules/cdn\"\n  name   = \"main\"\n}\n")
	if _, err := ingest.ReadFile(dir, ingest.Options{}); err == nil || !strings.Contains(err.Error(), dir+"//envs/prod, "+dir+"//envs/test") {
		t.Errorf("two of them: %v", err)
	}
	if got, err := ingest.ReadFile(dir+"//envs/test", ingest.Options{}); err != nil || len(got.Distributions) != 1 {
		t.Errorf("one of the two: %v", err)
	}
}
