package ingest_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// overlayHead is an overlay whose one behavior names custom policies.
const overlayHead = `distribution:
  Origins: {Quantity: 1, Items: [{Id: app, DomainName: app.example.com, CustomOriginConfig: {HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: http-only}}]}
  DefaultCacheBehavior: {TargetOriginId: app, ViewerProtocolPolicy: allow-all, CachePolicyId: c-1, OriginRequestPolicyId: o-1, ResponseHeadersPolicyId: r-1}
  Comment: ''
  Enabled: true
`

// TestOverlayPolicies reads custom policies as the API prints them, from files
// and from the overlay itself.
func TestOverlayPolicies(t *testing.T) {
	t.Parallel()
	got, err := ingest.Read([]byte(overlayHead+`policies:
  - testdata/policy-cache.json
  - OriginRequestPolicy:
      Id: o-1
      OriginRequestPolicyConfig:
        Name: mine
        HeadersConfig: {HeaderBehavior: allViewerAndWhitelistCloudFront, Headers: {Quantity: 1, Items: [CloudFront-Viewer-Country]}}
        CookiesConfig: {CookieBehavior: none}
        QueryStringsConfig: {QueryStringBehavior: allExcept, QueryStrings: {Quantity: 1, Items: [utm]}}
  - testdata/policy-response.json
geography: {cloudfront-viewer-country: DE, CloudFront-Viewer-Latitude: 52.5}
`), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := got.Distribution.DefaultBehavior
	none := distribution.ValueSelection{Behavior: distribution.SelectNone}
	list := func(b distribution.Selection, items ...string) distribution.ValueSelection {
		return distribution.ValueSelection{Behavior: b, Items: items}
	}
	if want := (&distribution.CachePolicy{
		ID: "c-1", Name: "key", MinTTL: 1, DefaultTTL: 60, MaxTTL: 600, Gzip: true, Brotli: true,
		Headers: list("whitelist", "Authorization"), Cookies: list("allExcept", "ads"), QueryStrings: list("all"),
	}); !reflect.DeepEqual(b.CachePolicy, want) {
		t.Errorf("cache policy: got %+v, want %+v", b.CachePolicy, want)
	}
	if want := (&distribution.OriginRequestPolicy{
		ID: "o-1", Name: "mine", Headers: list("allViewerAndWhitelistCloudFront", "CloudFront-Viewer-Country"), Cookies: none, QueryStrings: list("allExcept", "utm"),
	}); !reflect.DeepEqual(b.OriginRequestPolicy, want) {
		t.Errorf("origin request policy: got %+v, want %+v", b.OriginRequestPolicy, want)
	}
	header := func(name, value string, override bool) distribution.ResponseHeader {
		return distribution.ResponseHeader{Header: distribution.Header{Name: name, Value: value}, Override: override}
	}
	if want := (&distribution.ResponseHeadersPolicy{
		ID: "r-1", Name: "answers", Remove: []string{"X-Powered-By"}, ServerTiming: true, ServerTimingRate: 12.5,
		Headers: []distribution.ResponseHeader{
			header("Content-Security-Policy", "default-src 'self'", true), header("X-Content-Type-Options", "nosniff", false),
			header("X-Frame-Options", "DENY", false), header("Referrer-Policy", "no-referrer", false),
			header("Strict-Transport-Security", "max-age=300; includeSubDomains; preload", true), header("X-XSS-Protection", "1; mode=block", false),
			header("X-Team", "web", true),
		},
		CORS: &distribution.CORSConfig{
			AllowCredentials: true, AllowHeaders: []string{"X-Token"}, AllowMethods: []string{"ALL"}, AllowOrigins: []string{"https://*.example.com"},
			ExposeHeaders: []string{"ETag"}, MaxAge: 600, OriginOverride: true,
		},
	}); !reflect.DeepEqual(b.ResponseHeadersPolicy, want) {
		t.Errorf("response headers policy: got  %+v\nwant %+v", b.ResponseHeadersPolicy, want)
	}
	for _, n := range got.Distribution.Notices {
		if n.Kind == distribution.NoticeUnknown || strings.Contains(n.Message, "not one of AWS's managed ones") {
			t.Errorf("notice %+v", n)
		}
	}
	if want := map[string]string{"CloudFront-Viewer-Country": "DE", "CloudFront-Viewer-Latitude": "52.5"}; !reflect.DeepEqual(got.Overlay.Geography, want) {
		t.Errorf("geography: got %v, want %v", got.Overlay.Geography, want)
	}
}

// TestOverlayPolicyMistakes: each is named with its place.
func TestOverlayPolicyMistakes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	other := filepath.Join(folder, "other.json")
	if err := os.WriteFile(other, []byte(`{"Some": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, text, want string }{
		{"no list", "policies: file.json\n", "policies: is a string, want a list of files"},
		{"no such file", "policies: [missing.json]\n", "missing.json: cannot be read"},
		{"another file", "policies: [" + other + "]\n", "other.json holds no CachePolicy"},
		{"a wrong type", "policies: [{CachePolicyConfig: {Name: 1}}]\n", "policies[0].CachePolicyConfig.Name: is not a string"},
		{"CF-RESP-30", strings.Replace(overlayHead, "c-1, OriginRequestPolicyId: o-1", "CachingDisabled", 1) +
			"policies: [{ResponseHeadersPolicy: {Id: r-1, ResponseHeadersPolicyConfig: {Name: x, RemoveHeadersConfig: {Quantity: 1, Items: [{Header: Via}]}}}}]\n",
			"is a header that a policy cannot remove"},
		{"geography", "geography: {CloudFront-Viewer-Planet: Mars}\n", "\"CloudFront-Viewer-Planet\" is not one of CloudFront-Viewer-ASN"},
		{"geography with a second field", "geography: {CloudFront-Viewer-City: \"a\\r\\nX: b\"}\n", "holds a control character"},
	} {
		_, err := ingest.Read([]byte(row.text), ingest.Options{})
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.name, err, row.want)
		}
		var invalid *distribution.InvalidError
		if row.name == "a wrong type" && !errors.As(err, &invalid) {
			t.Errorf("%s: got %T, want an InvalidError", row.name, err)
		}
	}
}
