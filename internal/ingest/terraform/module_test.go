package terraform

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// addresses are the names of the resources of a type.
func addresses(set *tree.Set, kind tree.Type) string {
	var names []string
	for _, r := range set.Of(kind) {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

func TestModulesWithInputsAndOutputs(t *testing.T) {
	t.Parallel()
	set := readDir(t, map[string]string{
		"main.tf": `
resource "aws_lb" "web" {}
module "names" {
  source = "./names"
}
module "cdn" {
  source   = "./cdn"
  for_each = toset(["b", "a"])
  name     = "${module.names.prefix}-${each.key}"
  lb       = aws_lb.web
}
module "off" {
  source = "./cdn"
  count  = 0
  name   = ""
  lb     = null
}`,
		"names/main.tf": `output "prefix" { value = "site" }`,
		"cdn/main.tf": `
variable "name" { type = string }
variable "lb" {}
variable "ttl" {
  type     = number
  default  = 7
  nullable = false
}
resource "aws_cloudfront_cache_policy" "p" {
  count = 2
  name  = "${var.name}-${count.index}"
}
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  comment = var.name
  origin {
    origin_id   = "web"
    domain_name = var.lb.dns_name
    custom_origin_config { origin_read_timeout = var.ttl }
  }
  default_cache_behavior {
    target_origin_id = "web"
    cache_policy_id  = aws_cloudfront_cache_policy.p[1].id
    min_ttl          = 5
  }
}
output "id" { value = aws_cloudfront_distribution.d.id }`,
	}, nil)
	if got, want := addresses(set, tree.Distribution), `module.cdn["a"].aws_cloudfront_distribution.d module.cdn["b"].aws_cloudfront_distribution.d`; got != want {
		t.Fatalf("distributions %s, want %s", got, want)
	}
	config := set.Of(tree.Distribution)[1].Config
	for path, want := range map[string]string{
		"comment":                     "site-b",
		"origin's domain":             "?${aws_lb.web.dns_name}",
		"a number from a default":     "7",
		"a reference to a policy":     `module.cdn["b"].aws_cloudfront_cache_policy.p[1]`,
		"a TTL beside a cache policy": "absent",
	} {
		got := map[string]*tree.Node{
			"comment": config.Get("Comment"), "origin's domain": config.Get("Origins").Items[0].Get("DomainName"),
			"a number from a default":     config.Get("Origins").Items[0].At("CustomOriginConfig", "OriginReadTimeout"),
			"a reference to a policy":     config.At("DefaultCacheBehavior", "CachePolicyId"),
			"a TTL beside a cache policy": config.At("DefaultCacheBehavior", "MinTTL"),
		}[path]
		if text(got) != want {
			t.Errorf("%s: %s, want %s", path, text(got), want)
		}
	}
}

func TestWhatTheProviderFillsIn(t *testing.T) {
	t.Parallel()
	config := only(t, readDir(t, map[string]string{"main.tf": cdn(`
  origin {
    origin_id   = "b"
    domain_name = "b.s3.amazonaws.com"
  }
  default_cache_behavior {
    target_origin_id = "b"
    allowed_methods  = ["GET", "HEAD"]
    cached_methods   = ["GET"]
    forwarded_values {
      query_string = true
      cookies { forward = "none" }
    }
    trusted_key_groups = ["K"]
  }
  custom_error_response {
    error_code    = 404
    response_code = 200
  }
  logging_config { bucket = "l.s3.amazonaws.com" }
  viewer_certificate {
    acm_certificate_arn = "arn:aws:acm:us-east-1:1:certificate/x"
    ssl_support_method  = "sni-only"
  }`)}, nil), tree.Distribution).Config
	for path, want := range map[string]string{
		"IsIPV6Enabled": "false", "DefaultCacheBehavior.DefaultTTL": "0", "DefaultCacheBehavior.MaxTTL": "0",
		"DefaultCacheBehavior.AllowedMethods": "{Items=[GET HEAD] CachedMethods={Items=[GET]}}", "DefaultCacheBehavior.TrustedKeyGroups": "{Enabled=true Items=[K]}",
		"Logging.Enabled": "true", "ViewerCertificate.MinimumProtocolVersion": "TLSv1",
	} {
		if got := text(config.At(strings.Split(path, ".")...)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if got := text(config.Get("CustomErrorResponses")); got != "[{ErrorCode=404 ResponseCode=200 ErrorCachingMinTTL=0}]" {
		t.Errorf("custom errors: %s", got)
	}
	if got := config.Get("Origins").Items[0].At("S3OriginConfig", "OriginAccessIdentity"); text(got) != "" {
		t.Errorf("an origin of neither kind: %s", text(got))
	}
}

func TestNothingOutsideTheFolderIsRead(t *testing.T) {
	t.Parallel()
	outside := write(t, map[string]string{"secret.txt": "SECRET", "m/main.tf": cdn("")})
	dir := write(t, map[string]string{"in.txt": "inside", "main.tf": ""})
	for link, target := range map[string]string{"link.txt": filepath.Join(outside, "secret.txt"), "linked": filepath.Join(outside, "m"), "loop": "loop", "inner.txt": "in.txt"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	rel, err := filepath.Rel(dir, outside)
	if err != nil {
		t.Fatal(err)
	}
	for expression, want := range map[string]string{
		`file("in.txt")`: "inside", `file("./sub/../in.txt")`: "inside", `file("inner.txt")`: "inside", `file("` + filepath.Join(dir, "in.txt") + `")`: "inside",
		`file("link.txt")`: "?", `file("loop")`: "?", `file("` + filepath.Join(outside, "secret.txt") + `")`: "?", `file("` + rel + `/secret.txt")`: "?",
		`templatefile("link.txt", {})`: "?", `filebase64("../secret.txt")`: "?", `fileexists("` + outside + `/secret.txt")`: "?",
	} {
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(cdn("  comment = "+expression)), 0o644); err != nil {
			t.Fatal(err)
		}
		set, err := ReadFolder(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := text(only(t, set, tree.Distribution).Config.Get("Comment"))
		if strings.Contains(got, "SECRET") || want != "?" && got != want || want == "?" && !strings.HasPrefix(got, "?") {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
	for _, source := range []string{rel + "/m", "./linked"} {
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte("module \"m\" {\n  source = \""+source+"\"\n}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if set, err := ReadFolder(dir, Options{}); err == nil && len(set.Of(tree.Distribution)) > 0 {
			t.Errorf("a module at %s was read", source)
		}
	}
}

func TestModulesThatAreNotHereAreNamed(t *testing.T) {
	t.Parallel()
	// One that is there to make a distribution is an unresolved value of its own.
	set := readDir(t, map[string]string{"main.tf": `
module "cdn" {
  source  = "terraform-aws-modules/cloudfront/aws"
  version = "~> 5.0"
}`}, nil)
	if len(set.Remarks) != 1 || !set.Remarks[0].Blocking || !strings.Contains(set.Remarks[0].Missing[0].What, "terraform-aws-modules/cloudfront/aws") ||
		!strings.Contains(set.Remarks[0].Missing[0].Supply, "terraform show -json") {
		t.Errorf("%+v", set.Remarks)
	}
	// Of any other, the error says that it may hold one.
	_, err := ReadFolder(write(t, map[string]string{"main.tf": "module \"web\" {\n  source = \"acme/web/aws\"\n}\n"}), Options{})
	var e *tree.Error
	if !errors.As(err, &e) || !strings.Contains(e.Message, "module.web (acme/web/aws") || !strings.Contains(e.Hint, "terraform init") {
		t.Errorf("%v", err)
	}
	// What terraform init downloaded is read.
	set = readDir(t, map[string]string{
		"main.tf":                         "module \"cdn\" {\n  source = \"acme/cloudfront/aws\"\n  c = \"x\"\n}\n",
		".terraform/modules/modules.json": `{"Modules":[{"Key":"","Dir":"."},{"Key":"cdn","Source":"registry.terraform.io/acme/cloudfront/aws","Dir":".terraform/modules/cdn"}]}`,
		".terraform/modules/cdn/main.tf":  "variable \"c\" {}\n" + cdn("  comment = var.c"),
	}, nil)
	if got := text(only(t, set, tree.Distribution).Config.Get("Comment")); got != "x" {
		t.Errorf("comment %s, want x", got)
	}
}

func TestOverrideFiles(t *testing.T) {
	t.Parallel()
	config := only(t, readDir(t, map[string]string{
		"main.tf": "locals {\n  c = \"a\"\n}\n" + cdn(`
  comment = local.c
  origin {
    origin_id = "one"
  }
  origin {
    origin_id = "two"
  }`),
		"local_override.tf": `
locals {
  c = "b"
}
resource "aws_cloudfront_distribution" "d" {
  enabled = false
  origin {
    origin_id = "three"
  }
}`,
		"override.tf.json": `{"resource": {"aws_cloudfront_distribution": {"d": {"price_class": "PriceClass_100"}}}}`,
	}, nil), tree.Distribution).Config
	if text(config.Get("Comment")) != "b" || text(config.Get("Enabled")) != "false" || text(config.Get("PriceClass")) != "PriceClass_100" || len(config.Get("Origins").Items) != 1 || text(config.Get("Origins").Items[0].Get("Id")) != "three" {
		t.Errorf("%s", text(config))
	}
}

func TestADistributionThatIsSwitchedOffIsNamed(t *testing.T) {
	t.Parallel()
	_, err := ReadFolder(write(t, map[string]string{"main.tf": `
variable "sites" { default = {} }
resource "aws_cloudfront_distribution" "d" {
  for_each = var.sites
}`}), Options{})
	if err == nil || !strings.Contains(err.Error(), "aws_cloudfront_distribution.d, of which for_each makes none") {
		t.Errorf("%v", err)
	}
}

func TestALinkThatLeadsOutIsLeftOutAndSaid(t *testing.T) {
	t.Parallel()
	outside := write(t, map[string]string{"variables.tf": "variable \"v\" {\n  default = \"SECRET\"\n}\n"})
	dir := write(t, map[string]string{"main.tf": cdn("  comment = var.v")})
	if err := os.Symlink(filepath.Join(outside, "variables.tf"), filepath.Join(dir, "variables.tf")); err != nil {
		t.Skip("no links here:", err)
	}
	set, err := ReadFolder(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(only(t, set, tree.Distribution).Config.Get("Comment")); got != "?${var.v}" || len(set.Remarks) != 1 || set.Remarks[0].Path != filepath.Join(dir, "variables.tf") {
		t.Errorf("%s %+v", got, set.Remarks)
	}
}

// TestJSONSyntaxIsTheSameConfiguration writes one configuration in both forms
// of the language.
func TestJSONSyntaxIsTheSameConfiguration(t *testing.T) {
	t.Parallel()
	native := `
variable "hosts" {
  type    = list(string)
  default = ["a", "b"]
}
locals { name = "n-${length(var.hosts)}" }
resource "aws_s3_bucket" "b" {}
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  comment = local.name
  aliases = [for h in var.hosts : "${h}.example.com"]
  dynamic "origin" {
    for_each = var.hosts
    content {
      origin_id   = origin.value
      domain_name = aws_s3_bucket.b.bucket_regional_domain_name
    }
  }
  default_cache_behavior {
    target_origin_id       = "a"
    viewer_protocol_policy = "allow-all"
    forwarded_values {
      query_string = false
      cookies { forward = "none" }
    }
  }
}`
	inJSON := `{"//": {"metadata": {}},
"variable": {"hosts": {"type": "list(string)", "default": ["a", "b"]}},
"locals": {"name": "n-${length(var.hosts)}"},
"resource": {"aws_s3_bucket": {"b": {}},
 "aws_cloudfront_distribution": {"d": {"//": {"metadata": {}},
  "enabled": true, "comment": "${local.name}", "aliases": "${[for h in var.hosts : \"${h}.example.com\"]}",
  "dynamic": {"origin": {"for_each": "${var.hosts}", "content": {"origin_id": "${origin.value}", "domain_name": "${aws_s3_bucket.b.bucket_regional_domain_name}"}}},
  "default_cache_behavior": {"target_origin_id": "a", "viewer_protocol_policy": "allow-all", "forwarded_values": {"query_string": false, "cookies": {"forward": "none"}}}}}}}`
	a := only(t, readDir(t, map[string]string{"main.tf": native}, nil), tree.Distribution)
	b := only(t, readDir(t, map[string]string{"cdk.tf.json": inJSON}, nil), tree.Distribution)
	want := sorted(a.Config)
	if got := sorted(b.Config); got != want || !strings.Contains(want, "n-2") {
		t.Errorf("JSON   %s\nnative %s", got, want)
	}
	root, err := tree.ParseJSON("x.json", []byte(inJSON))
	if err != nil || !LooksLike(root) {
		t.Fatal(err)
	}
	set, err := ReadJSON("x.json", root, "", Options{})
	if err != nil || sorted(only(t, set, tree.Distribution).Config) != want {
		t.Errorf("read alone: %v", err)
	}
}

// sorted writes a node with the members of objects by name.
func sorted(n *tree.Node) string {
	if n.Kind != tree.Object {
		return text(n)
	}
	parts := map[string]string{}
	for _, f := range n.Fields {
		parts[f.Name] = sorted(f.Value)
	}
	var b strings.Builder
	for _, k := range sortedKeys(parts) {
		b.WriteString(k + "=" + parts[k] + " ")
	}
	return b.String()
}

func TestAFileAloneSaysWhatItDoesNotDeclare(t *testing.T) {
	t.Parallel()
	set, err := ReadConfiguration("cdn.tf", []byte(cdn("  comment = \"${var.a}-${local.b}\"")), "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := only(t, set, tree.Distribution).Config.Get("Comment")
	if text(n) != "?${var.a}-${local.b}" || len(n.Missing) != 2 || !strings.Contains(n.Missing[1].Supply, "give the folder") {
		t.Errorf("%s %+v", text(n), n.Missing)
	}
}

func TestUnknownArgumentsAreSaidWithWhatWasMeant(t *testing.T) {
	t.Parallel()
	set := readDir(t, map[string]string{"main.tf": cdn(`
  origin {
    origin_id   = "a"
    domian_name = "a.example.com"
  }`)}, nil)
	if len(set.Remarks) != 1 || !set.Remarks[0].Unknown || !strings.Contains(set.Remarks[0].Message, "domain_name") || set.Remarks[0].Path != "aws_cloudfront_distribution.d.origin[0].domian_name" {
		t.Errorf("%+v", set.Remarks)
	}
}

func TestKeysOfStoresAreDataOfTheirStore(t *testing.T) {
	t.Parallel()
	store := only(t, readDir(t, map[string]string{"main.tf": cdn("") + `
resource "aws_cloudfront_key_value_store" "s" { name = "routes" }
resource "aws_cloudfrontkeyvaluestore_key" "k" {
  for_each            = { "/a" = "1", "/b" = "2" }
  key_value_store_arn = aws_cloudfront_key_value_store.s.arn
  key                 = each.key
  value               = each.value
}
resource "aws_cloudfront_function" "f" {
  name                         = "f"
  runtime                      = "cloudfront-js-2.0"
  code                         = "function handler(event) {}"
  key_value_store_associations = [aws_cloudfront_key_value_store.s.arn]
}`}, nil), tree.KeyValueStore)
	if got := text(store.Config.Get("Data")); got != "[{Key=/a Value=1} {Key=/b Value=2}]" {
		t.Errorf("data: %s", got)
	}
}
