package distribution_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

func TestValidateBehavior(t *testing.T) {
	t.Parallel()
	b := func(edit func(b *distribution.CacheBehavior)) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) { edit(&d.Behaviors[0]) }
	}
	pattern := func(p string) func(d *distribution.Distribution) {
		return b(func(b *distribution.CacheBehavior) { b.PathPattern = p })
	}
	const at = "CacheBehaviors.Items[0]"
	run(t, []mistake{
		{"unknown target", "CF-CONF-11", b(func(b *distribution.CacheBehavior) { b.TargetOriginID = "nobody" }),
			at + `.TargetOriginId: names no origin or origin group of this distribution: got "nobody", allowed: app, assets (CF-CONF-11)`},
		{"no cache settings", "CF-CONF-15", b(func(b *distribution.CacheBehavior) { b.CachePolicy = nil }),
			at + `.CachePolicyId: is required where there are no ForwardedValues (CF-CONF-15); set CachePolicyId`},
		{"both cache settings", "CF-CONF-15", b(func(b *distribution.CacheBehavior) {
			keep := b.CachePolicy
			legacy(b)
			b.CachePolicy = keep
		}), at + `.ForwardedValues: cannot be used beside a cache policy (CF-CONF-71); remove ForwardedValues or CachePolicyId`},
		{"origin request policy alone", "CF-CONF-16 CF-REQ-09", b(func(b *distribution.CacheBehavior) {
			legacy(b)
			b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewer")
		}), at + `.OriginRequestPolicyId: needs a cache policy: got "216adef6-5c7f-47e4-b989-5492eafa07d3" (CF-CONF-16); set CachePolicyId in place of ForwardedValues`},
		{"all headers and a minimum TTL", "CF-CONF-17", b(func(b *distribution.CacheBehavior) {
			f := legacy(b)
			f.Headers, f.MinTTL = []string{"*"}, 1
		}), at + `.MinTTL: must be 0 where Headers is "*": got "1", allowed: 0 (CF-CONF-17); set 0`},
		{"all headers, no minimum TTL", "CF-CONF-17", b(func(b *distribution.CacheBehavior) { legacy(b).Headers = []string{"*"} }), ""},
		{"cache policy with all headers", "CF-CONF-18", b(func(b *distribution.CacheBehavior) {
			b.CachePolicy.Headers.Behavior = distribution.SelectAll
		}), at + `.CachePolicy.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.HeaderBehavior: is not one of the known values: got "all", allowed: none, whitelist (CF-CONF-18)`},
		{"whitelist of nothing", "CF-CONF-18", b(func(b *distribution.CacheBehavior) {
			b.CachePolicy.Cookies.Behavior = distribution.SelectWhitelist
		}), at + `.CachePolicy.ParametersInCacheKeyAndForwardedToOrigin.CookiesConfig.CookieBehavior: lists no names: got "whitelist" (CF-CONF-89)`},
		{"cache key with JA4", "CF-CONF-19", b(func(b *distribution.CacheBehavior) {
			b.CachePolicy.Headers = distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: []string{"Origin", "cloudfront-viewer-ja4-fingerprint"}}
		}), at + `.CachePolicy.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers.Items[1]: is not allowed in a cache policy: got "cloudfront-viewer-ja4-fingerprint" (CF-CONF-19); put it into an origin request policy`},
		{"legacy Upgrade to a custom origin", "CF-CONF-20", b(func(b *distribution.CacheBehavior) { legacy(b).Headers = []string{"Origin", "upgrade"} }),
			at + `.ForwardedValues.Headers.Items[1]: cannot be forwarded to a custom origin: got "upgrade" (CF-CONF-20); remove it`},
		{"legacy Upgrade to an S3 origin", "CF-CONF-20", b(func(b *distribution.CacheBehavior) {
			b.TargetOriginID = "assets"
			legacy(b).Headers = []string{"Upgrade"}
		}), ""},
		{"11 legacy headers", "CF-LIMIT-15", b(func(b *distribution.CacheBehavior) {
			legacy(b).Headers = strings.Split("A B C D E F G H I J K", " ")
		}), at + `.ForwardedValues.Headers.Quantity: is over the default quota: got "11", allowed: at most 10 (CF-LIMIT-15); ask AWS for a higher quota`},
		{"POST alone", "CF-CONF-21 CF-CONF-99 CF-CONF-101", b(func(b *distribution.CacheBehavior) { b.AllowedMethods = []string{"GET", "HEAD", "POST"} }),
			at + `.AllowedMethods.Items: is not one of the three sets: got "GET, HEAD, POST", allowed: GET, HEAD | GET, HEAD, OPTIONS | GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE (CF-CONF-21)`},
		{"GET twice", "CF-CONF-21", b(func(b *distribution.CacheBehavior) { b.AllowedMethods = []string{"GET", "GET"} }),
			at + `.AllowedMethods.Items: is not one of the three sets: got "GET, GET", allowed: GET, HEAD | GET, HEAD, OPTIONS | GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE (CF-CONF-21)`},
		{"all methods in another order", "CF-CONF-21", b(func(b *distribution.CacheBehavior) {
			b.AllowedMethods = []string{"HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"}
		}), ""},
		{"OPTIONS cached but not allowed", "CF-CONF-21", b(func(b *distribution.CacheBehavior) { b.CachedMethods = []string{"GET", "HEAD", "OPTIONS"} }),
			at + `.AllowedMethods.CachedMethods.Items: caches OPTIONS, which is not allowed: got "GET, HEAD, OPTIONS", allowed: methods that are allowed (CF-CONF-21)`},
		{"viewer protocol policy", "CF-CONF-22", b(func(b *distribution.CacheBehavior) { b.ViewerProtocolPolicy = "http-only" }),
			at + `.ViewerProtocolPolicy: is not one of the known values: got "http-only", allowed: allow-all, https-only, redirect-to-https (CF-CONF-22)`},
		{"path pattern of 256", "CF-CONF-26 CF-PATH-02", pattern("/" + strings.Repeat("a", 255)),
			at + `.PathPattern: has 256 characters: got "/` + strings.Repeat("a", 79) + `…", allowed: at most 255 characters (CF-CONF-26)`},
		{"path pattern with a space", "CF-CONF-26", pattern("/a b"),
			at + `.PathPattern: holds the character ' ': got "/a b", allowed: A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & ? (CF-CONF-26)`},
		{"path pattern with every character", "CF-CONF-26", pattern(`/AZaz09_-.*$/~"'@:+&?`), ""},
		{"path pattern with an umlaut", "CF-CONF-26", pattern("/ü"),
			at + `.PathPattern: holds the character 'ü': got "/ü", allowed: A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & ? (CF-CONF-26)`},
		{"gRPC with two methods", "CF-CONF-27 CF-GRPC-04", b(func(b *distribution.CacheBehavior) { b.GRPC = true }),
			at + `.GrpcConfig.Enabled: needs all methods: got "true", allowed: true with all seven methods (CF-CONF-27); allow GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE`},
		{"gRPC without HTTP/2", "CF-CONF-27 CF-GRPC-04", func(d *distribution.Distribution) {
			d.HTTPVersion = "http1.1"
			d.Behaviors[0].GRPC, d.Behaviors[0].AllowedMethods = true, distribution.AllMethods()
		}, at + `.GrpcConfig.Enabled: needs HTTP/2, and HttpVersion is "http1.1": got "true", allowed: true with HttpVersion http2 or http2and3 (CF-CONF-27); set HttpVersion "http2"`},
		{"sampling rate", "CF-CONF-29", b(func(b *distribution.CacheBehavior) {
			b.ResponseHeadersPolicy = &distribution.ResponseHeadersPolicy{ServerTimingRate: 100.5}
		}), at + `.ResponseHeadersPolicy.ServerTimingHeadersConfig.SamplingRate: is out of range: got "100.5", allowed: 0-100 (CF-CONF-29)`},
		{"TTLs out of order", "", b(func(b *distribution.CacheBehavior) { legacy(b).DefaultTTL = distribution.DefaultMaxTTL + 1 }),
			at + `.DefaultTTL: the TTLs are not in order: got "MinTTL 0, DefaultTTL 31536001, MaxTTL 31536000", allowed: MinTTL <= DefaultTTL <= MaxTTL (CF-CONF-75)`},
		{"negative TTL", "CF-CACHE-14", b(func(b *distribution.CacheBehavior) { legacy(b).MinTTL = -1 }),
			at + `.MinTTL: is out of range: got "-1", allowed: 0-3153600000 (CF-CACHE-14)`},
	})
}
