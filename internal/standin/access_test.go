package standin_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/edgesimtest"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/policy"
)

// control is an origin access control of an overlay.
func control(behavior, kind string) map[string]any {
	return map[string]any{"origin-access-controls": map[string]any{"E1": map[string]any{"signing-behavior": behavior, "origin-type": kind}}}
}

const allViewerExceptHost = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

// sent is a field that the origin got.
func sent(e *edgesimtest.Edge, r *http.Response, name string) string {
	for _, f := range e.Exchange(r).Sent.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// TestSigning: requests are signed always and over HTTPS (CF-OAC-01), never (CF-OAC-02,
// CF-OAC-60), or unless the viewer signed (CF-OAC-03, CF-OAC-04, CF-OAC-05), for the service and
// region of the origin (CF-OAC-30).
func TestSigning(t *testing.T) {
	t.Parallel()
	folder := "dir:" + dist(t)
	const scope = "/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-cf-id;x-amz-content-sha256;x-amz-date, Signature="
	authorized := map[string]any{"CachePolicyId": "mine", "OriginRequestPolicyId": allViewerExceptHost}
	cached := []any{map[string]any{"CachePolicy": map[string]any{"Id": "mine", "CachePolicyConfig": map[string]any{
		"Name": "mine", "MinTTL": 0, "DefaultTTL": 1, "MaxTTL": 1, "ParametersInCacheKeyAndForwardedToOrigin": map[string]any{
			"EnableAcceptEncodingGzip": false, "HeadersConfig": map[string]any{"HeaderBehavior": "whitelist", "Headers": map[string]any{"Quantity": 1, "Items": []string{"Authorization"}}},
			"CookiesConfig": map[string]any{"CookieBehavior": "none"}, "QueryStringsConfig": map[string]any{"QueryStringBehavior": "none"}}}}}}
	for _, row := range []struct {
		behavior, viewer string
		listed           bool
		want             string // the beginning of Authorization, or all of it
	}{
		{"always", "", false, "AWS4-HMAC-SHA256 Credential=EDGESIMEXAMPLEKEYID0/"},
		{"always", "Bearer x", true, "AWS4-HMAC-SHA256 Credential=EDGESIMEXAMPLEKEYID0/"},
		{"never", "", false, ""},
		{"no-override", "", true, "AWS4-HMAC-SHA256 Credential=EDGESIMEXAMPLEKEYID0/"},
		{"no-override", "Bearer x", true, "Bearer x"},
		{"no-override", "Bearer x", false, ""}, // CF-OAC-05
	} {
		overlay := control(row.behavior, "s3")
		s := site{domain: bucketDomain, folder: folder, origin: map[string]any{"OriginAccessControlId": "E1"}, overlay: overlay}
		if row.listed {
			overlay["policies"], s.behavior = cached, authorized
		}
		e := s.start(t)
		var fields []string
		if row.viewer != "" {
			fields = []string{"Authorization: " + row.viewer}
		}
		r, body := ask(t, e, "GET", e.URL+"/app.js", fields...)
		got := sent(e, r, "Authorization")
		signed := strings.HasPrefix(got, "AWS4")
		if !strings.HasPrefix(got, row.want) || (row.want == "") != (got == "") || signed && !strings.Contains(got, scope) || r.StatusCode != 200 || body != "code" {
			t.Errorf("%+v: got %q, %d %q", row, got, r.StatusCode, body)
		}
		if signed != (sent(e, r, "X-Amz-Content-Sha256") == policy.UnsignedPayload) {
			t.Errorf("%+v: X-Amz-Content-Sha256 %q", row, sent(e, r, "X-Amz-Content-Sha256"))
		}
		if row.behavior == "always" && !e.Exchange(r).Sent.TLS {
			t.Errorf("%+v: asked over HTTP", row)
		}
	}
}

// TestSignedForeignHost: a signature for the viewer's Host matches no bucket (CF-OAC-28,
// CF-OAC-29), and the viewer is told why.
func TestSignedForeignHost(t *testing.T) {
	t.Parallel()
	e := site{
		domain: bucketDomain, folder: "dir:" + dist(t), origin: map[string]any{"OriginAccessControlId": "E1"}, overlay: control("always", "s3"),
		behavior: map[string]any{"OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3"},
	}.start(t)
	r, body := ask(t, e, "GET", e.URL+"/app.js")
	if r.StatusCode != 403 || !strings.Contains(body, "<Code>SignatureDoesNotMatch</Code>") || !strings.Contains(r.Header.Get("X-Edgesim-Hint"), "AllViewerExceptHostHeader") {
		t.Errorf("got %d %q %v", r.StatusCode, body, r.Header)
	}
	found := false
	for _, f := range e.Exchange(r).Findings {
		found = found || f.Rule == "CF-OAC-29" && f.Verdict == policy.Warn
	}
	if !found {
		t.Errorf("got the findings %v", e.Exchange(r).Findings)
	}
}

// TestLambdaURL: a function URL is signed for Lambda, with the hash of an empty body
// (CF-OAC-32, CF-OAC-33, CF-OAC-43), and a body needs the viewer's hash (CF-OAC-37,
// CF-OAC-39); otherwise the viewer is told of the coming failure.
func TestLambdaURL(t *testing.T) {
	t.Parallel()
	function := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" && r.Header.Get("X-Amz-Content-Sha256") == policy.UnsignedPayload { // as Lambda does
			w.Header().Set("x-amzn-ErrorType", "InvalidSignatureException")
			w.WriteHeader(403)
		}
	}))
	t.Cleanup(function.Close)
	const domain = "abc123.lambda-url.eu-west-1.on.aws"
	custom := map[string]any{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only", "OriginSslProtocols": map[string]any{"Quantity": 1, "Items": []string{"TLSv1.2"}}}
	e := site{
		domain: domain, folder: function.Listener.Addr().String(), overlay: control("always", "lambda"),
		origin: map[string]any{"OriginAccessControlId": "E1", "CustomOriginConfig": custom, "S3OriginConfig": nil},
	}.start(t)
	r, _ := ask(t, e, "GET", e.URL+"/")
	if got := sent(e, r, "Authorization"); !strings.Contains(got, "/eu-west-1/lambda/aws4_request") || sent(e, r, "X-Amz-Content-Sha256") != policy.EmptyPayload {
		t.Errorf("got %q", got)
	}
	for hash, want := range map[string]int{"": 403, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9": 200} {
		request, err := http.NewRequestWithContext(t.Context(), "POST", e.URL+"/", strings.NewReader("hello world"))
		if err != nil {
			t.Fatal(err)
		}
		if hash != "" {
			request.Header.Set("x-amz-content-sha256", hash)
		}
		r, err := e.Client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		told := false
		for _, f := range e.Exchange(r).Findings {
			told = told || f.Rule == "CF-OAC-37"
		}
		if r.StatusCode != want || told != (hash == "") || told != strings.Contains(r.Header.Get("X-Edgesim-Hint"), "x-amz-content-sha256") || hash != "" && sent(e, r, "X-Amz-Content-Sha256") != hash {
			t.Errorf("hash %q: got %d, told %v, %v", hash, r.StatusCode, told, r.Header)
		}
	}
}

// signedSite is a bucket whose viewers need a signature, the private key's file, and
// the overlay's public one.
func signedSite(t *testing.T) (site, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	private, public := filepath.Join(dir, "private.pem"), filepath.Join(dir, "public.pem")
	for file, block := range map[string]*pem.Block{private: {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}, public: {Type: "PUBLIC KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return site{
		domain: bucketDomain, folder: "dir:" + dist(t),
		behavior: map[string]any{"TrustedKeyGroups": map[string]any{"Enabled": true, "Quantity": 1, "Items": []string{"group"}}, "OriginRequestPolicyId": allViewerExceptHost},
		more:     map[string]any{"CustomErrorResponses": map[string]any{"Quantity": 0}},
		overlay:  map[string]any{"public-keys": map[string]any{"K1": public}, "key-groups": map[string]any{"group": []string{"K1"}}},
	}, private
}

// TestSignedURL: a URL that the AWS CLI signed is accepted until it expires by the edge's
// clock (CF-SIGN-54), and the origin does not see the signature (CF-SIGN-49, CF-SIGN-67); a
// refused viewer gets XML (CF-SIGN-62).
func TestSignedURL(t *testing.T) {
	t.Parallel()
	s, private := signedSite(t)
	e := s.start(t)
	aws := peers.Path(t, "aws")
	sign := func(args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), aws, append([]string{"cloudfront", "sign", "--key-pair-id", "K1", "--private-key", "file://" + private}, args...)...)
		command.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED=true"}
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	until := time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05")
	signed := map[string]string{
		"canned": sign("--url", e.URL+"/app.js?v=1", "--date-less-than", until),
		"custom": sign("--url", e.URL+"/app.js?v=1", "--date-less-than", until, "--date-greater-than", "2020-01-01", "--ip-address", "127.0.0.0/8"),
	}
	for name, url := range signed {
		r, body := ask(t, e, "GET", url)
		if r.StatusCode != 200 || body != "code" || e.Exchange(r).Sent.URI != "/app.js?v=1" {
			t.Errorf("%s: got %d %q, asked for %q", name, r.StatusCode, body, e.Exchange(r).Sent.URI)
		}
		if r, _ := ask(t, e, "GET", strings.Replace(url, "v=1", "v=2", 1)); r.StatusCode != 403 {
			t.Errorf("%s: another query: got %d", name, r.StatusCode)
		}
	}
	r, body := ask(t, e, "GET", e.URL+"/app.js")
	if r.StatusCode != 403 || !strings.Contains(body, "<Code>MissingKey</Code>") || r.Header.Get("Content-Type") != "text/xml" || r.Header.Get("Server") != "CloudFront" || r.Header.Get("X-Cache") != "Error from cloudfront" || e.Exchange(r).Sent != nil {
		t.Errorf("without a signature: got %d %q %v", r.StatusCode, body, r.Header)
	}
	e.Advance(2 * time.Hour)
	for name, url := range signed {
		r, body := ask(t, e, "GET", url)
		if cause := e.Exchange(r).Cause; r.StatusCode != 403 || cause == nil || cause.Name != policy.CauseViewerSignatureExpired || !strings.Contains(body, "<Code>AccessDenied</Code><Message>Access denied</Message>") {
			t.Errorf("%s, later: got %d, %v", name, r.StatusCode, cause)
		}
	}
}

// TestSignedErrorPage: a custom error page also replaces the refusal of a viewer
// (CF-SIGN-66).
func TestSignedErrorPage(t *testing.T) {
	t.Parallel()
	s, _ := signedSite(t)
	s.more = map[string]any{"CustomErrorResponses": map[string]any{"Quantity": 1, "Items": []any{map[string]any{"ErrorCode": 403, "ResponsePagePath": "/index.html", "ResponseCode": "200", "ErrorCachingMinTTL": 10}}}}
	e := s.start(t)
	r, body := ask(t, e, "GET", e.URL+"/app.js")
	if r.StatusCode != 200 || body != "the application" {
		t.Errorf("got %d %q", r.StatusCode, body)
	}
}

// TestSignedBehaviors: the behavior that matches decides whose signature is wanted, if
// any (CF-SIGN-02).
func TestSignedBehaviors(t *testing.T) {
	t.Parallel()
	s, _ := signedSite(t)
	s.more = map[string]any{"CacheBehaviors": map[string]any{"Quantity": 1, "Items": []any{map[string]any{
		"PathPattern": "/app.*", "TargetOriginId": "site", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}}}}
	e := s.start(t)
	if r, _ := ask(t, e, "GET", e.URL+"/app.js"); r.StatusCode != 200 {
		t.Errorf("got %d", r.StatusCode)
	}
	if r, _ := ask(t, e, "GET", e.URL+"/index.html"); r.StatusCode != 403 {
		t.Errorf("got %d", r.StatusCode)
	}
}

// TestGeoRestriction: viewers from a blocked country get the page, and the origin is not
// asked (CF-VIEW-69, CF-ERR-21).
func TestGeoRestriction(t *testing.T) {
	t.Parallel()
	restricted := map[string]any{"Restrictions": map[string]any{"GeoRestriction": map[string]any{"RestrictionType": "blacklist", "Quantity": 1, "Items": []string{"KP"}}}}
	for country, want := range map[string]int{"KP": 403, "DE": 200, "": 200} {
		overlay := map[string]any{}
		if country != "" {
			overlay["viewer-country"] = country
		}
		e := site{domain: bucketDomain, folder: "dir:" + dist(t), more: restricted, overlay: overlay}.start(t)
		r, body := ask(t, e, "GET", e.URL+"/app.js")
		if r.StatusCode != want || want == 403 && (!strings.Contains(body, "The Amazon CloudFront distribution is configured to block access from your country.") || e.Exchange(r).Sent != nil) {
			t.Errorf("%q: got %d %q", country, r.StatusCode, body)
		}
	}
}
