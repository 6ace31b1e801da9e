package distribution_test

import (
	"slices"
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

func TestManagedPolicies(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled", "Managed-CachingDisabled"} {
		p, ok := distribution.ManagedCachePolicy(key)
		if !ok || p.ID != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" || p.Name != "CachingDisabled" || p.MaxTTL != 0 || p.Headers.Behavior != distribution.SelectNone {
			t.Errorf("cache policy %q: got %+v, %v", key, p, ok)
		}
	}
	for _, key := range []string{"b689b0a8-53d0-40ab-baf2-68738e2966ac", "AllViewerExceptHostHeader", "Managed-AllViewerExceptHostHeader"} {
		p, ok := distribution.ManagedOriginRequestPolicy(key) // CF-NAME-10
		if !ok || p.Headers.Behavior != distribution.SelectAllExcept || !slices.Equal(p.Headers.Items, []string{"Host"}) {
			t.Errorf("origin request policy %q: got %+v, %v", key, p, ok)
		}
	}
	for _, key := range []string{"67f7725c-6f97-4210-82d7-5512b31e9d03", "SecurityHeadersPolicy", "Managed-SecurityHeadersPolicy"} {
		p, ok := distribution.ManagedResponseHeadersPolicy(key)
		if !ok || len(p.Headers) != 5 || p.CORS != nil {
			t.Errorf("response headers policy %q: got %+v, %v", key, p, ok)
		}
	}
	if p, ok := distribution.ManagedResponseHeadersPolicy("CORS-With-Preflight"); !ok || p.CORS == nil || len(p.CORS.AllowMethods) != 7 || len(p.Headers) != 0 {
		t.Errorf("CORS-With-Preflight: got %+v, %v", p, ok)
	}
	if _, ok := distribution.ManagedCachePolicy("AllViewer"); ok {
		t.Error("an origin request policy was found among the cache policies")
	}
}

// TestManagedPoliciesAreLegal checks our data against the rules for custom policies, except
// the quotas on names, which AWS itself exceeds.
func TestManagedPoliciesAreLegal(t *testing.T) {
	t.Parallel()
	for _, cache := range []string{"Amplify", "CachingDisabled", "CachingOptimized", "CachingOptimizedForUncompressedObjects", "Elemental-MediaPackage",
		"UseOriginCacheControlHeaders", "UseOriginCacheControlHeaders-QueryStrings"} {
		for _, request := range []string{"AllViewer", "AllViewerAndCloudFrontHeaders-2022-06", "AllViewerExceptHostHeader", "CORS-CustomOrigin",
			"CORS-S3Origin", "Elemental-MediaTailor-PersonalizedManifests", "HostHeaderOnly", "UserAgentRefererHeaders"} {
			d := valid(t)
			d.DefaultBehavior.CachePolicy, _ = distribution.ManagedCachePolicy(cache)
			d.DefaultBehavior.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy(request)
			if d.DefaultBehavior.OriginRequestPolicy == nil {
				t.Fatalf("no policy %q", request)
			}
			if got := d.Validate(); got != nil {
				t.Errorf("%s, %s: got %v, want none", cache, request, got)
			}
		}
	}
}

func TestManagedPoliciesAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	a, _ := distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	a.Headers.Items[0] = "changed"
	b, _ := distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	if got := b.Headers.Items[0]; got != "Host" {
		t.Errorf("got %q, want %q", got, "Host")
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	o := distribution.NewOrigin("id", "origin.example.com")
	for _, row := range []struct {
		rule      string
		got, want any
	}{
		{"CF-CONN-01", o.HTTPPort, 80},
		{"CF-CONN-02", o.HTTPSPort, 443},
		{"CF-CONN-11", o.ConnectionAttempts, 3},
		{"CF-CONN-12", o.ConnectionTimeout.String(), "10s"},
		{"CF-TIME-01", o.ResponseTimeout.String(), "30s"},
		{"CF-TIME-06", o.ResponseCompletionTimeout.String(), "0s"},
		{"CF-CONN-16", o.KeepaliveTimeout.String(), "5s"},
		{"CF-DNS-05", o.IPAddressType, distribution.IPv4},
	} {
		if row.got != row.want {
			t.Errorf("%s: got %v, want %v", row.rule, row.got, row.want)
		}
	}
}
