package terraform

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// planText is a plan as terraform 1.9 prints it, shortened: a module with an
// input from a load balancer, an unknown origin id, and a policy of its own.
const planText = `{
 "format_version": "1.2", "terraform_version": "1.9.0",
 "planned_values": {"root_module": {"child_modules": [{"address": "module.cdn[\"a\"]", "resources": [
  {"address": "module.cdn[\"a\"].aws_cloudfront_cache_policy.p", "mode": "managed", "type": "aws_cloudfront_cache_policy", "name": "p", "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0,
   "values": {"name": "p", "min_ttl": 1, "default_ttl": 86400, "max_ttl": 31536000, "parameters_in_cache_key_and_forwarded_to_origin": [{"cookies_config": [{"cookie_behavior": "none", "cookies": []}], "headers_config": [{"header_behavior": "whitelist", "headers": [{"items": ["Origin"]}]}], "query_strings_config": [{"query_string_behavior": "all", "query_strings": []}]}]}},
  {"address": "module.cdn[\"a\"].aws_cloudfront_distribution.d", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 1,
   "values": {"enabled": true, "comment": null, "http_version": "http2", "aliases": ["a.example.com"], "ordered_cache_behavior": [],
    "default_cache_behavior": [{"allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"], "compress": false, "min_ttl": 0, "viewer_protocol_policy": "allow-all", "function_association": [], "forwarded_values": []}],
    "origin": [{"domain_name": "static.example.com", "origin_id": "static", "custom_origin_config": [{"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only", "origin_ssl_protocols": ["TLSv1.2"]}]},
               {"origin_path": "", "custom_origin_config": [{"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only", "origin_ssl_protocols": ["TLSv1.2"]}]}],
    "restrictions": [{"geo_restriction": [{"restriction_type": "none"}]}], "viewer_certificate": [{"cloudfront_default_certificate": true, "minimum_protocol_version": "TLSv1"}]}}]}]}},
 "resource_changes": [
  {"address": "module.cdn[\"a\"].aws_cloudfront_distribution.d", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "provider_name": "registry.terraform.io/hashicorp/aws",
   "change": {"actions": ["create"], "before": null, "after": {}, "before_sensitive": false, "after_sensitive": {},
    "after_unknown": {"arn": true, "id": true, "domain_name": true, "aliases": [false], "default_cache_behavior": [{"target_origin_id": true, "cache_policy_id": true, "default_ttl": true, "max_ttl": true}],
     "origin": [{"custom_origin_config": [{}]}, {"domain_name": true, "origin_id": true, "custom_origin_config": [{"origin_ssl_protocols": [false]}]}]}}}],
 "configuration": {"root_module": {"module_calls": {"cdn": {"source": "./cdn", "expressions": {"lb": {"references": ["aws_lb.web.dns_name", "aws_lb.web"]}},
  "module": {"variables": {"lb": {}}, "resources": [
   {"address": "aws_cloudfront_distribution.d", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "provider_config_key": "aws", "schema_version": 1,
    "expressions": {"enabled": {"constant_value": true},
     "default_cache_behavior": [{"target_origin_id": {"references": ["var.lb"]}, "cache_policy_id": {"references": ["aws_cloudfront_cache_policy.p.id", "aws_cloudfront_cache_policy.p"]}}],
     "origin": [{"domain_name": {"references": ["var.lb"]}, "origin_id": {"references": ["var.lb"]}, "origin_path": {"constant_value": ""}},
                {"domain_name": {"constant_value": "static.example.com"}, "origin_id": {"constant_value": "static"}}]}}]}}}}}}`

func readPlan(t *testing.T, text string, parameters map[string]string) *tree.Set {
	t.Helper()
	root, err := tree.ParseJSON("plan.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !LooksLike(root) {
		t.Fatal("is not told to be Terraform")
	}
	set, err := ReadJSON("plan.json", root, "", Options{Parameters: parameters})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestPlan(t *testing.T) {
	t.Parallel()
	set := readPlan(t, planText, nil)
	d := only(t, set, tree.Distribution)
	if d.Name != `module.cdn["a"].aws_cloudfront_distribution.d` {
		t.Errorf("address %s", d.Name)
	}
	origin, behavior := d.Config.Get("Origins").Items[1], d.Config.Get("DefaultCacheBehavior")
	for got, want := range map[*tree.Node]string{
		origin.Get("DomainName"):                           "?${aws_lb.web.dns_name}",
		behavior.Get("TargetOriginId"):                     text(origin.Get("Id")),
		behavior.Get("CachePolicyId"):                      `module.cdn["a"].aws_cloudfront_cache_policy.p`,
		behavior.Get("DefaultTTL"):                         "absent",
		d.Config.Get("Origins").Items[0].Get("DomainName"): "static.example.com",
	} {
		if text(got) != want {
			t.Errorf("got %s, want %s", text(got), want)
		}
	}
	if n := origin.Get("DomainName"); n.Backend != tree.BackendLoadBalancer || n.Missing[0].Supply != "--parameter aws_lb.web.dns_name=VALUE" {
		t.Errorf("%s %+v", n.Backend, n.Missing)
	}
	if len(set.Remarks) > 0 {
		t.Errorf("remarks: %+v", set.Remarks)
	}
	supplied := only(t, readPlan(t, planText, map[string]string{"aws_lb.web.dns_name": "lb.example.com"}), tree.Distribution)
	if got := text(supplied.Config.Get("Origins").Items[1].Get("DomainName")); got != "lb.example.com" {
		t.Errorf("with the parameter: %s", got)
	}
}

// TestPlanAddressesAreTerraformsOwn compares with an independent reading.
func TestPlanAddressesAreTerraformsOwn(t *testing.T) {
	t.Parallel()
	var plan tfjson.Plan
	if err := json.Unmarshal([]byte(planText), &plan); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, m := range plan.PlannedValues.RootModule.ChildModules {
		for _, r := range m.Resources {
			want = append(want, r.Address)
		}
	}
	for _, r := range readPlan(t, planText, nil).Resources {
		got = append(got, r.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAPlanOfWhichOnlyTheChangesWereKept(t *testing.T) {
	t.Parallel()
	set := readPlan(t, `{"format_version": "1.2", "resource_changes": [
 {"address": "aws_cloudfront_distribution.d", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "change": {"actions": ["create"], "after": {"comment": "c"}, "after_unknown": {"id": true}}},
 {"address": "aws_cloudfront_distribution.gone", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "gone", "change": {"actions": ["delete"], "after": null}}]}`, nil)
	if got := text(only(t, set, tree.Distribution).Config.Get("Comment")); got != "c" {
		t.Errorf("comment %s", got)
	}
}

func TestWhatAWSComputesIsNotMissingFromAPlan(t *testing.T) {
	t.Parallel()
	set := readPlan(t, `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "aws_cloudfront_distribution.d", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d",
 "values": {"default_cache_behavior": [{"min_ttl": 0, "forwarded_values": [{"query_string": false, "cookies": [{"forward": "none"}]}]}]}}]}},
 "resource_changes": [{"address": "aws_cloudfront_distribution.d", "change": {"actions": ["create"], "after_unknown": {"default_cache_behavior": [{"default_ttl": true, "max_ttl": true,
  "forwarded_values": [{"headers": true, "query_string_cache_keys": true, "cookies": [{"whitelisted_names": true}]}]}]}}}]}`, nil)
	b := only(t, set, tree.Distribution).Config.Get("DefaultCacheBehavior")
	if got := text(b.Get("DefaultTTL")) + " " + text(b.Get("MaxTTL")) + " " + text(b.Get("ForwardedValues")); got != "0 0 {QueryString=false Cookies={Forward=none}}" {
		t.Error(got)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	const values = `{"id": "E1", "arn": "arn:aws:cloudfront::1:distribution/E1", "domain_name": "d1.cloudfront.net", "enabled": true, "etag": "x",
   "default_cache_behavior": [{"target_origin_id": "o", "cache_policy_id": "p-1", "default_ttl": 0}], "origin": [{"origin_id": "o", "domain_name": "o.example.com"}]}`
	for name, state := range map[string]string{
		"show": `{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [
 {"address": "aws_cloudfront_distribution.d[0]", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "index": 0, "values": ` + values + `},
 {"address": "data.aws_cloudfront_distribution.other", "mode": "data", "type": "aws_cloudfront_distribution", "name": "other", "values": {}}]}}}`,
		"raw": `{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {}, "resources": [
 {"mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "provider": "p", "instances": [{"index_key": 0, "schema_version": 1, "attributes": ` + values + `}]},
 {"module": "module.m[\"k\"]", "mode": "managed", "type": "aws_cloudfront_cache_policy", "name": "p", "instances": [{"attributes": {"id": "p-1", "name": "n"}}]},
 {"mode": "data", "type": "aws_cloudfront_distribution", "name": "other", "instances": [{"attributes": {}}]}]}`,
	} {
		set := readPlan(t, state, nil)
		d := only(t, set, tree.Distribution)
		if d.Name != "aws_cloudfront_distribution.d[0]" || d.ID != "E1" || d.DomainName != "d1.cloudfront.net" || !strings.HasSuffix(d.ARN, "/E1") {
			t.Errorf("%s: %+v", name, d)
		}
		if len(set.Remarks) > 0 {
			t.Errorf("%s: %+v", name, set.Remarks)
		}
		if name == "raw" {
			if p := only(t, set, tree.CachePolicy); p.Name != `module.m["k"].aws_cloudfront_cache_policy.p` || p.ID != "p-1" {
				t.Errorf("policy: %+v", p)
			}
		}
	}
	root, err := tree.ParseJSON("old", []byte(`{"version": 3, "terraform_version": "0.11.0", "modules": []}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadJSON("old", root, "", Options{}); err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("an old state: %v", err)
	}
}

func TestTerragruntAndPulumiAreRecognized(t *testing.T) {
	t.Parallel()
	for _, config := range []string{"include \"root\" {\n  path = find_in_parent_folders()\n}\n", "terraform {\n  source = \"../m\"\n}\ninputs = {\n  a = 1\n}\n", "dependency \"vpc\" {\n  config_path = \"../vpc\"\n}\n"} {
		if !IsTerragrunt([]byte(config)) {
			t.Errorf("not told: %s", config)
		}
	}
	if IsTerragrunt([]byte("terraform {\n  required_version = \"1\"\n}\n" + cdn(""))) {
		t.Error("Terraform is taken for Terragrunt")
	}
	if err := ErrTerragrunt("terragrunt.hcl").(*tree.Error); !strings.Contains(err.Hint, "terragrunt show -json") {
		t.Errorf("%+v", err)
	}
	export, err := tree.ParseJSON("stack.json", []byte(`{"version": 3, "deployment": {"resources": [{"urn": "u", "type": "aws:cloudfront/distribution:Distribution", "id": "E1"}, {"type": "pulumi:pulumi:Stack"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := Pulumi("stack.json", export).(*tree.Error)
	if got == nil || !strings.Contains(got.Message, "E1") || !strings.Contains(got.Hint, "edgesim pull E1") {
		t.Errorf("%+v", got)
	}
}
