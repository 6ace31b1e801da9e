package terraform

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// expressionFiles are what the expressions of expressionCases refer to.
var expressionFiles = map[string]string{
	"main.tf": `
variable "given" { default = "g" }
variable "open" { type = string }
variable "opts" {
  type    = object({ ttl = optional(number, 5), names = optional(list(string), ["n"]) })
  default = {}
}
locals {
  c = "${local.b}-c"
  b = "${local.a}-b"
  a = "a"
  m = { x = 1, y = { z = [10, 20] } }
}
resource "aws_lb" "web" {
  name = "web"
}
resource "aws_s3_bucket" "set" {
  for_each = toset(["two", "one"])
  bucket   = "bucket-${each.key}"
}
resource "aws_s3_bucket" "counted" {
  count  = 2
  bucket = "counted-${count.index}"
}
data "aws_cloudfront_cache_policy" "optimized" { name = "Managed-CachingOptimized" }
`,
	"greet.tpl": "hello ${name}%{ for n in list }, ${n}%{ endfor }",
}

// expressionCases are expressions with their values; "?" precedes what is not known.
var expressionCases = map[string]string{
	`local.c`:                                             "a-b-c",
	`local.m.y.z[1]`:                                      "20",
	`var.opts.ttl`:                                        "5",
	`var.opts.names[0]`:                                   "n",
	`"${var.given}!"`:                                     "g!",
	`var.open`:                                            "?${var.open}",
	`"x-${var.open}-y"`:                                   "?x-${var.open}-y",
	`"${lower("A")}${var.open}"`:                          "?a${var.open}",
	`lower(var.open)`:                                     "?${lower(var.open)}",
	`var.open == "x" ? "a" : "b"`:                         `?${var.open == "x" ? "a" : "b"}`,
	`var.open != null ? "a" : "b"`:                        "a",
	`aws_lb.web.name`:                                     "web",
	`aws_lb.web.dns_name`:                                 "?${aws_lb.web.dns_name}",
	`aws_lb.web["dns_name"]`:                              "?${aws_lb.web.dns_name}",
	`aws_lb.web.tags.x`:                                   "?${aws_lb.web.tags.x}",
	`aws_lb.web[*].dns_name`:                              "[?${aws_lb.web.dns_name}]",
	`aws_s3_bucket.set["one"].bucket`:                     "bucket-one",
	`[for k, b in aws_s3_bucket.set : b.bucket]`:          "[bucket-one bucket-two]",
	`[for k, b in aws_s3_bucket.set : b.arn]`:             `[?${aws_s3_bucket.set["one"].arn} ?${aws_s3_bucket.set["two"].arn}]`,
	`aws_s3_bucket.counted[*].bucket`:                     "[counted-0 counted-1]",
	`aws_s3_bucket.counted.*.id`:                          "[?${aws_s3_bucket.counted[0].id} ?${aws_s3_bucket.counted[1].id}]",
	`length(aws_s3_bucket.counted)`:                       "2",
	`values(aws_s3_bucket.set)[0].bucket`:                 "bucket-one",
	`data.aws_cloudfront_cache_policy.optimized.id`:       "658327ea-f89d-4fab-a63d-7e88639e58f6",
	`{ for s in ["b", "a"] : s => upper(s) if s != "b" }`: "{a=A}",
	`[for s in toset(["b", "a"]) : s]`:                    "[a b]",
	`try(local.m.nothing, "fallback")`:                    "fallback",
	`try(aws_lb.web.arn, "fallback")`:                     "?${aws_lb.web.arn}",
	`can(local.m.nothing)`:                                "false",
	`coalesce("", null, "x")`:                             "x",
	`coalesce(null, aws_lb.web.arn)`:                      "?${aws_lb.web.arn}",
	`lookup(local.m, "q", "none")`:                        "none",
	`lookup({ a = aws_lb.web.arn }, "a", "none")`:         "?${aws_lb.web.arn}",
	`merge({ a = 1 }, { b = aws_lb.web.arn })`:            "{a=1 b=?${aws_lb.web.arn}}",
	`concat(["a"], [aws_lb.web.arn])`:                     "[a ?${aws_lb.web.arn}]",
	`flatten([["a"], [[aws_lb.web.arn]]])`:                "[a ?${aws_lb.web.arn}]",
	`compact(["a", ""])`:                                  "[a]",
	`one([])`:                                             "absent",
	`one(aws_s3_bucket.counted[*].id) `:                   "?",
	`one([aws_lb.web.arn])`:                               "?${aws_lb.web.arn}",
	`element(["a", "b"], 3)`:                              "b",
	`index(["a", "b"], "b")`:                              "1",
	`zipmap(["a"], [aws_lb.web.arn])`:                     "{a=?${aws_lb.web.arn}}",
	`jsonencode({ a = [1, "b"] })`:                        `{"a":[1,"b"]}`,
	`jsondecode("{\"a\":[1]}").a[0]`:                      "1",
	`yamldecode("a: [1, x]").a[1]`:                        "x",
	`format("%s-%03d", "a", 7)`:                           "a-007",
	`format("%s-x", var.open)`:                            `?${format("%s-x", var.open)}`,
	`join("-", ["a", "b"])`:                               "a-b",
	`join("", aws_lb.web[*].arn)`:                         "?${aws_lb.web.arn}",
	`join("-", [aws_lb.web.arn, "x"])`:                    `?${join("-", [aws_lb.web.arn, "x"])}`,
	`join("-", ["a"], toset(["c", "b"]))`:                 "a-b-c",
	`replace("a.b", "/[.]/", "-")`:                        "a-b",
	`regex("^https?://([^/]+)", "https://h/x")[0]`:        "h",
	`trimprefix("https://h", "https://")`:                 "h",
	`split("/", "a/b")[1]`:                                "b",
	`base64encode("a")`:                                   "YQ==",
	`md5("a")`:                                            "0cc175b9c0f1b6a831c399e269772661",
	`sha256("a")`:                                         "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
	`cidrsubnet("10.0.0.0/16", 4, 2)`:                     "10.0.32.0/20",
	`cidrhost("10.0.0.0/24", -2)`:                         "10.0.0.254",
	`cidrsubnets("10.0.0.0/16", 8, 8)`:                    "[10.0.0.0/24 10.0.1.0/24]",
	`cidrnetmask("10.0.0.0/20")`:                          "255.255.240.0",
	`tolist(toset(["b", "a"]))`:                           "[a b]",
	`sum([1, 2])`:                                         "3",
	`alltrue([true, "true"])`:                             "true",
	`timestamp()`:                                         "?${timestamp()}",
	`file("greet.tpl")`:                                   "hello ${name}%{ for n in list }, ${n}%{ endfor }",
	`fileexists("${path.module}/none")`:                   "false",
	`fileset(path.module, "*.tpl")`:                       "[greet.tpl]",
	`templatefile("${path.module}/greet.tpl", { name = "n", list = ["a", "b"] })`: "hello n, a, b",
	`filemd5("greet.tpl")`:                   "b0302bd3c3d0f0d83f2b8c81d7b4d6f3",
	`terraform.workspace`:                    "default",
	`path.module`:                            ".",
	`core::upper("a")`:                       "A",
	`"%{ if true }yes%{ else }no%{ endif }"`: "yes",
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	for expression, want := range expressionCases {
		got := text(comment(t, expression, expressionFiles, nil))
		if want == "?" && strings.HasPrefix(got, "?") || strings.HasPrefix(expression, "filemd5") && len(got) == 32 {
			continue
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", expression, got, want)
		}
	}
}

func TestWhatIsMissingIsNamedWithWhatSuppliesIt(t *testing.T) {
	t.Parallel()
	files := map[string]string{"main.tf": `
variable "zone" { type = string }
resource "aws_lb" "web" {}
`}
	n := comment(t, `"${aws_lb.web.dns_name}.${var.zone}"`, files, nil)
	if len(n.Missing) != 2 || n.Missing[0].Key != "aws_lb.web.dns_name" || n.Missing[1].Key != "var.zone" {
		t.Fatalf("missing: %+v", n.Missing)
	}
	for key, want := range map[string]string{n.Missing[0].Supply: "--parameter aws_lb.web.dns_name=VALUE", n.Missing[1].Supply: "--parameter zone=VALUE, or terraform.tfvars"} {
		if key != want {
			t.Errorf("supply %q, want %q", key, want)
		}
	}
	supplied := comment(t, `"${aws_lb.web.dns_name}.${var.zone}"`, files, map[string]string{"aws_lb.web.dns_name": "lb", "zone": "example.com"})
	if text(supplied) != "lb.example.com" {
		t.Errorf("with parameters: %s", text(supplied))
	}
	if n.Pos.Line != 3 || n.Path != "aws_cloudfront_distribution.d.comment" {
		t.Errorf("place: %s %s", n.Pos, n.Path)
	}
}

func TestAnUnresolvedOriginIDJoinsOriginAndBehavior(t *testing.T) {
	t.Parallel()
	set := readDir(t, map[string]string{"main.tf": `
variable "env" { type = string }
locals { id = "S3-${var.env}" }
resource "aws_s3_bucket" "b" {}
` + cdn(`
  origin {
    origin_id   = local.id
    domain_name = aws_s3_bucket.b.bucket_regional_domain_name
  }
  origin {
    origin_id   = "web-${var.env}"
    domain_name = "web.example.com"
  }
  default_cache_behavior {
    target_origin_id = "S3-${var.env}"
  }`)}, nil)
	config := only(t, set, tree.Distribution).Config
	origins := config.Get("Origins").Items
	first, second, target := origins[0].Get("Id"), origins[1].Get("Id"), config.At("DefaultCacheBehavior", "TargetOriginId")
	if first.Kind != tree.Unresolved || first.Text != target.Text || first.Text == second.Text {
		t.Errorf("ids %q and %q, target %q", first.Text, second.Text, target.Text)
	}
	if backend := origins[0].Get("DomainName").Backend; backend != tree.BackendBucket {
		t.Errorf("backend %q, want a bucket", backend)
	}
}

func TestForEachOverASetSortsAndDynamicBlocksStandInTheirPlace(t *testing.T) {
	t.Parallel()
	set := readDir(t, map[string]string{"main.tf": cdn(`
  ordered_cache_behavior { path_pattern = "first" }
  dynamic "ordered_cache_behavior" {
    for_each = toset(["/z", "/a"])
    iterator = p
    content { path_pattern = p.key }
  }
  ordered_cache_behavior { path_pattern = "middle" }
  dynamic "ordered_cache_behavior" {
    for_each = ["/z", "/a"]
    content { path_pattern = ordered_cache_behavior.value }
  }
  ordered_cache_behavior { path_pattern = "last" }`)}, nil)
	var got []string
	for _, b := range only(t, set, tree.Distribution).Config.Get("CacheBehaviors").Items {
		got = append(got, b.Get("PathPattern").Text)
	}
	if want := "first /a /z middle /z /a last"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestForEachOverSomethingUnknownIsNeverNothing(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"for_each": `resource "aws_cloudfront_distribution" "d" {
  for_each = toset(var.sites)
}`,
		"count": `resource "aws_cloudfront_distribution" "d" {
  count = length(var.sites)
}`,
		"module": `module "m" {
  source   = "./m"
  for_each = toset(var.sites)
}`,
	} {
		set := readDir(t, map[string]string{"main.tf": `variable "sites" { type = list(string) }
` + config, "m/main.tf": cdn("")}, nil)
		if len(set.Remarks) != 1 || !set.Remarks[0].Blocking || len(set.Remarks[0].Missing) != 1 || set.Remarks[0].Missing[0].Key != "var.sites" {
			t.Errorf("%s: %+v", name, set.Remarks)
		}
	}
	set := readDir(t, map[string]string{"main.tf": `variable "sites" { type = list(string) }
` + cdn(`  dynamic "origin" {
    for_each = var.sites
    content { origin_id = origin.value }
  }`)}, nil)
	origins := only(t, set, tree.Distribution).Config.Get("Origins")
	if len(origins.Items) != 1 || text(origins.Items[0]) != "?${var.sites}" {
		t.Errorf("dynamic over something unknown: %s", text(origins))
	}
}

func TestWhereVariablesGetTheirValues(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"main.tf":               "variable \"v\" {\n  type = string\n  default = \"default\"\n}\n",
		"terraform.tfvars":      `v = "tfvars"`,
		"terraform.tfvars.json": `{"v": "json"}`,
		"b.auto.tfvars":         `v = "b"`,
		"a.auto.tfvars.json":    `{"v": "a"}`,
		"other.tfvars":          `v = "not read"`,
	}
	check := func(want string, parameters map[string]string) {
		t.Helper()
		if got := text(comment(t, "var.v", files, parameters)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	check("flag", map[string]string{"v": "flag"})
	check("b", nil)
	delete(files, "b.auto.tfvars")
	check("a", nil)
	delete(files, "a.auto.tfvars.json")
	check("json", nil)
	delete(files, "terraform.tfvars.json")
	check("tfvars", nil)
	delete(files, "terraform.tfvars")
	check("default", nil)
}

func TestCircularReferences(t *testing.T) {
	t.Parallel()
	n := comment(t, "local.a", map[string]string{"main.tf": `
locals {
  a = local.b
  b = "${local.a}x"
}`}, nil)
	if n.Kind != tree.Unresolved || !strings.Contains(n.Missing[0].What, "local.a") {
		t.Errorf("%s %+v", text(n), n.Missing)
	}
}
