package pull_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/edgesim/edgesim/internal/pull"
)

const secret = "s3cr3t-origin-verify"

// configuration is a distribution that refers to one of everything: that of
// testdata/sdk/distribution.xml, except for its id.
func configuration(id string) *types.DistributionConfig {
	return &types.DistributionConfig{
		CallerReference: aws.String(id), Comment: aws.String("<of> & " + id), Enabled: aws.Bool(true),
		Aliases:     &types.Aliases{Quantity: aws.Int32(1), Items: []string{strings.ToLower(id) + ".example.com"}},
		HttpVersion: types.HttpVersionHttp2and3, ContinuousDeploymentPolicyId: aws.String("cd-1"),
		Origins: &types.Origins{Quantity: aws.Int32(3), Items: []types.Origin{
			{
				Id: aws.String("web"), DomainName: aws.String("web.example.com"),
				CustomHeaders: &types.CustomHeaders{Quantity: aws.Int32(1), Items: []types.OriginCustomHeader{{HeaderName: aws.String("X-Origin-Verify"), HeaderValue: aws.String(secret)}}},
				CustomOriginConfig: &types.CustomOriginConfig{
					HTTPPort: aws.Int32(80), HTTPSPort: aws.Int32(443), OriginProtocolPolicy: types.OriginProtocolPolicyHttpsOnly,
					OriginSslProtocols: &types.OriginSslProtocols{Quantity: aws.Int32(1), Items: []types.SslProtocol{types.SslProtocolTLSv12}},
				},
			},
			{
				Id: aws.String("bucket"), DomainName: aws.String("b.s3.eu-west-1.amazonaws.com"), OriginAccessControlId: aws.String("oac-1"),
				S3OriginConfig: &types.S3OriginConfig{OriginAccessIdentity: aws.String("")},
			},
			{
				Id: aws.String("old"), DomainName: aws.String("old.s3.eu-west-1.amazonaws.com"),
				S3OriginConfig: &types.S3OriginConfig{OriginAccessIdentity: aws.String("origin-access-identity/cloudfront/oai-1")},
			},
		}},
		DefaultCacheBehavior: &types.DefaultCacheBehavior{
			TargetOriginId: aws.String("web"), ViewerProtocolPolicy: types.ViewerProtocolPolicyAllowAll, CachePolicyId: aws.String("cache-1"),
			OriginRequestPolicyId: aws.String("request-1"), ResponseHeadersPolicyId: aws.String("response-1"),
			FunctionAssociations:       &types.FunctionAssociations{Quantity: aws.Int32(1), Items: []types.FunctionAssociation{{EventType: types.EventTypeViewerRequest, FunctionARN: aws.String(functionARN("rewrite"))}}},
			LambdaFunctionAssociations: &types.LambdaFunctionAssociations{Quantity: aws.Int32(1), Items: []types.LambdaFunctionAssociation{{EventType: types.EventTypeOriginRequest, LambdaFunctionARN: aws.String("arn:aws:lambda:us-east-1:111122223333:function:auth:4")}}},
		},
		CacheBehaviors: &types.CacheBehaviors{Quantity: aws.Int32(1), Items: []types.CacheBehavior{{
			PathPattern: aws.String("/private/*"), TargetOriginId: aws.String("bucket"), ViewerProtocolPolicy: types.ViewerProtocolPolicyHttpsOnly,
			CachePolicyId:    aws.String("658327ea-f89d-4fab-a63d-7e88639e58f6"), // managed: not asked for
			TrustedKeyGroups: &types.TrustedKeyGroups{Enabled: aws.Bool(true), Quantity: aws.Int32(1), Items: []string{"group-1"}},
		}}},
	}
}

// fill puts everything that configuration refers to into the service, and the
// distributions.
func fill(t testing.TB, s *service, ids ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, file := range map[string]string{
		"cache-policy/cache-1": "cache-policy", "origin-request-policy/request-1": "origin-request-policy",
		"response-headers-policy/response-1": "response-headers-policy", "origin-access-control/oac-1": "origin-access-control",
		"origin-access-identity/cloudfront/oai-1": "origin-access-identity", "public-key/K1": "public-key", "key-group/group-1": "key-group",
		"continuous-deployment-policy/cd-1": "continuous-deployment-policy", "function/rewrite": "function",
	} {
		s.things[key] = written(t, file)
	}
	s.code["rewrite"] = []byte("function handler(event) { return event.request; }\n")
	s.stores = []string{"other", "another", "routes"}
	s.keys[storeARN("routes")] = [][2]string{{"/a", "1"}, {"/b", "<2>"}, {"/c", "3"}}
	for _, id := range ids {
		s.create(id, strings.NewReplacer("E1", id, "e1.example.com", strings.ToLower(id)+".example.com").Replace(written(t, "distribution")))
	}
}

// written is the XML that the SDK wrote of one kind of thing.
func written(t testing.TB, kind string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "sdk", kind+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// run pulls from the service into a folder.
func run(t testing.TB, s *service, o pull.Options) (*pull.Report, error) {
	t.Helper()
	s.mu.Lock()
	s.calls = nil
	s.mu.Unlock()
	o.EndpointURL, o.Load, o.MaxBackoff = s.URL, s.load(), time.Millisecond
	if o.Folder == "" {
		o.Folder = t.TempDir()
	}
	return pull.Run(t.Context(), o)
}

// files are the contents of a folder by path.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPullTakesEverythingThatADistributionRefersTo(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1", "E2", "E3", "E4", "E5")
	dir := t.TempDir()
	var progress []string
	report, err := run(t, s, pull.Options{Folder: dir, Progress: func(line string) { progress = append(progress, line) }})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(report.Distributions, " "); got != "E1 E2 E3 E4 E5" || len(report.Denied) > 0 || len(report.Missing) > 0 {
		t.Errorf("report: %+v", report)
	}
	got := files(t, dir)
	for _, path := range []string{
		"edgesim.yaml", "distributions/E1.json", "distributions/E5.json", "policies/cache-cache-1.json", "policies/origin-request-request-1.json",
		"policies/response-headers-response-1.json", "policies/continuous-deployment-cd-1.json", "origin-access/control-oac-1.json", "origin-access/identity-oai-1.json",
		"keys/group-group-1.json", "keys/K1.json", "functions/rewrite.js", "functions/rewrite.json", "key-value-stores/routes.json",
	} {
		if got[path] == "" {
			t.Errorf("%s was not written", path)
		}
		delete(got, path)
	}
	for _, path := range []string{"distributions/E2.json", "distributions/E3.json", "distributions/E4.json"} {
		delete(got, path)
	}
	if len(got) > 0 {
		t.Errorf("written besides: %v", got)
	}
	for _, call := range s.calls {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("a call that does not read: %s", call)
		}
		if strings.Contains(call, "658327ea") {
			t.Errorf("a managed policy was asked for: %s", call)
		}
	}
	if len(progress) < 15 {
		t.Errorf("progress: %q", progress)
	}
	text := files(t, dir)
	if want := "function handler(event) { return event.request; }\n"; text["functions/rewrite.js"] != want {
		t.Errorf("code: %q", text["functions/rewrite.js"])
	}
	var store struct{ Data []struct{ Key, Value string } }
	if err := json.Unmarshal([]byte(text["key-value-stores/routes.json"]), &store); err != nil || len(store.Data) != 3 || store.Data[1].Value != "<2>" {
		t.Errorf("store: %v %+v", err, store)
	}
	if !strings.Contains(text["edgesim.yaml"], `"arn:aws:lambda:us-east-1:111122223333:function:auth:4"`) {
		t.Errorf("the overlay does not name the Lambda function:\n%s", text["edgesim.yaml"])
	}
}

// TestPulledFilesAreTheSDKsTypes reads a pulled distribution back into the
// SDK's type and compares it with what was created.
func TestPulledFilesAreTheSDKsTypes(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1")
	dir := t.TempDir()
	if _, err := run(t, s, pull.Options{IDs: []string{"E1"}, Folder: dir}); err != nil {
		t.Fatal(err)
	}
	var back struct {
		ETag         string
		Distribution struct {
			Id, DomainName     string
			DistributionConfig types.DistributionConfig
		}
	}
	if err := json.Unmarshal([]byte(files(t, dir)["distributions/E1.json"]), &back); err != nil {
		t.Fatal(err)
	}
	got, err1 := json.Marshal(back.Distribution.DistributionConfig)
	want, err2 := json.Marshal(configuration("E1"))
	if err1 != nil || err2 != nil || string(got) != string(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if back.Distribution.Id != "E1" || back.Distribution.DomainName != "de1.cloudfront.net" || back.ETag != "EE1" {
		t.Errorf("around it: %+v", back)
	}
}

func TestPullNamesThePermissionOfADeniedCallAndPullsTheRest(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1")
	s.denied = []string{base + "cache-policy/", base + "function/", "/key-value-stores/", base + "distribution/E9"}
	dir := t.TempDir()
	report, err := run(t, s, pull.Options{IDs: []string{"E9", "E1", "E8"}, Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	var permissions []string
	for _, d := range report.Denied {
		permissions = append(permissions, d.Permission)
	}
	if got, want := strings.Join(permissions, " "), "cloudfront:GetDistribution cloudfront:GetCachePolicy cloudfront:GetFunction cloudfront:DescribeFunction"; got != want {
		t.Errorf("denied: %s, want %s", got, want)
	}
	if len(report.Missing) != 1 || report.Missing[0] != "distribution E8" {
		t.Errorf("missing: %q", report.Missing)
	}
	got := files(t, dir)
	if got["distributions/E1.json"] == "" || got["policies/origin-request-request-1.json"] == "" || got["policies/cache-cache-1.json"] != "" {
		t.Errorf("files: %v", got)
	}
	s.denied = []string{"/key-value-stores/"}
	if report, err = run(t, s, pull.Options{IDs: []string{"E1"}}); err != nil || len(report.Denied) != 1 || report.Denied[0].Permission != "cloudfront-keyvaluestore:ListKeys" {
		t.Errorf("stores: %v %+v", err, report)
	}
	s.denied = []string{base + "distribution"}
	if _, err = run(t, s, pull.Options{}); err == nil || !strings.Contains(err.Error(), "cloudfront:ListDistributions") {
		t.Errorf("nothing allowed: %v", err)
	}
}

func TestPullWaitsWhereItIsThrottled(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1")
	s.throttled = 4
	if report, err := run(t, s, pull.Options{}); err != nil || len(report.Distributions) != 1 {
		t.Errorf("%v %+v", err, report)
	}
}

func TestPullHidesHeadersAndWritesNoCredentials(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1")
	for _, redact := range []bool{false, true} {
		dir := t.TempDir()
		if _, err := run(t, s, pull.Options{Folder: dir, Redact: redact}); err != nil {
			t.Fatal(err)
		}
		seen := false
		for path, text := range files(t, dir) {
			seen = seen || strings.Contains(text, secret)
			for _, credential := range []string{"AKIDEXAMPLE", "wJalrXUtnFEMI", "AWS4-"} {
				if strings.Contains(text, credential) {
					t.Errorf("%s holds %s", path, credential)
				}
			}
		}
		if seen == redact {
			t.Errorf("--redact=%t, and the header's value was written: %t", redact, seen)
		}
	}
}

func TestPullKeepsAnOverlayThatSomebodyEdited(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1")
	dir := t.TempDir()
	overlay := filepath.Join(dir, "edgesim.yaml")
	for range 2 { // as it was written, it is written again
		if report, err := run(t, s, pull.Options{Folder: dir}); err != nil || report.Overlay != overlay {
			t.Fatalf("%v %+v", err, report)
		}
	}
	edited := files(t, dir)["edgesim.yaml"] + "connect: {web.example.com: \"127.0.0.1:9\"}\n"
	if err := os.WriteFile(overlay, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	report, err := run(t, s, pull.Options{Folder: dir})
	if err != nil || report.Overlay == overlay || files(t, dir)["edgesim.yaml"] != edited {
		t.Errorf("%v %+v", err, report)
	}
}

// TestPullWritesBelowItsFolderAlone has ids that would lead out of it.
func TestPullWritesBelowItsFolderAlone(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s)
	s.mu.Lock()
	s.create("E1", strings.ReplaceAll(written(t, "distribution"), "oac-1", "../../../escaped"))
	s.things["origin-access-control/../../../escaped"] = s.things["origin-access-control/oac-1"]
	s.mu.Unlock()
	parent := t.TempDir()
	dir := filepath.Join(parent, "a", "b", "c")
	if _, err := run(t, s, pull.Options{Folder: dir}); err != nil {
		t.Fatal(err)
	}
	for path := range files(t, parent) {
		if !strings.HasPrefix(path, "a/b/c/") {
			t.Errorf("written outside: %s", path)
		}
	}
}
