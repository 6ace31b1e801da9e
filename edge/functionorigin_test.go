package edge_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/functions/lambda"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/policy"
)

// choosing is an edge with the origins app and alt, and a function in front.
func choosing(t *testing.T, call string) *edge.Edge {
	t.Helper()
	app := origin()
	app.DomainName, app.ProtocolPolicy, app.HTTPPort, app.HTTPSPort = "app.example.com", distribution.OriginHTTPSOnly, 80, 443
	app.CustomHeaders = []distribution.Header{{Name: "X-From", Value: "cdn"}}
	alt := app
	alt.ID, alt.DomainName, alt.Path, alt.CustomHeaders = "alt", "alt.example.net", "/v2", nil
	d := &distribution.Distribution{Enabled: true, Origins: []distribution.Origin{app, alt}, DefaultBehavior: behaviorWith(t, "AllViewer")}
	d.DefaultBehavior.Functions = []distribution.FunctionAssociation{{EventType: "viewer-request", ARN: "chooser", Function: &distribution.Function{
		Code: "import cf from 'cloudfront';\nfunction handler(event) { " + call + "; return event.request; }",
	}}}
	set, err := functions.Load(d, functions.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	return &edge.Edge{Distribution: d, Functions: set, ClientCertificates: map[string]*tls.Certificate{"app": {}}}
}

// chosen is the plan for what the function chose.
func chosen(t *testing.T, e *edge.Edge) ([]edge.Plan, edge.AfterFunction) {
	t.Helper()
	v := &edge.ViewerRequest{Method: "GET", Scheme: "https", Host: "www.example.com", Proto: "HTTP/1.1", URI: "/x", Header: http.Header{}}
	l := e.Locations()[0]
	b := &l.Distribution.DefaultBehavior
	after := e.AfterViewerRequest(t.Context(), l, v, b, "id")
	var plans []edge.Plan
	for _, c := range after.Choices {
		plans = append(plans, e.PlanChoice(l, after.Request, b, c, "id"))
	}
	return plans, after
}

// TestChosenOrigin: the plan that follows from a function's call.
func TestChosenOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, call              string
		connect, sni, host, uri string
		names                   []string
		header                  string // X-From
	}{
		{"no call", "", "app.example.com:443", "www.example.com", "www.example.com", "/x", []string{"app.example.com", "www.example.com"}, "cdn"},
		{"CF-NAME-09 CF-MOD-03 CF-MOD-04 CF-MOD-05 CF-MOD-13 CF-MOD-15 domain alone", "cf.updateRequestOrigin({ domainName: 'blue.example.org', customHeaders: {}, originPath: '/beta' })",
			"blue.example.org:443", "blue.example.org", "blue.example.org", "/beta/x", []string{"blue.example.org"}, ""},
		{"CF-NAME-06 CF-NAME-07 CF-NAME-08 CF-MOD-08 CF-MOD-09 CF-MOD-10", "cf.updateRequestOrigin({ domainName: 'blue.example.org', hostHeader: 'shop.example.org', sni: 'tls.example.org', allowedCertificateNames: ['*.example.org'] })",
			"blue.example.org:443", "tls.example.org", "shop.example.org", "/x", []string{"*.example.org"}, "cdn"},
		{"CF-NAME-07 Host alone", "cf.updateRequestOrigin({ hostHeader: 'shop.example.org' })",
			"app.example.com:443", "shop.example.org", "shop.example.org", "/x", []string{"app.example.com", "shop.example.org"}, "cdn"},
		{"CF-MOD-14 CF-MOD-27 port and headers", "cf.updateRequestOrigin({ domainName: 'blue.example.org', customHeaders: { 'x-from': 'fn' }, customOriginConfig: { port: 8443, protocol: 'https', sslProtocols: ['TLSv1.2'] } })",
			"blue.example.org:8443", "blue.example.org", "blue.example.org", "/x", []string{"blue.example.org"}, "fn"},
		{"CF-MOD-35 CF-MOD-36 by id", "cf.selectRequestOriginById('alt', { hostHeader: 'h.example.net' })",
			"alt.example.net:443", "h.example.net", "h.example.net", "/v2/x", []string{"alt.example.net", "h.example.net"}, ""},
		{"CF-MOD-28 a bucket", "cf.updateRequestOrigin({ domainName: 'b.s3.us-east-1.amazonaws.com', customOriginConfig: { port: 8443, protocol: 'https', sslProtocols: ['TLSv1.2'] } })",
			"b.s3.us-east-1.amazonaws.com:443", "b.s3.us-east-1.amazonaws.com", "b.s3.us-east-1.amazonaws.com", "/x", []string{"b.s3.us-east-1.amazonaws.com"}, "cdn"},
		{"CF-MOD-44 the last call counts", "cf.updateRequestOrigin({ domainName: 'one.example' }); cf.updateRequestOrigin({ domainName: 'two.example' })",
			"two.example:443", "two.example", "two.example", "/x", []string{"two.example"}, "cdn"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			plans, after := chosen(t, choosing(t, row.call))
			if after.Cause != nil || len(plans) != 1 {
				t.Fatalf("got %v, %d plans", after.Cause, len(plans))
			}
			p := plans[0]
			host, from := sentField(p.Request.Header, "Host"), sentField(p.Request.Header, "X-From")
			if p.Target.Address() != row.connect || p.Target.SNI != row.sni || host != row.host || p.Request.RequestURI != row.uri || !slices.Equal(p.Target.AcceptedNames, row.names) || from != row.header {
				t.Errorf("goes to %s as %s with Host %s for %s, accepts %v, X-From %q", p.Target.Address(), p.Target.SNI, host, p.Request.RequestURI, p.Target.AcceptedNames, from)
			}
		})
	}
}

func sentField(fields []policy.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// TestChosenSettings: timeouts and attempts for one request (CF-TIME-15, CF-MOD-17,
// CF-MOD-23 to CF-MOD-26), and origin mTLS switched off (CF-MTLS-09, CF-MOD-33).
func TestChosenSettings(t *testing.T) {
	t.Parallel()
	e := choosing(t, "cf.updateRequestOrigin({ connectionAttempts: 1, mTLSConfig: 'off', timeouts: { readTimeout: 7, responseCompletionTimeout: 9, keepAliveTimeout: 11, connectionTimeout: 2 } })")
	plans, after := chosen(t, e)
	if after.Cause != nil {
		t.Fatal(after.Cause)
	}
	if p := plans[0].Target; p.Attempts != 1 || p.ResponseTimeout != 7*time.Second || p.CompletionTimeout != 9*time.Second || p.KeepaliveTimeout != 11*time.Second || p.ConnectTimeout != 2*time.Second || p.ClientCertificate != nil {
		t.Errorf("got %+v", p)
	}
	plans, _ = chosen(t, choosing(t, "cf.updateRequestOrigin({ mTLSConfig: 'inherit' })"))
	if plans[0].Target.ClientCertificate == nil {
		t.Error("CF-MTLS-09: inherit presents nothing")
	}
}

// TestChosenGroup: an origin group for one request (CF-MOD-39, CF-MOD-40), and a
// configured one of which the primary alone is changed (CF-MOD-31).
func TestChosenGroup(t *testing.T) {
	t.Parallel()
	plans, after := chosen(t, choosing(t, "cf.createRequestOriginGroup({ originIds: ['alt', { originId: 'app', originOverrides: { hostHeader: 'h.example' } }], failoverCriteria: { statusCodes: [500, 503] } })"))
	if after.Cause != nil || len(plans) != 2 || plans[0].Origin.ID != "alt" || plans[1].Target.SNI != "h.example" || !slices.Equal(after.Group.StatusCodes, []int{500, 503}) {
		t.Fatalf("got %v, %d plans, %+v", after.Cause, len(plans), after.Group)
	}
	e := choosing(t, "cf.updateRequestOrigin({ domainName: 'blue.example.org' })")
	d := e.Distribution
	d.OriginGroups = []distribution.OriginGroup{{ID: "both", Members: []string{"app", "alt"}, StatusCodes: []int{500}}}
	d.DefaultBehavior.TargetOriginID = "both"
	plans, after = chosen(t, e)
	if len(plans) != 2 || plans[0].Target.Host != "blue.example.org" || plans[1].Target.Host != "alt.example.net" || after.Group.ID != "both" {
		t.Errorf("CF-MOD-31: %d plans, %+v", len(plans), after.Group)
	}
}

// TestRefusedChoice: calls with values that CloudFront does not allow.
func TestRefusedChoice(t *testing.T) {
	t.Parallel()
	for rule, call := range map[string]string{
		"CF-MOD-06": "cf.updateRequestOrigin({ domainName: 'a.example:443' })",
		"CF-MOD-07": "cf.updateRequestOrigin({ domainName: 'Bucket.s3.us-east-1.amazonaws.com' })",
		"CF-MOD-08": "cf.updateRequestOrigin({ hostHeader: '192.0.2.1' })",
		"CF-MOD-09": "cf.updateRequestOrigin({ sni: 'a:1' })",
		"CF-MOD-10": "cf.updateRequestOrigin({ allowedCertificateNames: 'a.example' })",
		"CF-MOD-13": "cf.updateRequestOrigin({ originPath: '/x/' })",
		"CF-MOD-14": "cf.updateRequestOrigin({ customHeaders: { 'X-Upper': '1' } })",
		"CF-MOD-16": "cf.updateRequestOrigin({ customHeaders: { 'x-real-ip': '1' } })",
		"CF-MOD-17": "cf.updateRequestOrigin({ connectionAttempts: 4 })",
		"CF-MOD-18": "cf.updateRequestOrigin({ originShield: { enabled: true } })",
		"CF-MOD-19": "cf.updateRequestOrigin({ originAccessControlConfig: { enabled: true } })",
		"CF-MOD-11": "cf.updateRequestOrigin({ hostHeader: 'a.example', originAccessControlConfig: { enabled: true, signingBehavior: 'always', signingProtocol: 'sigv4', originType: 's3' } })",
		"CF-MOD-23": "cf.updateRequestOrigin({ timeouts: { readTimeout: 121 } })",
		"CF-MOD-24": "cf.updateRequestOrigin({ timeouts: { readTimeout: 9, responseCompletionTimeout: 8 } })",
		"CF-MOD-25": "cf.updateRequestOrigin({ timeouts: { keepAliveTimeout: 121 } })",
		"CF-MOD-26": "cf.updateRequestOrigin({ timeouts: { connectionTimeout: 11 } })",
		"CF-MOD-27": "cf.updateRequestOrigin({ customOriginConfig: { port: 443 } })",
		"CF-MOD-29": "cf.updateRequestOrigin({ customOriginConfig: { port: 81, protocol: 'http', sslProtocols: ['TLSv1.2'] } })",
		"CF-MOD-30": "cf.updateRequestOrigin({ customOriginConfig: { port: 80, protocol: 'http', sslProtocols: ['TLSv1.2'], ipAddressType: 'ipv6' } })",
		"CF-MOD-38": "cf.selectRequestOriginById('nobody')",
		"CF-MOD-39": "cf.createRequestOriginGroup({ originIds: ['app'], failoverCriteria: { statusCodes: [500] } })",
		"CF-MOD-40": "cf.createRequestOriginGroup({ originIds: ['app', 'alt'] })",
		"CF-MOD-41": "cf.createRequestOriginGroup({ originIds: ['app', 'alt'], failoverCriteria: { statusCodes: [500] }, selectionCriteria: 'best' })",
		"CF-MOD-42": "cf.createRequestOriginGroup({ originIds: ['app', 'alt'], failoverCriteria: { statusCodes: [501] } })",
	} {
		_, after := chosen(t, choosing(t, call))
		if c := after.Cause; c == nil || string(c.Rule) != rule || c.Status != 502 || c.XCache() != "FunctionValidationError from cloudfront" {
			t.Errorf("%s: %s gave %v", rule, call, c)
		}
	}
	for rule, change := range map[string]func(*distribution.Origin){
		"CF-VPC-03": func(o *distribution.Origin) { o.VPC = &distribution.VPCOrigin{ID: "vo_1"} }, // and CF-MOD-32
		"CF-MOD-11": func(o *distribution.Origin) {
			o.AccessControl = &distribution.OriginAccessControl{OriginType: "lambda", SigningBehavior: "always"}
		},
	} {
		e := choosing(t, "cf.updateRequestOrigin({ hostHeader: 'a.example' })")
		change(&e.Distribution.Origins[0])
		if _, after := chosen(t, e); after.Cause == nil || string(after.Cause.Rule) != rule {
			t.Errorf("%s: got %v", rule, after.Cause)
		}
	}
	s3 := choosing(t, "cf.createRequestOriginGroup({ originIds: [{ originId: 'alt', originOverrides: { hostHeader: 'h.example' } }, 'app'], failoverCriteria: { statusCodes: [500] } })")
	s3.Distribution.Origins[1].Kind = distribution.OriginS3
	if _, after := chosen(t, s3); after.Cause == nil || after.Cause.Rule != "CF-MOD-12" {
		t.Errorf("CF-MOD-12: got %v", after.Cause)
	}
}

// lambdaSite is a site with a Lambda of this code at one trigger.
func lambdaSite(t *testing.T, event, code string, origins map[string]http.HandlerFunc) *site {
	t.Helper()
	peers.Need(t, "node")
	file := filepath.Join(t.TempDir(), "index.cjs")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSite(t, origins)
	b := &s.edge.Distribution.DefaultBehavior
	b.TargetOriginID = "app"
	b.Lambdas = []distribution.LambdaFunctionAssociation{{EventType: event, ARN: "fn", IncludeBody: true}}
	s.load(t, functions.Sources{Lambdas: map[string]lambda.Config{"fn": {File: file}}})
	return s
}

// TestLambdaChoosesOrigin: an origin-request function sends the request elsewhere
// (CF-LAE-19, CF-LAE-20, CF-LAE-31, CF-LAE-34).
func TestLambdaChoosesOrigin(t *testing.T) {
	t.Parallel()
	s := lambdaSite(t, "origin-request", `exports.handler = async (event) => {
  const r = event.Records[0].cf.request;
  if (r.origin.custom.port !== 80 || r.headers.host[0].value !== 'app.example') throw new Error(JSON.stringify(r));
  r.origin.custom.domainName = 'other.example';
  r.origin.custom.path = '/p';
  r.origin.custom.customHeaders = { 'x-from': [{ value: 'fn' }] };
  r.headers.host = [{ key: 'Host', value: 'other.example' }];
  return r;
};`, map[string]http.HandlerFunc{"app": status(500), "other": func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Host + r.RequestURI + r.Header.Get("X-From")))
	}})
	if r, body := s.ask(t, edge.ViewerRequest{URI: "/x"}); r.Status != 200 || body != "other.example/p/xfn" {
		t.Errorf("got %d %q: %+v", r.Status, body, s.last(t, r).Functions)
	}
}

// TestLambdaNeedsTheOrigin: the configured origin is looked up first, and where
// that fails the function does not run (CF-DNS-10, CF-LAE-33).
func TestLambdaNeedsTheOrigin(t *testing.T) {
	t.Parallel()
	s := lambdaSite(t, "origin-request", `exports.handler = async () => ({ status: '200' });`, map[string]http.HandlerFunc{"app": status(200)})
	s.edge.Client.ConnectTo = map[string]string{"app.example:80": "nowhere.invalid:80"}
	r, _ := s.ask(t, edge.ViewerRequest{URI: "/x"})
	if x := s.last(t, r); r.Status != 502 || x.Cause == nil || x.Cause.Name != policy.CauseDNSFailure || len(x.Functions) != 0 {
		t.Errorf("got %d, %v, %+v", r.Status, x.Cause, x.Functions)
	}
}

// TestLambdaAnswers: answers that a function gives instead of the origin, and those that
// CloudFront refuses (CF-ERR-15, CF-LAE-46 to CF-LAE-53, CF-LIMIT-24, CF-LOG-13).
func TestLambdaAnswers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, event, code string
		status            int
		body, cache       string
	}{
		{"CF-LAE-46 CF-LAE-52 redirect", "viewer-request", `exports.handler = async (event) => ({ status: '302', headers: { location: [{ value: '/to?' + event.Records[0].cf.request.querystring }] } });`, 302, "", "LambdaGeneratedResponse"},
		{"CF-LAE-51 CF-LOG-13", "origin-request", `exports.handler = async () => ({ status: '200', body: 'made', headers: {} });`, 200, "made", "LambdaGeneratedResponse"},
		{"CF-LAE-48 base64", "origin-request", `exports.handler = async () => ({ status: '200', body: 'bWFkZQ==', bodyEncoding: 'base64' });`, 200, "made", "LambdaGeneratedResponse"},
		{"CF-LAE-49 204 with a body", "viewer-request", `exports.handler = async () => ({ status: '204', body: 'x' });`, 502, "status 204 has a body", "LambdaValidationError"},
		{"CF-LAE-47 status", "viewer-request", `exports.handler = async () => ({ status: '600' });`, 502, "200 to 599", "LambdaValidationError"},
		{"CF-LAE-53 CF-LIMIT-24 viewer", "viewer-request", `exports.handler = async () => ({ status: '200', body: 'x'.repeat(41 * 1024) });`, 502, "exceeds the maximum size", "LambdaValidationError"},
		{"CF-LAE-53 CF-LIMIT-24 origin", "origin-request", `exports.handler = async () => ({ status: '200', body: 'x'.repeat(1024 * 1024 + 1) });`, 502, "exceeds the maximum size", "LambdaValidationError"},
		{"CF-LAE-67 headers", "viewer-request", `exports.handler = async () => ({ status: '200', headers: { a: 'b' } });`, 502, "Each header entry in the headers object must be an array", "LambdaValidationError"},
		{"CF-LAE-37 disallowed", "viewer-request", `exports.handler = async (e) => { const r = e.Records[0].cf.request; r.headers['x-real-ip'] = [{ value: '1' }]; return r; };`, 502, "blacklisted header", "LambdaValidationError"},
		{"CF-LAE-38 read-only", "viewer-request", `exports.handler = async (e) => { const r = e.Records[0].cf.request; r.headers.host = [{ value: 'x' }]; return r; };`, 502, "read-only header", "LambdaValidationError"},
		{"CF-LAE-39 read-only", "origin-request", `exports.handler = async (e) => { const r = e.Records[0].cf.request; delete r.headers.via; return r; };`, 502, "read-only header", "LambdaValidationError"},
		{"CF-LAE-61 throws", "viewer-request", `exports.handler = async () => { throw new Error('x'); };`, 503, "is invalid or doesn't have the required permissions", "LambdaExecutionError"},
		{"CF-LAE-63 nothing", "viewer-request", `exports.handler = async () => {};`, 502, "did not return a request or a response", "LambdaValidationError"},
		{"CF-LAE-16 uri", "viewer-request", `exports.handler = async (e) => { const r = e.Records[0].cf.request; r.uri = 'x'; return r; };`, 502, "does not start with a slash", "LambdaValidationError"},
		{"CF-LAE-22 CF-LAE-24 origin", "origin-request", `exports.handler = async (e) => { const r = e.Records[0].cf.request; r.origin.custom.port = 22; return r; };`, 502, "invalid origin configuration", "LambdaValidationError"},
		{"CF-LAE-42 CF-LAE-40 a new response object", "viewer-response", `exports.handler = async () => ({ status: '200', headers: {} });`, 502, "read-only header", "LambdaValidationError"},
		{"CF-LAE-55 status", "viewer-response", `exports.handler = async (e) => { const r = e.Records[0].cf.response; r.status = '201'; return r; };`, 502, "changed the status", "LambdaValidationError"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := lambdaSite(t, row.event, row.code, map[string]http.HandlerFunc{"app": status(200)})
			r, body := s.ask(t, edge.ViewerRequest{URI: "/go?a=1"})
			if r.Status != row.status || !strings.Contains(body, row.body) || r.Header.Get("X-Cache") != row.cache+" from cloudfront" {
				t.Fatalf("got %d %s %q", r.Status, r.Header.Get("X-Cache"), body)
			}
			if row.status == 302 && r.Header.Get("Location") != "/to?a=1" {
				t.Errorf("Location is %q", r.Header.Get("Location"))
			}
			if x := s.last(t, r); strings.Contains(row.name, "CF-LOG-13") && x.DetailedResultType != "MissGeneratedResponse" {
				t.Errorf("logged as %s", x.DetailedResultType)
			}
		})
	}
}

// TestLambdaBody: a function that gets the body may replace it (CF-LAE-57, CF-LAE-58);
// otherwise the origin gets all of it.
func TestLambdaBody(t *testing.T) {
	t.Parallel()
	s := lambdaSite(t, "viewer-request", `exports.handler = async (e) => {
  const r = e.Records[0].cf.request;
  const text = Buffer.from(r.body.data, 'base64').toString();
  if (text === 'replace') { r.body.action = 'replace'; r.body.encoding = 'text'; r.body.data = 'replaced!'; }
  r.headers['x-saw'] = [{ value: text.length + ' ' + r.body.inputTruncated }];
  return r;
};`, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, string(sent)+"|"+r.Header.Get("X-Saw"))
	}})
	for sent, want := range map[string]string{"replace": "replaced!|7 false", "keep": "keep|4 false", strings.Repeat("x", 50000): strings.Repeat("x", 50000) + "|40960 true"} {
		r, body := s.ask(t, edge.ViewerRequest{Method: "POST", URI: "/", Body: io.NopCloser(strings.NewReader(sent)), ContentLength: int64(len(sent))})
		if r.Status != 200 || body != want {
			t.Errorf("got %d %.60q, want %.60q: %+v", r.Status, body, want, s.last(t, r).Functions)
		}
	}
}

// TestFunctionOnGRPC: a CloudFront function runs on a gRPC call (CF-FN-52).
func TestFunctionOnGRPC(t *testing.T) {
	t.Parallel()
	e := choosing(t, "event.request.headers['x-ran'] = { value: '1' }")
	e.ClientCertificates = nil // with which there is no gRPC
	l := e.Locations()[0]
	b := &l.Distribution.DefaultBehavior
	b.GRPC = true
	v := &edge.ViewerRequest{Method: "POST", Scheme: "https", Host: "www.example.com", Proto: "HTTP/2.0", URI: "/s/m", Header: http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}}
	after := e.AfterViewerRequest(t.Context(), l, v, b, "id")
	if after.Cause != nil {
		t.Fatal(after.Cause)
	}
	if p := e.PlanChoice(l, after.Request, b, after.Choices[0], "id"); !p.GRPC || sentField(p.Request.Header, "X-Ran") != "1" {
		t.Errorf("gRPC %t, sent %v", p.GRPC, p.Request.Header)
	}
}
