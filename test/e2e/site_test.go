package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// The managed policies that the tests use, by the ids of the documentation.
const (
	cachingDisabled           = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewer                 = "216adef6-5c7f-47e4-b989-5492eafa07d3"
	allViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
)

// origin is one origin of a site, reached by the path /NAME.
type origin struct {
	name string
	// domain is its domain name, address where it really is.
	domain, address string
	// forwardHost forwards the viewer's Host to it.
	forwardHost bool
	// policy is its OriginProtocolPolicy; default https-only.
	policy string
	// protocols are its OriginSslProtocols; default TLSv1.2.
	protocols []string
}

// site is a distribution with many origins, as the API's JSON has it.
type site struct{ origins []origin }

func (s *site) add(o origin) { s.origins = append(s.origins, o) }

// serve writes the configuration and starts one edge in front of all origins.
func (s *site) serve(t testing.TB, args ...string) *edgesim {
	t.Helper()
	file := filepath.Join(t.TempDir(), "distribution.json")
	data, err := json.MarshalIndent(s.config(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	all := []string{file, "--at", peers.Noon, "--origin-ca", certificates(t).Root()}
	for _, o := range s.origins {
		all = append(all, "--connect", o.domain+"="+o.address)
	}
	return serve(t, append(all, args...)...)
}

// object and list are JSON.
type object map[string]any

func list[T any](items ...T) object { return object{"Quantity": len(items), "Items": items} }

// config is the DistributionConfig.
func (s *site) config() object {
	origins, behaviors := []object{}, []object{}
	// The first match wins (CF-PATH-02): of /a and /a-b, the longer goes first.
	sorted := slices.SortedStableFunc(slices.Values(s.origins), func(a, b origin) int { return len(b.name) - len(a.name) })
	for _, o := range sorted {
		origins = append(origins, o.config())
		behaviors = append(behaviors, o.behavior("/"+o.name+"*"))
	}
	first := sorted[0].behavior("")
	return object{
		"CallerReference": "e2e", "Comment": "origins that are not ours", "Enabled": true,
		"Origins": list(origins...), "DefaultCacheBehavior": first, "CacheBehaviors": list(behaviors...),
	}
}

func (o origin) config() object {
	policy, protocols := o.policy, o.protocols
	if policy == "" {
		policy = "https-only"
	}
	if protocols == nil {
		protocols = []string{"TLSv1.2"}
	}
	return object{
		"Id": o.name, "DomainName": o.domain, "ConnectionAttempts": 1,
		"CustomOriginConfig": object{
			"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": policy, "OriginSslProtocols": list(protocols...),
		},
	}
}

func (o origin) behavior(pattern string) object {
	b := object{
		"TargetOriginId": o.name, "ViewerProtocolPolicy": "allow-all", "Compress": false,
		"AllowedMethods": list("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"),
		"CachePolicyId":  cachingDisabled, "OriginRequestPolicyId": allViewerExceptHostHeader,
	}
	if pattern != "" {
		b["PathPattern"] = pattern
	}
	if o.forwardHost {
		b["OriginRequestPolicyId"] = allViewer
	}
	return b
}

// pages is a directory with a whole HTTP response for each name, for s_server.
func pages(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		body := greeting(name)
		response := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(response), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// greeting is the body that shows that the origin of this name was reached.
func greeting(name string) string { return "hello from " + name + "\n" }

// verdict is what a viewer must get of an origin: "" for the cause means its
// page, else CloudFront's own for a failure of TLS.
type verdict struct{ rule, cause string }

const (
	// sentenceTLS is the one of the page for every failure of TLS.
	sentenceTLS = "CloudFront wasn't able to connect to the origin."
	cacheMiss   = "Miss from cloudfront"
	cacheError  = "Error from cloudfront"
)

// check compares what a viewer got with the verdict: status, X-Cache,
// X-Edgesim-Cause, the page and its sentence (CF-ERR-01, CF-ERR-34, CF-ERR-35,
// CF-RESP-11 to CF-RESP-14).
func (v verdict) check(t testing.TB, a *answer, body string) {
	t.Helper()
	wantStatus, wantCache, wantCause := 200, cacheMiss, ""
	if v.cause != "" {
		wantStatus, wantCache, wantCause = 502, cacheError, v.rule+" "+v.cause
	}
	if a.Status != wantStatus || a.cause() != wantCause {
		t.Fatalf("got %v, want %d %q", a, wantStatus, wantCause)
	}
	if got := a.Header.Get("X-Cache"); got != wantCache {
		t.Errorf("X-Cache: got %q, want %q", got, wantCache)
	}
	if via := a.Header.Get("Via"); !strings.HasPrefix(via, "1.1 ") || !strings.HasSuffix(via, ".cloudfront.net (CloudFront)") {
		t.Errorf("Via: got %q", via)
	}
	id := a.Header.Get("X-Amz-Cf-Id")
	if a.Header.Get("X-Amz-Cf-Pop") == "" || len(id) != 56 {
		t.Errorf("X-Amz-Cf-Pop %q, X-Amz-Cf-Id %q", a.Header.Get("X-Amz-Cf-Pop"), id)
	}
	if v.cause == "" {
		if body != "" && a.Body != body {
			t.Errorf("body: got %q, want %q", a.Body, body)
		}
		return
	}
	if a.Header.Get("Server") != "CloudFront" || a.Header.Get("X-Edgesim-Detail") == "" {
		t.Errorf("Server %q, X-Edgesim-Detail %q", a.Header.Get("Server"), a.Header.Get("X-Edgesim-Detail"))
	}
	for _, part := range []string{"<H1>502 ERROR</H1>", "\n" + sentenceTLS + "\n", "Request ID: " + id + "\n"} {
		if !strings.Contains(a.Body, part) {
			t.Errorf("the page lacks %q:\n%s", part, a.Body)
		}
	}
}
