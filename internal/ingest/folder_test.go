package ingest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
)

// write makes a file below a folder.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFolders: the kind of a folder is recognized by its content.
func TestFolders(t *testing.T) {
	t.Parallel()
	_, template := large()
	small := func(id string) string { return strings.ReplaceAll(template, "Cdn:", id+":") }
	for _, row := range []struct {
		name  string
		files map[string]string
		want  string // the names of the distributions, or the beginning of the error
	}{
		{"an overlay", map[string]string{"edgesim.yaml": "distribution: t.yaml\n", "t.yaml": small("A"), "u.yaml": small("B")}, "A"},
		{"templates", map[string]string{"t.yaml": small("A"), "u.yml": small("B"), "package.json": "{}"}, "A B"},
		{"one below", map[string]string{"infra/t.yaml": small("A"), "node_modules/x/t.yaml": small("X"), "README.md": "x"}, "A"},
		{"several below", map[string]string{"a/t.yaml": small("A"), "b/t.yaml": small("B")}, "holds several configurations: "},
		{"a CDK project", map[string]string{"cdk.json": "{}"}, "is a CDK project that is not synthesized"},
		{"a synthesized one", map[string]string{"cdk.json": "{}", "cdk.out/manifest.json": `{"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "S.template.json"}}}}`,
			"cdk.out/S.template.json": `{"Resources": {"C": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": {"Enabled": true, "Origins": [{"Id": "a", "DomainName": "a.example.com", "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}], "DefaultCacheBehavior": {"TargetOriginId": "a", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}}}}}}`}, "C"},
		{"very many below", map[string]string{"a/t.yaml": small("A"), "b/t.yaml": small("B"), "c/t.yaml": small("C"), "d/t.yaml": small("D"), "e/t.yaml": small("E"), "f/t.yaml": small("F"), "g/t.yaml": small("G")},
			"holds several configurations: a/t.yaml, b/t.yaml, c/t.yaml, d/t.yaml, e/t.yaml, and 2 more"},
		{"nothing", map[string]string{"README.md": "x"}, "holds no CloudFront distribution that edgesim finds"},
		{"a template of the assembly is missing", map[string]string{"manifest.json": `{"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../outside.json"}}}}`}, "cannot be read: the manifest names it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range row.files {
				write(t, dir, name, text)
			}
			result, err := ingest.ReadFile(dir, ingest.Options{})
			var names []string
			var e *ingest.Error
			if errors.As(err, &e) {
				names = append(names, strings.ReplaceAll(e.Message, dir+string(filepath.Separator), ""))
			} else if err != nil {
				t.Fatal(err)
			} else {
				for _, d := range result.Distributions {
					names = append(names, d.Name)
				}
			}
			if got := strings.Join(names, " "); got != row.want && !(err != nil && strings.HasPrefix(got, row.want)) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestHostileFolders: many files and circular links are read in limited time, and nothing
// outside the folder is read.
func TestHostileFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 1200 {
		write(t, dir, fmt.Sprintf("%03d/file%d.json", i%200, i), `{"some": "DefaultCacheBehavior"}`)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
		t.Skip(err)
	}
	if _, err := ingest.ReadFile(dir, ingest.Options{}); err == nil {
		t.Error("a folder without a distribution was read")
	}
	outside := t.TempDir()
	write(t, outside, "secret.template.json", `{"Resources": {}}`)
	nested := t.TempDir()
	write(t, nested, "t.yaml", "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../"+filepath.Base(outside)+"/secret.template.json}}}")
	_, err := ingest.ReadFile(filepath.Join(nested, "t.yaml"), ingest.Options{})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want no word of the file outside", err)
	}
}

// TestCircles: templates that refer to themselves end, with a word about it.
func TestCircles(t *testing.T) {
	t.Parallel()
	const rest = ", CustomOriginConfig: {OriginProtocolPolicy: http-only}}], DefaultCacheBehavior: {TargetOriginId: x, ViewerProtocolPolicy: allow-all, CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad}}}}}"
	deep := "{Ref: X}"
	for range 60 {
		deep = "{'Fn::Join': ['', [" + deep + "]]}"
	}
	bomb := "Mappings: {}\nParameters: {P0: {Type: String, Default: " + strings.Repeat("x", 1000) + "}}\nResources: {"
	name := "!Ref P0"
	for i := range 30 {
		bomb += fmt.Sprintf("B%d: {Type: AWS::S3::Bucket, Properties: {BucketName: !Join ['', [%s, %s]]}}, ", i, name, name)
		name = fmt.Sprintf("!Ref B%d", i)
	}
	for title, text := range map[string]string{
		"buckets":    "Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref B}}, B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}, C: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Enabled: true, Origins: [{Id: x, DomainName: !GetAtt A.DomainName" + rest + "}",
		"conditions": "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {C: {Type: AWS::CloudFront::Distribution, Condition: A, Properties: {DistributionConfig: {Enabled: true, Origins: [{Id: x, DomainName: a.example.com" + rest + "}",
		"deep":       "Resources: {C: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Enabled: true, Origins: [{Id: x, DomainName: " + deep + rest + "}",
		"bomb":       bomb + "C: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Enabled: true, Origins: [{Id: x, DomainName: " + name + rest + "}",
	} {
		if result, err := ingest.Read([]byte(text), ingest.Options{}); err == nil {
			t.Errorf("%s: got %+v, want an error", title, result.Distribution.Origins)
		}
	}
}
