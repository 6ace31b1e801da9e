package ingest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// TestHostInKeyWarning: a cache policy that lists Host has it forwarded although
// the origin request policy leaves it out, and reading the file says so
// (CF-NAME-10).
func TestHostInKeyWarning(t *testing.T) {
	t.Parallel()
	const except = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
	for _, row := range []struct {
		name, header, request string
		warns                 bool
	}{
		{"Host in the key and left out", "host", except, true},
		{"Host in the key and forwarded", "Host", "216adef6-5c7f-47e4-b989-5492eafa07d3", false},
		{"another header in the key", "Accept", except, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			read, err := ingest.Read([]byte(`distribution:
  Origins: {Quantity: 1, Items: [{Id: app, DomainName: app.example.com, CustomOriginConfig: {HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: https-only, OriginSslProtocols: {Quantity: 1, Items: [TLSv1.2]}}}]}
  DefaultCacheBehavior: {TargetOriginId: app, ViewerProtocolPolicy: allow-all, CachePolicyId: c-1, OriginRequestPolicyId: `+row.request+`}
  Comment: ''
  Enabled: true
policies:
  - CachePolicy:
      Id: c-1
      CachePolicyConfig:
        Name: key
        MinTTL: 0
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: true
          HeadersConfig: {HeaderBehavior: whitelist, Headers: {Quantity: 1, Items: [`+row.header+`]}}
          CookiesConfig: {CookieBehavior: none}
          QueryStringsConfig: {QueryStringBehavior: none}
`), ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			d := read.Distribution
			warns := slices.ContainsFunc(d.Notices, func(n distribution.Notice) bool {
				return n.Kind == distribution.NoticeWarning && n.Path == "DefaultCacheBehavior.OriginRequestPolicyId" && strings.Contains(n.Message, "CF-NAME-10")
			})
			if warns != row.warns {
				t.Errorf("warns: %v, want %v; %+v", warns, row.warns, d.Notices)
			}
		})
	}
}

// TestTenantParameter: the domain and path of an origin in a tenants' distribution may
// contain parameters (CF-CONF-12, CF-CONF-13).
func TestTenantParameter(t *testing.T) {
	t.Parallel()
	const file = `distribution:
  Origins: {Quantity: 1, Items: [{Id: app, DomainName: '{{tenant}}.example.com', OriginPath: '/{{tenant}}', CustomOriginConfig: {HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: https-only, OriginSslProtocols: {Quantity: 1, Items: [TLSv1.2]}}}]}
  DefaultCacheBehavior: {TargetOriginId: app, ViewerProtocolPolicy: allow-all, CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad}
  Comment: ''
  Enabled: true
`
	if _, err := ingest.Read([]byte(file), ingest.Options{}); err == nil || !strings.Contains(err.Error(), "CF-CONF-13") {
		t.Errorf("a distribution without tenants: got %v, want CF-CONF-13", err)
	}
	read, err := ingest.Read([]byte(file+`  ConnectionMode: tenant-only
  TenantConfig: {ParameterDefinitions: [{Name: tenant, Definition: {StringSchema: {Required: true}}}]}
`), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o := read.Distribution.Origins[0]; o.DomainName != "{{tenant}}.example.com" || o.Path != "/{{tenant}}" {
		t.Errorf("read %q and %q", o.DomainName, o.Path)
	}
}
