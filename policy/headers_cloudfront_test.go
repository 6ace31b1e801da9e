package policy_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// adds is a behavior whose origin request policy lists these fields.
func adds(names ...string) *distribution.CacheBehavior {
	return &distribution.CacheBehavior{
		CachePolicy: cachePolicy(none, none, none), OriginRequestPolicy: originRequestPolicy(selection("whitelist", names...), none, none),
	}
}

// TestEdgeHeaders proves CF-HDR-06 to CF-HDR-11 and CF-HDR-13 to CF-HDR-16:
// the fields that the edge adds where they are selected.
func TestEdgeHeaders(t *testing.T) {
	t.Parallel()
	viewer := policy.RequestFacts{
		Host: "www.example.com", Proto: "HTTP/2.0", Scheme: "https", RemoteAddr: "198.51.100.10:46532",
		TLS:      &policy.ViewerTLS{Version: policy.VersionTLS13, CipherSuite: 0x1301},
		Header:   http.Header{"Accept": {"*/*"}, "X-A": {"1", "2"}},
		ErrorURI: "/missing?x=1&y",
	}
	for _, row := range []struct {
		rule, name string
		edit       func(f *policy.RequestFacts)
		want       string // "" = the field is absent
	}{
		{"CF-HDR-06", "CloudFront-Viewer-Address", nil, "198.51.100.10:46532"},
		{"CF-HDR-06 IPv6", "CloudFront-Viewer-Address", func(f *policy.RequestFacts) { f.RemoteAddr = "[2001:db8::1]:46532" }, "2001:db8::1:46532"},
		{"CF-HDR-07 placeholder", "CloudFront-Viewer-ASN", nil, "64496"},
		{"CF-HDR-08 placeholder", "CloudFront-Viewer-Country", nil, "ZZ"},
		{"CF-HDR-08", "CloudFront-Viewer-Country", func(f *policy.RequestFacts) { f.Geography = map[string]string{"CloudFront-Viewer-Country": "DE"} }, "DE"},
		{"CF-HDR-09 percent-encoded", "CloudFront-Viewer-City", func(f *policy.RequestFacts) { f.Geography = map[string]string{"CloudFront-Viewer-City": "Köln"} }, "K%C3%B6ln"},
		{"CF-HDR-09 outside the United States", "CloudFront-Viewer-Metro-Code", nil, ""},
		{"CF-HDR-09 inside", "CloudFront-Viewer-Metro-Code", func(f *policy.RequestFacts) { f.Geography = map[string]string{"CloudFront-Viewer-Metro-Code": "819"} }, "819"},
		{"CF-HDR-09 place", "CloudFront-Viewer-Time-Zone", nil, "Etc/UTC"},
		{"CF-HDR-10 order known", "CloudFront-Viewer-Header-Order", func(f *policy.RequestFacts) { f.Fields = named("host", "x-a", "accept", "x-a") }, "host:x-a:accept:x-a"},
		{"CF-HDR-10 order unknown", "CloudFront-Viewer-Header-Order", nil, "Host:Accept:X-A:X-A"},
		{"CF-HDR-10 cut off", "CloudFront-Viewer-Header-Order", func(f *policy.RequestFacts) { f.Fields = named(strings.Repeat("a", 7679), "bc") }, strings.Repeat("a", 7679) + ":"},
		{"CF-HDR-11", "CloudFront-Viewer-Header-Count", nil, "4"},
		{"CF-HDR-11 order known", "CloudFront-Viewer-Header-Count", func(f *policy.RequestFacts) { f.Fields = named("host", "accept") }, "2"},
		{"CF-HDR-13", "CloudFront-Viewer-TLS", nil, "TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake"},
		{"CF-HDR-13 resumed", "CloudFront-Viewer-TLS", func(f *policy.RequestFacts) {
			f.TLS = &policy.ViewerTLS{Version: 0x0303, CipherSuite: 0xC02F, Resumed: true}
		}, "TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:sessionResumed"},
		{"CF-HDR-13 on HTTP", "CloudFront-Viewer-TLS", func(f *policy.RequestFacts) { f.TLS = nil }, ""},
		{"CF-HDR-14", "CloudFront-Forwarded-Proto", nil, "https"},
		{"CF-HDR-14 http", "CloudFront-Forwarded-Proto", func(f *policy.RequestFacts) { f.Scheme = "http" }, "http"},
		{"CF-HDR-15", "CloudFront-Viewer-Http-Version", nil, "2.0"},
		{"CF-HDR-16", "CloudFront-Error-Uri", nil, "/missing"},
		{"CF-HDR-16", "CloudFront-Error-Args", nil, "x=1&y"},
		{"CF-HDR-16 any other request", "CloudFront-Error-Uri", func(f *policy.RequestFacts) { f.ErrorURI = "" }, ""},
	} {
		f := viewer
		if row.edit != nil {
			row.edit(&f)
		}
		if got := strings.Join(sent(adds(strings.ToLower(row.name)), f, row.name), "|"); got != row.want {
			t.Errorf("%s %s: got %q, want %q", row.rule, row.name, got, row.want)
		}
		if got := sent(allViewer(), f, row.name); got != nil {
			t.Errorf("CF-REQ-61: %s arrives as %q though nothing selects it", row.name, got)
		}
		listed := legacy(row.name)
		if got := strings.Join(sent(listed, f, row.name), "|"); got != row.want {
			t.Errorf("%s %s, legacy: got %q, want %q", row.rule, row.name, got, row.want)
		}
	}
	both := adds("CloudFront-Viewer-Country")
	both.CachePolicy.Headers = selection("whitelist", "cloudfront-viewer-country")
	if got := sent(both, viewer, "CloudFront-Viewer-Country"); len(got) != 1 {
		t.Errorf("listed in both policies it arrives as %q", got)
	}
}

// TestDevices proves CF-HDR-05: six booleans, several of which may be true.
func TestDevices(t *testing.T) {
	t.Parallel()
	classes := []string{"Android", "Desktop", "IOS", "Mobile", "SmartTV", "Tablet"}
	names := make([]string, len(classes))
	for i, c := range classes {
		names[i] = "CloudFront-Is-" + c + "-Viewer"
	}
	for userAgent, want := range map[string][]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":              {"Desktop"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15":        {"Desktop"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0":                                                       {"Desktop"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari/604.1":   {"IOS", "Mobile"},
		"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari/604.1":            {"IOS", "Mobile", "Tablet"},
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":        {"Android", "Mobile"},
		"Mozilla/5.0 (Linux; Android 13; SM-X900) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":               {"Android", "Mobile", "Tablet"},
		"Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/7.0 TV Safari/537.36":                 {"SmartTV"},
		"Mozilla/5.0 (Linux; Android 9; AFTKA) AppleWebKit/537.36 (KHTML, like Gecko) Silk/112.4.1 like Chrome/112.0.5615.213 Safari/": {"Android", "SmartTV"},
		"curl/8.5.0": {"Desktop"},
	} {
		var got []string
		f := policy.RequestFacts{Header: http.Header{"User-Agent": {userAgent}}}
		for i, name := range names {
			switch value := sent(adds(names...), f, name); {
			case slices.Equal(value, []string{"true"}):
				got = append(got, classes[i])
			case !slices.Equal(value, []string{"false"}):
				t.Errorf("%s is %q", name, value)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", userAgent, got, want)
		}
	}
	if got := sent(adds(names...), policy.RequestFacts{}, names[1]); !slices.Equal(got, []string{"true"}) {
		t.Errorf("without a User-Agent, %s is %q", names[1], got)
	}
}

// TestEdgeHeaderTable compares the table with the catalog and the managed policies: every
// field that one of them adds has a row.
func TestEdgeHeaderTable(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, row := range policy.EdgeHeaders() {
		if _, ok := policy.RuleByID(row.Rule); !ok || known[row.Name] {
			t.Errorf("%s: the rule %s does not exist, or the row is there twice", row.Name, row.Rule)
		}
		known[row.Name] = true
		if row.Geography != slices.Contains(distribution.GeographyHeaders(), row.Name) {
			t.Errorf("%s: Geography = %t, and the list of what can be configured says otherwise", row.Name, row.Geography)
		}
	}
	for _, name := range []string{"AllViewerAndCloudFrontHeaders-2022-06"} {
		p, _ := distribution.ManagedOriginRequestPolicy(name)
		added := p.CloudFrontHeaders
		if p.Headers.Behavior == distribution.SelectAllViewerAndCloudFront {
			added = p.Headers.Items
		}
		if len(added) != 21 {
			t.Errorf("%s adds %d fields, want 21", name, len(added))
		}
		for _, field := range added {
			if !known[field] {
				t.Errorf("%s adds %s, which has no row", name, field)
			}
		}
	}
}

// named are fields of which only the names matter.
func named(names ...string) []policy.Field {
	var fields []policy.Field
	for _, name := range names {
		fields = append(fields, policy.Field{Name: name})
	}
	return fields
}
