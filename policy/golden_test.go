package policy_test

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// goldenViewer is what a browser might send: something of everything that the
// policies decide about.
func goldenViewer(method string) policy.RequestFacts {
	f := policy.RequestFacts{
		Method: method, Host: "www.example.com", URI: "/shop/cart?m=1&start=5&utm=x;y", Proto: "HTTP/2.0", Scheme: "https",
		TLS:        &policy.ViewerTLS{Version: policy.VersionTLS13, CipherSuite: 0x1301},
		RemoteAddr: "198.51.100.10:46532", ID: "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMw==",
		EdgeHost: "0123456789abcdef0123456789abcdef.cloudfront.net",
		Header: http.Header{
			"Accept": {"text/html"}, "Accept-Encoding": {"gzip, deflate, br, zstd"}, "Accept-Language": {"de-DE"},
			"Access-Control-Request-Headers": {"x-token"}, "Access-Control-Request-Method": {"PUT"}, "Authorization": {"Bearer token"},
			"Cache-Control": {"no-cache"}, "Connection": {"keep-alive"}, "Cookie": {"theme=dark; $Version=1; basket=7"},
			"If-None-Match": {`"v1"`}, "Origin": {"https://app.example.com"}, "Pragma": {"server-timing"}, "Proxy-Authorization": {"Basic eDp5"},
			"Range": {"bytes=0-99"}, "Referer": {"https://www.example.com/"}, "Te": {"trailers"}, "X-Edge-Key": {"forged"},
			"User-Agent": {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"},
			"X-Custom":   {"1", "2"}, "X-Forwarded-For": {"203.0.113.9"}, "X-Http-Method": {"PATCH"},
		},
		Origin: &distribution.Origin{DomainName: "origin.example.com", Path: "/v1", CustomHeaders: []distribution.Header{{Name: "X-Origin-Key", Value: "secret"}}},
	}
	if method == "POST" {
		f.Header.Set("Content-Type", "application/json")
		f.Header.Set("Content-Length", "2")
		delete(f.Header, "Range")
	}
	return f
}

// orderedViewer is the viewer over HTTP/1.1, where order and letter case of the
// fields are known; some come more than once.
func orderedViewer() policy.RequestFacts {
	f := goldenViewer("GET")
	f.Proto, f.Header = "HTTP/1.1", http.Header{}
	for line := range strings.Lines(`x-CUSTOM: 1
Host: www.example.com
user-agent: Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36
accept: text/html
cookie: theme=dark
Accept-Encoding: gzip
ORIGIN: https://app.example.com
connection: keep-alive
Range: bytes=0-99
X-Forwarded-For: 203.0.113.9
x-edge-key: forged
authorization: Bearer token
X-Custom: 2
accept-encoding: br
Cookie: $Version=1; basket=7
`) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		f.Fields = append(f.Fields, policy.Field{Name: name, Value: value})
		if name != "Host" {
			f.Header.Add(name, value)
		}
	}
	return f
}

// onTheWire writes the request as package originconn does.
func onTheWire(r policy.OriginRequest) []byte {
	var b bytes.Buffer
	b.WriteString(r.Method + " " + r.URI + " HTTP/1.1\r\n")
	for _, f := range r.Header {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	if r.Method == "POST" {
		b.WriteString("Content-Length: " + strconv.Itoa(2) + "\r\n")
	}
	b.WriteString("\r\n")
	if r.Method == "POST" {
		b.WriteString("{}")
	}
	return b.Bytes()
}

// TestGoldenRequests compares whole origin requests as bytes: for every managed cache
// policy alone, for every managed origin request policy with CachingDisabled, and for the
// legacy mode. Rewrite them with -update.
func TestGoldenRequests(t *testing.T) {
	behaviors := map[string]*distribution.CacheBehavior{
		"legacy-nothing": legacy(), "legacy-all": legacy("*"),
		"legacy-listed": legacy("Authorization", "CloudFront-Viewer-Country", "Host", "Origin"),
	}
	behaviors["legacy-all"].ForwardedValues.Cookies = selection("all")
	behaviors["legacy-all"].ForwardedValues.QueryString = true
	behaviors["legacy-listed"].ForwardedValues.Cookies = selection("whitelist", "bask*")
	for _, name := range []string{
		"Amplify", "CachingDisabled", "CachingOptimized", "CachingOptimizedForUncompressedObjects", "Elemental-MediaPackage",
		"UseOriginCacheControlHeaders", "UseOriginCacheControlHeaders-QueryStrings",
	} {
		p, ok := distribution.ManagedCachePolicy(name)
		if !ok {
			t.Fatalf("no managed cache policy %q", name)
		}
		behaviors["cache-"+name] = &distribution.CacheBehavior{CachePolicy: p}
	}
	for _, name := range []string{
		"AllViewer", "AllViewerAndCloudFrontHeaders-2022-06", "AllViewerExceptHostHeader", "CORS-CustomOrigin", "CORS-S3Origin",
		"Elemental-MediaTailor-PersonalizedManifests", "HostHeaderOnly", "UserAgentRefererHeaders",
	} {
		p, ok := distribution.ManagedOriginRequestPolicy(name)
		if !ok {
			t.Fatalf("no managed origin request policy %q", name)
		}
		disabled, _ := distribution.ManagedCachePolicy("CachingDisabled")
		behaviors["request-"+name] = &distribution.CacheBehavior{CachePolicy: disabled, OriginRequestPolicy: p}
	}
	expected := map[string]bool{}
	for name, b := range behaviors {
		var got []byte
		for _, f := range []policy.RequestFacts{goldenViewer("GET"), goldenViewer("POST"), orderedViewer()} {
			f.Behavior = b
			got = append(got, onTheWire(policy.BuildRequest(f))...)
			got = append(got, "\n====\n"...)
		}
		file := filepath.Join("testdata", "requests", name+".golden")
		expected[file] = true
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s differs; got\n%s", file, strings.ReplaceAll(string(got), "\r", "\\r"))
		}
	}
	files, _ := filepath.Glob("testdata/requests/*.golden")
	for _, file := range files {
		if !expected[file] {
			t.Errorf("%s belongs to no policy", file)
		}
	}
}
