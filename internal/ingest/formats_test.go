package ingest_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
)

// TestSameInEveryFormat: one distribution, written in every format, is the same effective
// distribution. Only what says where it came from (a name, a reference, a remark) may
// differ.
func TestSameInEveryFormat(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/formats/*")
	if err != nil || len(files) < 5 {
		t.Fatalf("there are %d formats: %v", len(files), err)
	}
	var want string
	for _, file := range files {
		result, err := ingest.ReadFile(file, ingest.Options{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		d := *result.Distribution
		d.Name, d.Notices, d.CallerReference = "", nil, ""
		text, err := ingest.EncodeAPIJSON(&d)
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = string(text)
		}
		if string(text) != want {
			t.Errorf("%s: got\n%s\nwant, as in %s\n%s", file, text, files[0], want)
		}
	}
}

// large writes a distribution of 75 behaviors and 41 origins in the API's JSON
// and as a template.
func large() (apiJSON, template string) {
	var origins, behaviors, cfnOrigins, cfnBehaviors []string
	for i := range 41 {
		origins = append(origins, fmt.Sprintf(`{"Id": "o%d", "DomainName": "o%d.example.com", "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}}}`, i, i))
		cfnOrigins = append(cfnOrigins, fmt.Sprintf("          - {Id: o%d, DomainName: !Sub \"o%d.${Zone}\", CustomOriginConfig: {OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1.2]}}\n", i, i))
	}
	for i := range 75 {
		behaviors = append(behaviors, fmt.Sprintf(`{"PathPattern": "/p%d/*", "TargetOriginId": "o%d", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}`, i, i%41))
		cfnBehaviors = append(cfnBehaviors, fmt.Sprintf("          - {PathPattern: \"/p%d/*\", TargetOriginId: o%d, ViewerProtocolPolicy: allow-all, CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad}\n", i, i%41))
	}
	apiJSON = fmt.Sprintf(`{"CallerReference": "x", "Comment": "", "Enabled": true, "Origins": {"Quantity": 41, "Items": [%s]},
		"DefaultCacheBehavior": {"TargetOriginId": "o0", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"},
		"CacheBehaviors": {"Quantity": 75, "Items": [%s]}}`, strings.Join(origins, ",\n"), strings.Join(behaviors, ",\n"))
	template = "Parameters:\n  Zone: {Type: String, Default: example.com}\nResources:\n  Cdn:\n    Type: AWS::CloudFront::Distribution\n    Properties:\n      DistributionConfig:\n        Enabled: true\n        Origins:\n" +
		strings.Join(cfnOrigins, "") + "        DefaultCacheBehavior: {TargetOriginId: o0, ViewerProtocolPolicy: allow-all, CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad}\n        CacheBehaviors:\n" + strings.Join(cfnBehaviors, "")
	return apiJSON, template
}

// BenchmarkRead reads 75 behaviors and 41 origins in each format: well below 0.1 s.
func BenchmarkRead(b *testing.B) {
	apiJSON, template := large()
	for name, text := range map[string]string{"api-json": apiJSON, "cloudformation": template} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := ingest.Read([]byte(text), ingest.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestLarge: the benchmark's configuration is read completely.
func TestLarge(t *testing.T) {
	t.Parallel()
	apiJSON, template := large()
	for _, text := range []string{apiJSON, template} {
		result, err := ingest.Read([]byte(text), ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := result.Distribution; len(d.Origins) != 41 || len(d.Behaviors) != 75 {
			t.Errorf("got %d origins and %d behaviors", len(d.Origins), len(d.Behaviors))
		}
	}
}
