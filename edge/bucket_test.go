package edge_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// TestBucketProtocol: a bucket is asked as the viewer asks (CF-S3-12), and over
// HTTPS where requests are signed (CF-S3-13), with TLS 1.3 offered (CF-S3-15).
func TestBucketProtocol(t *testing.T) {
	t.Parallel()
	control := func(behavior string) *distribution.OriginAccessControl {
		return &distribution.OriginAccessControl{ID: "E1", OriginType: "s3", SigningBehavior: behavior}
	}
	for _, row := range []struct {
		scheme string
		id     string
		oac    *distribution.OriginAccessControl
		kind   distribution.OriginKind
		secure bool
	}{
		{"http", "", nil, distribution.OriginS3, false},
		{"https", "", nil, distribution.OriginS3, true},
		{"http", "E1", control("always"), distribution.OriginS3, true},
		{"http", "E1", nil, distribution.OriginS3, true},
		{"http", "E1", control("never"), distribution.OriginS3, false},
		{"http", "E1", control("no-override"), distribution.OriginS3, false},
		{"https", "E1", control("never"), distribution.OriginS3, true},
		{"http", "E1", control("always"), distribution.OriginCustom, false},
	} {
		o := origin()
		o.Kind, o.ProtocolPolicy, o.AccessControlID, o.AccessControl = row.kind, distribution.OriginMatchViewer, row.id, row.oac
		o.SSLProtocols = distribution.InferredSSLProtocols()
		b := behaviorWith(t, "AllViewerExceptHostHeader")
		e := &edge.Edge{Distribution: &distribution.Distribution{}}
		plan := e.PlanRequest(&edge.ViewerRequest{Method: "GET", Scheme: row.scheme, Host: "a.example", URI: "/", Proto: "HTTP/1.1", Header: http.Header{}}, &b, &o, "id")
		if plan.Target.TLS != row.secure || row.secure && !plan.Target.Offer.Allows(policy.VersionTLS13) {
			t.Errorf("%+v: got TLS %v, %v", row, plan.Target.TLS, plan.Target.Offer)
		}
	}
}

// TestBucketHeader: S3's fields about its own requests do not reach viewers (CF-S3-28);
// another origin's fields of the same names do.
func TestBucketHeader(t *testing.T) {
	t.Parallel()
	for _, bucket := range []bool{true, false} {
		site := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("x-amz-id-2", "secret")
			w.Header().Set("x-amz-request-id", "id")
			w.Header().Set("x-amz-version-id", "v")
			if strings.Contains(r.URL.Path, "missing") {
				w.WriteHeader(404)
			}
		}})
		if bucket {
			site.edge.Distribution.Origins[0].Kind = distribution.OriginS3
		}
		for _, uri := range []string{"/", "/missing"} {
			r, _ := site.ask(t, edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "a.example", URI: uri, Proto: "HTTP/1.1", Header: http.Header{}})
			if kept := r.Header.Get("X-Amz-Id-2") != "" && r.Header.Get("X-Amz-Request-Id") != ""; kept == bucket || r.Header.Get("X-Amz-Version-Id") != "v" {
				t.Errorf("bucket %v, %s: got %v", bucket, uri, r.Header)
			}
		}
	}
}
