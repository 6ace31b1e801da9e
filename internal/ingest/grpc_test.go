package ingest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// TestGRPCWarnings: what a gRPC behavior's target lacks is reported when the file is read
// (CF-GRPC-02, CF-GRPC-06).
func TestGRPCWarnings(t *testing.T) {
	t.Parallel()
	const custom = `"CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}}`
	for _, row := range []struct {
		name, origin, target, enabled string
		want                          []string
	}{
		{"sound", custom, "app", "true", nil},
		{"gRPC off", strings.Replace(custom, "https-only", "http-only", 1), "app", "false", nil},
		{"CF-GRPC-02", strings.Replace(custom, "https-only", "http-only", 1), "app", "true", []string{"CF-GRPC-02"}},
		{"CF-GRPC-06", `"VpcOriginConfig": {"VpcOriginId": "vo_1"}`, "app", "true", []string{"CF-GRPC-06"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			file := `{"CallerReference": "x", "Comment": "", "Enabled": true,
				"Origins": {"Quantity": 2, "Items": [{"Id": "app", "DomainName": "app.example.com", ` + row.origin + `}, {"Id": "second", "DomainName": "second.example.com", ` + custom + `}]},
				"OriginGroups": {"Quantity": 1, "Items": [{"Id": "group", "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [502]}}, "Members": {"Quantity": 2, "Items": [{"OriginId": "app"}, {"OriginId": "second"}]}}]},
				"DefaultCacheBehavior": {"TargetOriginId": "` + row.target + `", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
					"AllowedMethods": {"Quantity": 7, "Items": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}},
					"GrpcConfig": {"Enabled": ` + row.enabled + `}}}`
			read, err := ingest.Read([]byte(file), ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range read.Distribution.Notices {
				if i := strings.Index(n.Message, "CF-GRPC-"); i >= 0 && n.Kind == distribution.NoticeWarning && n.Path == "DefaultCacheBehavior.GrpcConfig.Enabled" {
					got = append(got, n.Message[i:i+len("CF-GRPC-02")])
				}
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("warned of %v, want %v; %+v", got, row.want, read.Distribution.Notices)
			}
		})
	}
}
