package distribution_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// mistake is one row: a change to a valid distribution and the problem it makes.
type mistake struct {
	name  string
	rules string // the ids this row proves
	edit  func(d *distribution.Distribution)
	want  string // the problem on one line; "" for none
}

func run(t *testing.T, rows []mistake) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d := valid(t)
			row.edit(d)
			var got []string
			for _, p := range d.Validate() {
				got = append(got, p.String())
			}
			if s := strings.Join(got, "\n"); s != row.want {
				t.Errorf("%s:\ngot  %s\nwant %s", row.rules, s, row.want)
			}
		})
	}
}

func TestValidateAcceptsAValidDistribution(t *testing.T) {
	t.Parallel()
	if got := valid(t).Validate(); got != nil {
		t.Errorf("got %v, want none", got)
	}
}

func TestValidateOrigin(t *testing.T) {
	t.Parallel()
	origin := func(edit func(o *distribution.Origin)) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) { edit(&d.Origins[0]) }
	}
	domain := func(name string) func(d *distribution.Distribution) {
		return origin(func(o *distribution.Origin) { o.DomainName = name })
	}
	const allowed = `, allowed: a public DNS name, without scheme, port, path or IP address (CF-CONF-13)`
	run(t, []mistake{
		{"http port", "CF-CONF-01 CF-CONF-54", origin(func(o *distribution.Origin) { o.HTTPPort = 81 }),
			`Origins.Items[0].CustomOriginConfig.HTTPPort: is not a port CloudFront connects to: got "81", allowed: 80, 443, 1024-65535 (CF-CONF-01)`},
		{"https port", "CF-CONF-01", origin(func(o *distribution.Origin) { o.HTTPSPort = 65536 }),
			`Origins.Items[0].CustomOriginConfig.HTTPSPort: is not a port CloudFront connects to: got "65536", allowed: 80, 443, 1024-65535 (CF-CONF-01)`},
		{"lowest free port", "CF-CONF-01", origin(func(o *distribution.Origin) { o.HTTPPort = 1024 }), ""},
		{"protocol policy", "CF-CONF-03", origin(func(o *distribution.Origin) { o.ProtocolPolicy = "HTTPS-only" }),
			`Origins.Items[0].CustomOriginConfig.OriginProtocolPolicy: is not one of the known values: got "HTTPS-only", allowed: http-only, match-viewer, https-only (CF-CONF-03); write "https-only"`},
		{"no ssl protocols", "CF-CONF-04", origin(func(o *distribution.Origin) { o.SSLProtocols = nil }),
			`Origins.Items[0].CustomOriginConfig.OriginSslProtocols: lists no protocol, allowed: SSLv3, TLSv1, TLSv1.1, TLSv1.2 (CF-CONF-04)`},
		{"TLS 1.3", "CF-CONF-04 CF-TLS-08", origin(func(o *distribution.Origin) { o.SSLProtocols[0] = "TLSv1.3" }),
			`Origins.Items[0].CustomOriginConfig.OriginSslProtocols.Items[0]: is not one of the known values: there is no token for TLS 1.3 (CF-TLS-08): got "TLSv1.3", allowed: SSLv3, TLSv1, TLSv1.1, TLSv1.2 (CF-CONF-04); write "TLSv1.2"`},
		{"a set with a hole", "CF-TLS-03", origin(func(o *distribution.Origin) {
			o.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv1, distribution.TLSv12}
		}), ""},
		{"address type", "CF-CONF-05", origin(func(o *distribution.Origin) { o.IPAddressType = "both" }),
			`Origins.Items[0].CustomOriginConfig.IpAddressType: is not one of the known values: got "both", allowed: ipv4, ipv6, dualstack (CF-CONF-05)`},
		{"no attempts", "CF-CONF-06 CF-LIMIT-11", origin(func(o *distribution.Origin) { o.ConnectionAttempts = 0 }),
			`Origins.Items[0].ConnectionAttempts: is out of range: got "0", allowed: 1-3 (CF-CONF-06); set 1`},
		{"four attempts", "CF-CONF-06 CF-LIMIT-11", origin(func(o *distribution.Origin) { o.ConnectionAttempts = 4 }),
			`Origins.Items[0].ConnectionAttempts: is out of range: got "4", allowed: 1-3 (CF-CONF-06); set 3`},
		{"connect timeout 11 s", "CF-CONF-07 CF-LIMIT-12", origin(func(o *distribution.Origin) { o.ConnectionTimeout = 11 * time.Second }),
			`Origins.Items[0].ConnectionTimeout: is out of range: got "11", allowed: 1-10 seconds (CF-CONF-07); set 10`},
		{"connect timeout 1.5 s", "CF-CONF-07 CF-LIMIT-12", origin(func(o *distribution.Origin) { o.ConnectionTimeout = 1500 * time.Millisecond }),
			`Origins.Items[0].ConnectionTimeout: is not a whole number of seconds: got "1.5", allowed: 1-10 seconds (CF-CONF-07)`},
		{"read timeout 121 s", "CF-CONF-08 CF-CONF-66 CF-LIMIT-13", origin(func(o *distribution.Origin) { o.ResponseTimeout = 121 * time.Second }),
			`Origins.Items[0].CustomOriginConfig.OriginReadTimeout: is over the default quota: got "121", allowed: 1-120 seconds (CF-CONF-08); ask AWS for a higher quota`},
		{"read timeout of S3", "CF-CONF-08 CF-LIMIT-13", func(d *distribution.Distribution) { d.Origins[1].ResponseTimeout = 0 },
			`Origins.Items[1].S3OriginConfig.OriginReadTimeout: is out of range: got "0", allowed: 1-120 seconds (CF-CONF-08); set 1`},
		{"keep-alive 301 s", "CF-CONF-09 CF-CONF-67 CF-LIMIT-14 CF-TIME-11", origin(func(o *distribution.Origin) { o.KeepaliveTimeout = 301 * time.Second }),
			`Origins.Items[0].CustomOriginConfig.OriginKeepaliveTimeout: is out of range: got "301", allowed: 1-300 seconds (CF-CONF-09); set 300`},
		{"completion below read timeout", "CF-CONF-10 CF-TIME-08", origin(func(o *distribution.Origin) { o.ResponseCompletionTimeout = 29 * time.Second }),
			`Origins.Items[0].ResponseCompletionTimeout: is less than the read timeout: got "29", allowed: 30 or more (OriginReadTimeout) (CF-CONF-10); set at least 30, or leave it out for no bound`},
		{"completion equal to read timeout", "CF-CONF-10", origin(func(o *distribution.Origin) { o.ResponseCompletionTimeout = 30 * time.Second }), ""},
		{"id used twice", "CF-CONF-11", func(d *distribution.Distribution) { d.Origins = append(d.Origins, d.Origins[0]) },
			`Origins.Items[2].Id: is used twice: got "app" (CF-CONF-11); give each origin its own id`},
		{"path without a slash", "CF-CONF-12 CF-CONF-69 CF-PATH-01", origin(func(o *distribution.Origin) { o.Path = "v1" }),
			`Origins.Items[0].OriginPath: does not start with a slash: got "v1", allowed: "" or "/x" without a trailing slash (CF-CONF-12); write "/v1"`},
		{"path with a trailing slash", "CF-CONF-12 CF-PATH-01", origin(func(o *distribution.Origin) { o.Path = "/v1/" }),
			`Origins.Items[0].OriginPath: ends with a slash: got "/v1/", allowed: "" or "/x" without a trailing slash (CF-CONF-12); write "/v1"`},
		{"path of a slash", "CF-CONF-12", origin(func(o *distribution.Origin) { o.Path = "/" }),
			`Origins.Items[0].OriginPath: is only a slash: got "/", allowed: "" or "/x" without a trailing slash (CF-CONF-12); leave it empty`},
		{"scheme", "CF-CONF-13", domain("https://app.example.com"),
			`Origins.Items[0].DomainName: holds a scheme: got "https://app.example.com"` + allowed + `; write "app.example.com"`},
		{"scheme and path", "CF-CONF-13", domain("https://app.example.com/x/"),
			`Origins.Items[0].DomainName: holds a scheme: got "https://app.example.com/x/"` + allowed + `; write "app.example.com" and put "/x" into OriginPath`},
		{"port", "CF-CONF-13 CF-CONF-57", domain("app.example.com:8443"),
			`Origins.Items[0].DomainName: holds a port: got "app.example.com:8443"` + allowed + `; write "app.example.com" and set the port in CustomOriginConfig (HTTPPort or HTTPSPort 8443)`},
		{"path", "CF-CONF-13 CF-CONF-58", domain("app.example.com/v1"),
			`Origins.Items[0].DomainName: holds a path: got "app.example.com/v1"` + allowed + `; write "app.example.com" and put "/v1" into OriginPath`},
		{"IPv4 address", "CF-CONF-13 CF-CONF-56 CF-DNS-08", domain("192.0.2.1"),
			`Origins.Items[0].DomainName: is an IP address: got "192.0.2.1"` + allowed},
		{"IPv6 address", "CF-CONF-13 CF-DNS-08", domain("[2001:db8::1]"),
			`Origins.Items[0].DomainName: is an IP address: got "[2001:db8::1]"` + allowed},
		{"space", "CF-CONF-13", domain("app example.com"),
			`Origins.Items[0].DomainName: is not a DNS name: got "app example.com"` + allowed},
		{"missing", "CF-CONF-13", domain(""), `Origins.Items[0].DomainName: is required` + allowed},
		{"one label, as container networks have", "CF-CONF-13", domain("web"), ""},
	})
}

func TestValidateCustomHeaders(t *testing.T) {
	t.Parallel()
	headers := func(h ...distribution.Header) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) { d.Origins[0].CustomHeaders = h }
	}
	var denied []mistake
	for _, name := range []string{"Cache-Control", "Connection", "Content-Length", "Cookie", "Host", "If-Match", "If-Modified-Since", "If-None-Match",
		"If-Range", "If-Unmodified-Since", "Max-Forwards", "Pragma", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Range",
		"Request-Range", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "X-Amz-Anything", "X-Edge-Anything", "x-real-ip"} {
		denied = append(denied, mistake{name, "CF-HDR-03 CF-CONF-14", headers(distribution.Header{Name: name, Value: "x"}),
			fmt.Sprintf(`Origins.Items[0].CustomHeaders.Items[0].HeaderName: is a header CloudFront does not let you add: got %q (CF-HDR-03); choose another name`, name)})
	}
	run(t, denied)
	many := make([]distribution.Header, 31)
	for i := range many {
		many[i] = distribution.Header{Name: fmt.Sprintf("X-Number-%d", i), Value: "x"}
	}
	long := make([]distribution.Header, 6)
	for i := range long {
		long[i] = distribution.Header{Name: "X-Long", Value: strings.Repeat("v", 1783)}
	}
	run(t, []mistake{
		{"authorization is allowed", "CF-HDR-03", headers(distribution.Header{Name: "Authorization", Value: "x"}), ""},
		{"31 headers", "CF-CONF-14 CF-LIMIT-18", headers(many...),
			`Origins.Items[0].CustomHeaders.Quantity: is over the default quota: got "31", allowed: at most 30 (CF-LIMIT-18); ask AWS for a higher quota`},
		{"name of 257", "CF-CONF-14 CF-LIMIT-19", headers(distribution.Header{Name: strings.Repeat("n", 257)}),
			`Origins.Items[0].CustomHeaders.Items[0].HeaderName: has 257 characters: got "` + strings.Repeat("n", 80) + `…", allowed: at most 256 characters (CF-LIMIT-19)`},
		{"value of 1784", "CF-CONF-14 CF-LIMIT-20", headers(distribution.Header{Name: "X-A", Value: strings.Repeat("v", 1784)}),
			`Origins.Items[0].CustomHeaders.Items[0].HeaderValue: has 1784 characters: got "` + strings.Repeat("v", 80) + `…", allowed: at most 1783 characters (CF-LIMIT-20)`},
		{"10734 characters in all", "CF-CONF-14 CF-LIMIT-21", headers(long...),
			`Origins.Items[0].CustomHeaders: names and values together are too long: got "10734", allowed: at most 10240 characters (CF-LIMIT-21)`},
		{"not a name", "CF-CONF-14", headers(distribution.Header{Name: "X A", Value: "x"}),
			`Origins.Items[0].CustomHeaders.Items[0].HeaderName: is not a header name: got "X A" (CF-CONF-14)`},
		{"line feed", "CF-CONF-14", headers(distribution.Header{Name: "X-A", Value: "x\r\nX-B: y"}),
			`Origins.Items[0].CustomHeaders.Items[0].HeaderValue: holds a control character: got "x\r\nX-B: y" (CF-CONF-14)`},
	})
}

func TestValidateDistribution(t *testing.T) {
	t.Parallel()
	group := func(edit func(g *distribution.OriginGroup)) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) { edit(&d.OriginGroups[0]) }
	}
	errorResponse := func(e distribution.CustomErrorResponse) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) { d.CustomErrors = []distribution.CustomErrorResponse{e} }
	}
	const codes = "400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504"
	run(t, []mistake{
		{"101 origins", "CF-LIMIT-06", func(d *distribution.Distribution) {
			for i := range 99 {
				o := d.Origins[0]
				o.ID = fmt.Sprint(i)
				d.Origins = append(d.Origins, o)
			}
		}, `Origins.Quantity: is over the default quota: got "101", allowed: at most 100 (CF-LIMIT-06); ask AWS for a higher quota`},
		{"11 groups", "CF-LIMIT-07", func(d *distribution.Distribution) {
			for i := range 10 {
				g := d.OriginGroups[0]
				g.ID = fmt.Sprint(i)
				d.OriginGroups = append(d.OriginGroups, g)
			}
		}, `OriginGroups.Quantity: is over the default quota: got "11", allowed: at most 10 (CF-LIMIT-07); ask AWS for a higher quota`},
		{"76 behaviors", "CF-LIMIT-08", func(d *distribution.Distribution) {
			for range 75 {
				d.Behaviors = append(d.Behaviors, d.Behaviors[0])
			}
		}, `CacheBehaviors.Quantity: is over the default quota: got "76", allowed: at most 75 (CF-LIMIT-08); ask AWS for a higher quota`},
		{"101 aliases", "CF-LIMIT-09", func(d *distribution.Distribution) {
			for i := range 101 {
				d.Aliases = append(d.Aliases, fmt.Sprintf("a%d.example.com", i))
			}
		}, `Aliases.Quantity: is over the default quota: got "101", allowed: at most 100 (CF-LIMIT-09); ask AWS for a higher quota`},
		{"alias with a scheme", "", func(d *distribution.Distribution) { d.Aliases = []string{"https://www.example.com"} },
			`Aliases.Items[0]: holds a scheme: got "https://www.example.com", allowed: a DNS name, with "*." at most in front (CF-CONF-114); write "www.example.com"`},
		{"wildcard inside", "", func(d *distribution.Distribution) { d.Aliases = []string{"www.*.example.com"} },
			`Aliases.Items[0]: is not a DNS name: got "www.*.example.com", allowed: a DNS name, with "*." at most in front (CF-CONF-114)`},
		{"alias twice", "", func(d *distribution.Distribution) { d.Aliases = []string{"*.example.com", "*.EXAMPLE.com"} },
			`Aliases.Items[1]: is listed twice: got "*.EXAMPLE.com"; remove one of the two`},
		{"no origins", "", func(d *distribution.Distribution) {
			d.Origins, d.OriginGroups, d.Behaviors = nil, nil, nil
			d.DefaultBehavior.TargetOriginID = "app"
		}, "Origins: is empty, allowed: at least 1 origin\n" +
			`DefaultCacheBehavior.TargetOriginId: names no origin or origin group of this distribution: got "app" (CF-CONF-11)`},
		{"group of one", "CF-FAILOVER-01 CF-CONF-25 CF-CONF-104", group(func(g *distribution.OriginGroup) { g.Members = g.Members[:1] }),
			`OriginGroups.Items[0].Members.Quantity: an origin group has a primary and a secondary: got "1", allowed: 2 (CF-FAILOVER-01)`},
		{"unknown member", "CF-CONF-25", group(func(g *distribution.OriginGroup) { g.Members[1] = "nobody" }),
			`OriginGroups.Items[0].Members.Items[1].OriginId: names no origin of this distribution: got "nobody", allowed: app, assets (CF-CONF-25)`},
		{"same member twice", "CF-CONF-25", group(func(g *distribution.OriginGroup) { g.Members[1] = "app" }),
			`OriginGroups.Items[0].Members.Items[1].OriginId: is the primary again: got "app" (CF-CONF-25); name a second origin`},
		{"failover on 401", "CF-FAILOVER-02 CF-CONF-25", group(func(g *distribution.OriginGroup) { g.StatusCodes = []int{500, 401} }),
			`OriginGroups.Items[0].FailoverCriteria.StatusCodes.Items[1]: is not a failover status: got "401", allowed: 400, 403, 404, 416, 429, 500, 502, 503, 504 (CF-FAILOVER-02)`},
		{"failover on every listed status", "CF-FAILOVER-02", group(func(g *distribution.OriginGroup) {
			g.StatusCodes = []int{400, 403, 404, 416, 429, 500, 502, 503, 504}
		}), ""},
		{"failover on nothing", "CF-FAILOVER-02", group(func(g *distribution.OriginGroup) { g.StatusCodes = nil }),
			`OriginGroups.Items[0].FailoverCriteria.StatusCodes: lists no status, allowed: 400, 403, 404, 416, 429, 500, 502, 503, 504 (CF-FAILOVER-02)`},
		{"custom error for 401", "CF-CONF-23 CF-CONF-107", errorResponse(distribution.CustomErrorResponse{ErrorCode: 401}),
			`CustomErrorResponses.Items[0].ErrorCode: has no custom error responses: got "401", allowed: ` + codes + ` (CF-CONF-23)`},
		{"custom error answered with 302", "CF-CONF-24 CF-CONF-108", errorResponse(distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/404.html", ResponseCode: 302}),
			`CustomErrorResponses.Items[0].ResponseCode: is not a status the viewer may get: got "302", allowed: 200, ` + codes + ` (CF-CONF-24)`},
		{"response code without a page", "CF-CONF-24", errorResponse(distribution.CustomErrorResponse{ErrorCode: 404, ResponseCode: 200}),
			`CustomErrorResponses.Items[0].ResponsePagePath: is required beside ResponseCode (CF-CONF-105)`},
		{"custom error answered with 200", "CF-CONF-24", errorResponse(distribution.CustomErrorResponse{ErrorCode: 416, ResponsePagePath: "/", ResponseCode: 200}), ""},
		{"page without a slash", "", errorResponse(distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "404.html", ResponseCode: 404}),
			`CustomErrorResponses.Items[0].ResponsePagePath: does not start with a slash: got "404.html" (CF-CONF-106); write "/404.html"`},
		{"http version", "", func(d *distribution.Distribution) { d.HTTPVersion = "http1.0" },
			`HttpVersion: is not one of the known values: got "http1.0", allowed: http1.1, http2, http3, http2and3 (CF-CONF-127)`},
	})
}

// TestQuotasAreMarked distinguishes what AWS raises on request from what it never accepts.
func TestQuotasAreMarked(t *testing.T) {
	t.Parallel()
	d := valid(t)
	d.Origins[0].ConnectionAttempts = 9
	for i := range 101 {
		d.Aliases = append(d.Aliases, fmt.Sprintf("a%d.example.com", i))
	}
	got := d.Validate()
	if len(got) != 2 || !got[0].Quota || got[1].Quota {
		t.Errorf("got %+v, want the aliases marked as a quota and the attempts not", got)
	}
}

func TestInvalidErrorHasOneLineAProblem(t *testing.T) {
	t.Parallel()
	err := error(&distribution.InvalidError{Problems: []distribution.Problem{
		{Path: "HttpVersion", Message: "is required"},
		{Path: "Origins.Items[0].ConnectionTimeout", Value: "11", Allowed: "1-10 seconds", Rule: "CF-CONF-07", Message: "is out of range", Fix: "set 10"},
	}})
	want := "HttpVersion: is required\n" +
		`Origins.Items[0].ConnectionTimeout: is out of range: got "11", allowed: 1-10 seconds (CF-CONF-07); set 10`
	if got := err.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
