package distribution_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

// TestValidateLegacyNames: how many cookies and query strings a legacy behavior
// lists, and how long their names are.
func TestValidateLegacyNames(t *testing.T) {
	t.Parallel()
	const at = "DefaultCacheBehavior.ForwardedValues"
	values := func(cookies, keys []string) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) {
			b := &d.DefaultBehavior
			b.CachePolicy, b.OriginRequestPolicy = nil, nil
			b.ForwardedValues = &distribution.ForwardedValues{
				QueryString: true, QueryStringCacheKeys: keys, DefaultTTL: 1, MaxTTL: 1,
				Cookies: distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: cookies},
			}
		}
	}
	names := func(n, length int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("%0*d", length, i)
		}
		return out
	}
	one := []string{"a"}
	run(t, []mistake{
		{"ten cookies", "CF-COOKIE-10", values(names(10, 2), nil), ""},
		{"eleven cookies", "CF-COOKIE-10", values(names(11, 2), nil),
			at + `.Cookies.WhitelistedNames.Quantity: is over the default quota: got "11", allowed: at most 10 (CF-COOKIE-10); ask AWS for a higher quota`},
		{"508 bytes in four cookies", "CF-COOKIE-10", values(names(4, 127), nil), ""},
		{"512 bytes in four cookies", "CF-COOKIE-10", values(names(4, 128), nil),
			at + `.Cookies.WhitelistedNames: the names together are too long: got "512", allowed: at most 508 bytes (512 less one for each cookie) (CF-COOKIE-10)`},
		{"eleven keys", "CF-LIMIT-22", values(one, names(11, 2)),
			at + `.QueryStringCacheKeys.Quantity: is over the default quota: got "11", allowed: at most 10 (CF-LIMIT-22); ask AWS for a higher quota`},
		{"a key of 129", "CF-LIMIT-22", values(one, []string{strings.Repeat("k", 129)}),
			at + `.QueryStringCacheKeys.Items[0]: has 129 characters: got "` + strings.Repeat("k", 80) + `…", allowed: at most 128 characters (CF-LIMIT-22)`},
		{"513 in all", "CF-LIMIT-22", values(one, append(names(4, 128), "k")),
			at + `.QueryStringCacheKeys: the names together are too long: got "513", allowed: at most 512 characters (CF-LIMIT-22)`},
	})
}

// TestValidatePolicyNames: how many names a custom policy lists (CF-LIMIT-17).
func TestValidatePolicyNames(t *testing.T) {
	t.Parallel()
	const at = "DefaultCacheBehavior"
	names := func(n, length int) distribution.ValueSelection {
		out := distribution.ValueSelection{Behavior: distribution.SelectWhitelist}
		for i := range n {
			out.Items = append(out.Items, fmt.Sprintf("x%0*d", length-1, i))
		}
		return out
	}
	none := distribution.ValueSelection{Behavior: distribution.SelectNone}
	cache := func(headers, cookies, queries distribution.ValueSelection) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) {
			d.DefaultBehavior.CachePolicy = &distribution.CachePolicy{ID: "custom", DefaultTTL: 1, MaxTTL: 1, Headers: headers, Cookies: cookies, QueryStrings: queries}
		}
	}
	run(t, []mistake{
		{"ten of each", "CF-LIMIT-17", cache(names(10, 9), names(10, 9), names(10, 9)), ""},
		{"eleven headers", "CF-LIMIT-17", cache(names(11, 9), none, none),
			at + `.CachePolicy.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers.Quantity: is over the default quota: got "11", allowed: at most 10 (CF-LIMIT-17); ask AWS for a higher quota`},
		{"1,025 characters", "CF-LIMIT-17", cache(none, none, names(5, 205)),
			at + `.CachePolicy.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStrings: the names together are too long: got "1025", allowed: at most 1024 characters (CF-LIMIT-17)`},
		{"an origin request policy", "CF-LIMIT-17", func(d *distribution.Distribution) {
			d.DefaultBehavior.OriginRequestPolicy = &distribution.OriginRequestPolicy{ID: "custom", Headers: none, Cookies: names(11, 2), QueryStrings: none}
		}, at + `.OriginRequestPolicy.CookiesConfig.Cookies.Quantity: is over the default quota: got "11", allowed: at most 10 (CF-LIMIT-17); ask AWS for a higher quota`},
		{"a managed one may have more", "CF-LIMIT-17", func(d *distribution.Distribution) {
			d.DefaultBehavior.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewerAndCloudFrontHeaders-2022-06")
		}, ""},
	})
}

// TestValidateResponseHeadersPolicy proves CF-RESP-30, and that nothing a policy
// sets can end a field.
func TestValidateResponseHeadersPolicy(t *testing.T) {
	t.Parallel()
	const at = "DefaultCacheBehavior.ResponseHeadersPolicy"
	with := func(p distribution.ResponseHeadersPolicy) func(d *distribution.Distribution) {
		return func(d *distribution.Distribution) { d.DefaultBehavior.ResponseHeadersPolicy = &p }
	}
	sets := func(h ...distribution.ResponseHeader) func(d *distribution.Distribution) {
		return with(distribution.ResponseHeadersPolicy{Headers: h})
	}
	header := func(name, value string) distribution.ResponseHeader {
		return distribution.ResponseHeader{Header: distribution.Header{Name: name, Value: value}}
	}
	var rows []mistake
	for _, name := range []string{
		"Connection", "Content-Encoding", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Proxy-Connection", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "Warning", "X-Accel-Buffering", "X-Accel-Charset",
		"X-Accel-Limit-Rate", "X-Accel-Redirect", "X-Amz-Cf-Pop", "X-Amzn-Auth", "X-Amzn-Cf-Billing", "X-Amzn-Cf-Id", "X-Amzn-Cf-Xff",
		"X-Amzn-ErrorType", "X-Amzn-Fle-Profile", "X-Amzn-Header-Count", "X-Amzn-Header-Order", "X-Amzn-Lambda-Integration-Tag",
		"X-Amzn-RequestId", "X-Cache", "X-Edge-Anything", "X-Forwarded-Proto", "x-real-ip",
	} {
		rows = append(rows, mistake{"remove " + name, "CF-RESP-30", with(distribution.ResponseHeadersPolicy{Remove: []string{name}}),
			fmt.Sprintf(at+`.RemoveHeadersConfig.Items[0].Header: is a header that a policy cannot remove: got %q (CF-RESP-30); remove it from the list`, name)})
	}
	many := make([]distribution.ResponseHeader, 11)
	for i := range many {
		many[i] = header(fmt.Sprintf("X-%d", i), "")
	}
	run(t, append(rows, []mistake{
		{"remove Server, Date and Vary", "CF-RESP-30", with(distribution.ResponseHeadersPolicy{Remove: []string{"Server", "Date", "Vary", "X-Powered-By"}}), ""},
		{"remove what is not a name", "", with(distribution.ResponseHeadersPolicy{Remove: []string{"a b"}}),
			at + `.RemoveHeadersConfig.Items[0].Header: is not a header name: got "a b"`},
		{"security headers do not count", "CF-LIMIT-23", sets(append(many[:10:10], header("X-Frame-Options", "DENY"))...), ""},
		{"eleven custom headers", "CF-LIMIT-23 CF-CONF-163", sets(many...),
			at + `.CustomHeadersConfig.Quantity: is over the default quota: got "11", allowed: at most 10 (CF-LIMIT-23); ask AWS for a higher quota`},
		{"a second field in a value", "", sets(header("X-A", "1\r\nX-B: 2")),
			at + `.CustomHeadersConfig.Items[0].Value: holds a control character: got "1\r\nX-B: 2"`},
		{"a second field in a name", "", sets(header("X-A: 1\r\nX-B", "2")),
			at + `.CustomHeadersConfig.Items[0].Header: is not a header name: got "X-A: 1\r\nX-B"`},
		{"what frames the message", "", sets(header("content-length", "0")),
			at + `.CustomHeadersConfig.Items[0].Header: is a header that only the edge writes: got "content-length" (CF-CONF-149); choose another name`},
		{"an origin with a comma", "", with(distribution.ResponseHeadersPolicy{CORS: &distribution.CORSConfig{AllowOrigins: []string{"*"}, AllowMethods: []string{"GET"}, AllowHeaders: []string{"a, b"}}}),
			at + `.CorsConfig.AccessControlAllowHeaders.Items[0]: is not a single value: got "a, b"`},
		{"sampling rate", "CF-CONF-29", with(distribution.ResponseHeadersPolicy{ServerTimingRate: 100.5}),
			at + `.ServerTimingHeadersConfig.SamplingRate: is out of range: got "100.5", allowed: 0-100 (CF-CONF-29)`},
	}...))
}
