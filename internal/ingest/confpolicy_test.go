package ingest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// policyTemplate is a template whose policies and key group rows below change.
const policyTemplate = `
Resources:
  Cache: {Type: AWS::CloudFront::CachePolicy, Properties: {CachePolicyConfig: CACHE}}
  Request: {Type: AWS::CloudFront::OriginRequestPolicy, Properties: {OriginRequestPolicyConfig: REQUEST}}
  Response: {Type: AWS::CloudFront::ResponseHeadersPolicy, Properties: {ResponseHeadersPolicyConfig: RESPONSE}}
  Key: {Type: AWS::CloudFront::PublicKey, Properties: {PublicKeyConfig: KEY}}
  Keys: {Type: AWS::CloudFront::KeyGroup, Properties: {KeyGroupConfig: KEYS}}
  Oac: {Type: AWS::CloudFront::OriginAccessControl, Properties: {OriginAccessControlConfig: OAC}}
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - {Id: app, DomainName: app.example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1.2]}}
          - {Id: bucket, DomainName: b.s3.eu-central-1.amazonaws.com, OriginAccessControlId: !Ref Oac, S3OriginConfig: {}}
        DefaultCacheBehavior: {TargetOriginId: app, ViewerProtocolPolicy: allow-all, CachePolicyId: !Ref Cache, OriginRequestPolicyId: !Ref Request, ResponseHeadersPolicyId: !Ref Response, TrustedKeyGroups: [!Ref Keys]BEHAVIOR}
`

// sound are the values of the places above that are in order.
var sound = map[string]string{
	"CACHE":   `{Name: c, MinTTL: 0, DefaultTTL: 60, MaxTTL: 60, ParametersInCacheKeyAndForwardedToOrigin: {EnableAcceptEncodingGzip: true, HeadersConfig: {HeaderBehavior: none}, CookiesConfig: {CookieBehavior: none}, QueryStringsConfig: {QueryStringBehavior: none}}}`,
	"REQUEST": `{Name: r, HeadersConfig: {HeaderBehavior: none}, CookiesConfig: {CookieBehavior: none}, QueryStringsConfig: {QueryStringBehavior: none}}`, "RESPONSE": `{Name: p}`,
	"KEYS": `{Name: k, Items: [!Ref Key]}`, "OAC": `{Name: o, OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4}`, "BEHAVIOR": ``,
	"KEY": `{CallerReference: x, Name: k, EncodedKey: "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n"}`,
}

func policyRows() []confRow {
	cache := func(ttls, key string) string {
		return `{Name: c, ` + ttls + `, ParametersInCacheKeyAndForwardedToOrigin: {HeadersConfig: {HeaderBehavior: none}, CookiesConfig: {CookieBehavior: none}, QueryStringsConfig: {QueryStringBehavior: none}, EnableAcceptEncodingGzip: false, ` + key + `}}`
	}
	cors := func(what string) string {
		all := []string{"AccessControlAllowCredentials: false", "AccessControlAllowHeaders: {Items: ['*']}", "AccessControlAllowMethods: {Items: [GET]}", "AccessControlAllowOrigins: {Items: ['*']}", "OriginOverride: true"}
		for i, field := range all {
			name, _, _ := strings.Cut(field, ":")
			if strings.HasPrefix(what, name+":") {
				all[i] = what
			}
		}
		return "{Name: p, CorsConfig: {" + strings.Join(all, ", ") + "}}"
	}
	security := func(what string) string { return "{Name: p, SecurityHeadersConfig: {" + what + "}}" }
	const zero, key = "MinTTL: 0, DefaultTTL: 0, MaxTTL: 0", "Cache.ParametersInCacheKeyAndForwardedToOrigin"
	return []confRow{
		{"", "BEHAVIOR", "", ""},
		{"CF-CONF-64", "OAC", strings.Replace(sound["OAC"], "s3", "lambda", 1), `Origins.Items[1].OriginAccessControlId: its type is lambda and the origin is a s3-bucket: got "Oac", allowed: OriginAccessControlOriginType s3 (CF-CONF-64)`},
		{"CF-CONF-72", "BEHAVIOR", ", MinTTL: 0", `DefaultCacheBehavior.MinTTL: cannot be used beside a cache policy, which has its own TTLs: got "0" (CF-CONF-72); remove MinTTL`},
		{"CF-CONF-76", "CACHE", cache(zero, "HeadersConfig: {HeaderBehavior: whitelist, Headers: [Accept]}"), key + `.HeadersConfig.HeaderBehavior: is invalid where caching is disabled (all TTLs are 0): got "whitelist" (CF-CONF-76); set "none"`},
		{"CF-CONF-77", "CACHE", cache(zero, "CookiesConfig: {CookieBehavior: all}"), key + `.CookiesConfig.CookieBehavior: is invalid where caching is disabled (all TTLs are 0): got "all" (CF-CONF-77)`},
		{"CF-CONF-78", "CACHE", cache(zero, "QueryStringsConfig: {QueryStringBehavior: all}"), key + `.QueryStringsConfig.QueryStringBehavior: is invalid where caching is disabled`},
		{"CF-CONF-79", "CACHE", cache(zero, "EnableAcceptEncodingGzip: true"), key + `.EnableAcceptEncodingGzip: is invalid where caching is disabled`},
		{"CF-CONF-80", "CACHE", cache(zero, "EnableAcceptEncodingBrotli: true"), key + `.EnableAcceptEncodingBrotli: is invalid where caching is disabled`},
		{"CF-CONF-81", "CACHE", cache("MinTTL: 0, DefaultTTL: 60, MaxTTL: 60", "EnableAcceptEncodingBrotli: true, HeadersConfig: {HeaderBehavior: whitelist, Headers: [accept-encoding]}"), key + `.HeadersConfig.Headers.Items[0]: is put into the key by EnableAcceptEncodingGzip and EnableAcceptEncodingBrotli: got "accept-encoding" (CF-CONF-81)`},
		{"CF-CONF-82", "CACHE", cache("MinTTL: 60, DefaultTTL: 5, MaxTTL: 60", "EnableAcceptEncodingBrotli: true"), `warning: Cache.DefaultTTL: the TTLs are not in the order`},
		{"CF-CONF-83 CF-CONF-84", "CACHE", cache("MinTTL: 99999999", "EnableAcceptEncodingBrotli: true"), ``},
		{"CF-CONF-87", "CACHE", cache("MinTTL: 1", "HeadersConfig: {HeaderBehavior: allExcept, Headers: [a]}"), key + `.HeadersConfig.HeaderBehavior: is not one of the known values: got "allExcept", allowed: none, whitelist`},
		{"CF-CONF-88", "CACHE", cache("MinTTL: 1", "CookiesConfig: {CookieBehavior: some}"), key + `.CookiesConfig.CookieBehavior: is not one of the known values: got "some", allowed: none, whitelist, allExcept, all`},
		{"CF-CONF-89", "CACHE", cache("MinTTL: 1", "QueryStringsConfig: {QueryStringBehavior: whitelist}"), key + `.QueryStringsConfig.QueryStringBehavior: lists no names: got "whitelist" (CF-CONF-89)`},
		{"CF-CONF-91", "CACHE", cache("MinTTL: 1", "HeadersConfig: {HeaderBehavior: whitelist, Headers: [X-Edge-Location]}"), key + `.HeadersConfig.Headers.Items[0]: is not allowed: got "X-Edge-Location" (CF-CONF-91)`},
		{"CF-CONF-92", "CACHE", cache("MinTTL: 1", "HeadersConfig: {HeaderBehavior: whitelist, Headers: [x-amz-content-sha256]}"), key + `.HeadersConfig.Headers.Items[0]: is not allowed: got "x-amz-content-sha256" (CF-CONF-92)`},
		{"CF-CONF-93", "REQUEST", `{Name: r, HeadersConfig: {HeaderBehavior: whitelist, Headers: [Accept-Encoding]}}`, `Request.HeadersConfig.Headers.Items[0]: is not allowed: got "Accept-Encoding" (CF-CONF-93)`},
		{"CF-CONF-94", "REQUEST", `{Name: r, HeadersConfig: {HeaderBehavior: whitelist, Headers: [Authorization]}}`, ``},
		{"CF-CONF-95", "REQUEST", `{Name: r, HeadersConfig: {HeaderBehavior: whitelist, Headers: [x-wp-access-authorization]}}`, ``},
		{"CF-CONF-96", "REQUEST", `{Name: r, HeadersConfig: {HeaderBehavior: all}}`, `Request.HeadersConfig.HeaderBehavior: is not one of the known values: got "all", allowed: none, whitelist, allViewer, allViewerAndWhitelistCloudFront, allExcept`},
		{"CF-CONF-97", "REQUEST", `{Name: r, CookiesConfig: {CookieBehavior: some}}`, `Request.CookiesConfig.CookieBehavior: is not one of the known values: got "some", allowed: none, whitelist, allExcept, all`},
		{"CF-CONF-142", "BEHAVIOR", // and CF-FN-67
			`, FunctionAssociations: [{EventType: viewer-request, FunctionARN: "arn:aws:cloudfront::111122223333:function/f"}], LambdaFunctionAssociations: [{EventType: viewer-response, LambdaFunctionARN: "arn:aws:lambda:us-east-1:111122223333:function:f:1"}]`,
			`DefaultCacheBehavior.LambdaFunctionAssociations: Lambda@Edge and CloudFront Functions cannot both run on viewer events of one behavior`},
		{"CF-CONF-144", "KEYS", `{Name: k, Items: []}`, `Keys.Items: lists no key, allowed: at least one public key (CF-CONF-144)`},
		{"CF-CONF-147", "KEY", `{CallerReference: x, Name: k, EncodedKey: "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"}`, `Key.EncodedKey: is not such a public key`},
		{"CF-CONF-148", "RESPONSE", `{Name: p, CustomHeadersConfig: {Items: [{Header: content-security-policy, Value: x, Override: true}]}}`, `Response.CustomHeadersConfig.Items[0].Header: is a security header and cannot be set as a custom header: got "content-security-policy" (CF-CONF-148); set it in SecurityHeadersConfig.ContentSecurityPolicy`},
		{"CF-CONF-149", "RESPONSE", `{Name: p, CustomHeadersConfig: {Items: [{Header: X-Accel-Buffering, Value: "no", Override: true}]}}`, `Response.CustomHeadersConfig.Items[0].Header: is a header that only the edge writes: got "X-Accel-Buffering" (CF-CONF-149)`},
		{"CF-CONF-150", "RESPONSE", `{Name: p, CorsConfig: {AccessControlAllowCredentials: false, AccessControlAllowHeaders: {Items: ['*']}, AccessControlAllowMethods: {Items: [GET]}, AccessControlAllowOrigins: {Items: ['*']}}}`, `Response.CorsConfig.OriginOverride: is required in CorsConfig (CF-CONF-150)`},
		{"CF-CONF-151", "RESPONSE", cors("AccessControlAllowOrigins: {Items: [ALL]}"), `Response.CorsConfig.AccessControlAllowOrigins.Items[0]: is not an origin: got "ALL", allowed: "*" alone, or [SCHEME://]HOST[:PORT] with "*" as the whole leftmost label at most (CF-CONF-151); write "*"`},
		{"CF-CONF-151", "RESPONSE", cors("AccessControlAllowOrigins: {Items: ['https://*.example.com', '*.example.org', 'http://example.org:*', 'http://example.org:1*3', '*.example.org:1*', 'http://localhost:3000']}"), ``},
		{"CF-CONF-152", "RESPONSE", cors("AccessControlAllowOrigins: {Items: ['example.*']}"), `Response.CorsConfig.AccessControlAllowOrigins.Items[0]: is not an origin: got "example.*"`},
		{"CF-CONF-152", "RESPONSE", cors("AccessControlAllowOrigins: {Items: ['exa*mple.org']}"), `Response.CorsConfig.AccessControlAllowOrigins.Items[0]: is not an origin: got "exa*mple.org"`},
		{"CF-CONF-153", "RESPONSE", cors("AccessControlAllowMethods: {Items: [get]}"), `Response.CorsConfig.AccessControlAllowMethods.Items[0]: is not one of the known values: got "get"`},
		{"CF-CONF-153", "RESPONSE", cors("AccessControlAllowMethods: {Items: [ALL]}"), ``},
		{"CF-CONF-154", "RESPONSE", cors("AccessControlAllowHeaders: {Items: []}"), `Response.CorsConfig.AccessControlAllowHeaders: lists nothing`},
		{"CF-CONF-156", "RESPONSE", cors("AccessControlAllowCredentials: true"), `Response.CorsConfig.AccessControlAllowHeaders.Items[0]: cannot contain * where AccessControlAllowCredentials is true: got "*" (CF-CONF-156)`},
		{"CF-CONF-157", "RESPONSE", security("FrameOptions: {FrameOption: ALLOW, Override: true}"), `Response.SecurityHeadersConfig.FrameOptions.FrameOption: is not one of the known values: got "ALLOW", allowed: DENY, SAMEORIGIN (CF-CONF-157)`},
		{"CF-CONF-158", "RESPONSE", security("ReferrerPolicy: {ReferrerPolicy: never, Override: true}"), `Response.SecurityHeadersConfig.ReferrerPolicy.ReferrerPolicy: is not one of the known values: got "never"`},
		{"CF-CONF-159", "RESPONSE", security("XSSProtection: {Protection: true, ModeBlock: true, ReportUri: 'https://x', Override: true}"), `Response.SecurityHeadersConfig.XSSProtection.ReportUri: cannot stand beside ModeBlock true`},
		{"CF-CONF-160", "RESPONSE", security("ContentSecurityPolicy: {ContentSecurityPolicy: " + strings.Repeat("x", 1784) + ", Override: true}"), `warning: Response.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy: is over the default quota`},
		{"CF-CONF-161", "RESPONSE", security("StrictTransportSecurity: {Override: true}"), `Response.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec: is required (CF-CONF-161)`},
	}
}

// TestPolicies checks that the reader of policies, keys and related resources refuses
// exactly what the API refuses.
func TestPolicies(t *testing.T) {
	t.Parallel()
	for _, row := range policyRows() {
		t.Run(row.id+" "+row.path, func(t *testing.T) {
			t.Parallel()
			text := policyTemplate
			for name, value := range sound {
				if name == row.path {
					value = row.value
				}
				for _, before := range []string{": ", "]"} {
					text = strings.Replace(text, before+name, before+value, 1)
				}
			}
			judge(t, text, strings.TrimPrefix(row.want, "unsimulated"))
		})
	}
}

// TestWhoRefuses: fields that the API requires in its JSON are optional in templates, whose
// tools fill them in.
func TestWhoRefuses(t *testing.T) {
	t.Parallel()
	template := `
Resources:
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: "true"
        Origins:
          - {Id: app, DomainName: app.example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}}
          - {Id: bucket, DomainName: b.s3.amazonaws.com, S3OriginConfig: {}}
        DefaultCacheBehavior: {TargetOriginId: app, ViewerProtocolPolicy: allow-all, ForwardedValues: {QueryString: "false"}}
        CustomErrorResponses: [{ErrorCode: "404", ResponseCode: 200, ResponsePagePath: /x}]
`
	result, err := ingest.Read([]byte(template), ingest.Options{})
	if err != nil {
		t.Fatalf("CF-CONF-30, -48, -53, -74: %v", err)
	}
	d := result.Distribution
	if o := d.Origins[0]; o.HTTPPort != 80 || o.HTTPSPort != 443 || d.DefaultBehavior.ForwardedValues.Cookies.Behavior != distribution.SelectNone || d.CustomErrors[0].ResponseCode != 200 {
		t.Errorf("got %+v", d)
	}
	for name, text := range map[string]string{
		"an empty S3OriginConfig is not filled in by CloudFormation (CF-CONF-61)":   strings.Replace(template, ", S3OriginConfig: {}", "", 1),
		"a TTL beside a cache policy is refused by CloudFormation too (CF-CONF-72)": strings.Replace(template, "ForwardedValues: {QueryString: \"false\"}", "CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad, MinTTL: 0", 1),
	} {
		if _, err := ingest.Read([]byte(text), ingest.Options{}); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
	tenant := strings.Replace(strings.Replace(site, "app.example.com", "{{customer}}.example.com", 1), `"Enabled": true,`,
		`"Enabled": true, "ConnectionMode": "tenant-only", "TenantConfig": {"ParameterDefinitions": [{"Name": "customer", "Definition": {"StringSchema": {"Required": true}}}]},`, 1)
	if _, err := ingest.Read([]byte(tenant), ingest.Options{}); err != nil {
		t.Errorf("CF-CONF-13: a tenant's parameter in a domain: %v", err)
	}
	if _, err := ingest.Read([]byte(strings.Replace(site, "app.example.com", "{{customer}}.example.com", 1)), ingest.Options{}); err == nil {
		t.Error("CF-CONF-13: a parameter without tenants was read")
	}
}

// TestAPIPolicies: the API's JSON of a policy must have what templates may leave
// out (CF-CONF-85).
func TestAPIPolicies(t *testing.T) {
	t.Parallel()
	text := strings.Replace(site, `"Enabled": true,`, `"Enabled": true, "_edgesim": {"Resources": [{"Type": "CachePolicy", "Name": "mine", "Config": {"Name": "mine"}}]},`, 1)
	judge(t, text, `mine.MinTTL: is required (CF-CONF-85)`)
}

// TestManyPlaces: a notice that applies to many origins is given once, with the number and
// the first three.
func TestManyPlaces(t *testing.T) {
	t.Parallel()
	var origins []any
	for _, id := range strings.Fields("a b c d e") {
		origins = append(origins, map[string]any{"Id": id, "DomainName": id + ".example.com", "ConnectionAttempts": 4,
			"CustomOriginConfig": map[string]any{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}})
	}
	list, err := json.Marshal(map[string]any{"Quantity": len(origins), "Items": origins})
	if err != nil {
		t.Fatal(err)
	}
	text := changed(t, "Origins", string(list))
	text = strings.ReplaceAll(strings.ReplaceAll(text, `"app"`, `"a"`), `"bucket"`, `"b"`)
	_, err = ingest.Read([]byte(text), ingest.Options{})
	want := `5 places, Origins.Items[0].ConnectionAttempts (line 1), Origins.Items[1].ConnectionAttempts (line 1), Origins.Items[2].ConnectionAttempts (line 1), …: is out of range: got "4", allowed: 1-3 (CF-CONF-06); set 3`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
