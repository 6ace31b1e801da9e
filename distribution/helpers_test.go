package distribution_test

import (
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

// valid returns a distribution that CloudFront would accept, with a custom
// origin "app", an S3 origin "assets", a group of the two and one behavior
// beside the default one.
func valid(t testing.TB) *distribution.Distribution {
	t.Helper()
	app := distribution.NewOrigin("app", "app.example.com")
	app.ProtocolPolicy = distribution.OriginHTTPSOnly
	app.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv12}
	assets := distribution.NewOrigin("assets", "bucket.s3.us-east-1.amazonaws.com")
	assets.Kind = distribution.OriginS3
	assets.ProtocolPolicy = distribution.OriginHTTPSOnly
	assets.SSLProtocols = distribution.InferredSSLProtocols()
	d := &distribution.Distribution{
		Enabled:         true,
		Origins:         []distribution.Origin{app, assets},
		OriginGroups:    []distribution.OriginGroup{{ID: "group", Members: []string{"app", "assets"}, StatusCodes: []int{500, 503}}},
		Behaviors:       []distribution.CacheBehavior{behavior(t, "app")},
		DefaultBehavior: behavior(t, "group"),
		HTTPVersion:     distribution.DefaultHTTPVersion,
	}
	d.Behaviors[0].PathPattern = "/api/*"
	return d
}

// behavior returns a valid behavior in policy mode.
func behavior(t testing.TB, target string) distribution.CacheBehavior {
	t.Helper()
	b := distribution.NewCacheBehavior(target)
	b.ViewerProtocolPolicy = distribution.ViewerAllowAll
	p, ok := distribution.ManagedCachePolicy("CachingDisabled")
	if !ok {
		t.Fatal("no managed cache policy CachingDisabled")
	}
	b.CachePolicy = p
	return b
}

// legacy puts a behavior into legacy mode and returns its settings.
func legacy(b *distribution.CacheBehavior) *distribution.ForwardedValues {
	b.CachePolicy = nil
	b.ForwardedValues = &distribution.ForwardedValues{
		Cookies:    distribution.ValueSelection{Behavior: distribution.SelectNone},
		DefaultTTL: distribution.DefaultDefaultTTL,
		MaxTTL:     distribution.DefaultMaxTTL,
	}
	return b.ForwardedValues
}
