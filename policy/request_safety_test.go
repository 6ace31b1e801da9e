package policy_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestPolicyModeHeaders proves that only what is selected is forwarded: CF-REQ-02,
// CF-REQ-10, CF-REQ-11, CF-REQ-24, CF-REQ-61 and CF-HDR-04.
func TestPolicyModeHeaders(t *testing.T) {
	t.Parallel()
	cache := func(names ...string) *distribution.CacheBehavior {
		return &distribution.CacheBehavior{CachePolicy: cachePolicy(selection("whitelist", names...), none, none)}
	}
	request := func(names ...string) *distribution.CacheBehavior {
		return &distribution.CacheBehavior{
			CachePolicy: cachePolicy(none, none, none), OriginRequestPolicy: originRequestPolicy(selection("whitelist", names...), none, none),
		}
	}
	custom := &distribution.Origin{DomainName: "o", CustomHeaders: []distribution.Header{{Name: "X-Key", Value: "edge"}}}
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		facts    policy.RequestFacts
		field    string
		want     []string
		decided  policy.HeaderDecision
	}{
		{"CF-REQ-02 not selected", cache("Other"), policy.RequestFacts{Header: http.Header{"X-A": {"1"}}}, "X-A", nil,
			policy.HeaderDecision{Rule: "CF-REQ-02", Treatment: policy.HeaderForwarded}},
		{"CF-REQ-10 in the key", cache("x-a"), policy.RequestFacts{Header: http.Header{"X-A": {"1"}}}, "X-A", []string{"1"},
			policy.HeaderDecision{Sent: true, Rule: "CF-REQ-10", By: "cache policy", Treatment: policy.HeaderForwarded}},
		{"CF-REQ-11 no wildcard", cache("X-*"), policy.RequestFacts{Header: http.Header{"X-A": {"1"}}}, "X-A", nil,
			policy.HeaderDecision{Rule: "CF-REQ-02", Treatment: policy.HeaderForwarded}},
		{"CF-REQ-24 dropped", cache(), policy.RequestFacts{Method: "POST", Header: http.Header{"Authorization": {"b"}}}, "Authorization", nil,
			policy.HeaderDecision{Rule: "CF-REQ-24", Treatment: policy.HeaderForwarded}},
		{"CF-REQ-24 in the key", cache("authorization"), policy.RequestFacts{Header: http.Header{"Authorization": {"b"}}}, "Authorization", []string{"b"},
			policy.HeaderDecision{Sent: true, Rule: "CF-REQ-24", By: "cache policy", Treatment: policy.HeaderRemoved}},
		{"CF-REQ-24 named", request("Authorization"), policy.RequestFacts{Header: http.Header{"Authorization": {"b"}}}, "Authorization", []string{"b"},
			policy.HeaderDecision{Sent: true, Rule: "CF-REQ-24", By: "origin request policy", Treatment: policy.HeaderRemoved}},
		{"CF-REQ-24 all", allViewer(), policy.RequestFacts{Header: http.Header{"Authorization": {"b"}}}, "Authorization", []string{"b"},
			policy.HeaderDecision{Sent: true, Rule: "CF-REQ-24", By: "origin request policy", Treatment: policy.HeaderRemoved}},
		{"CF-REQ-61 forged by the viewer", allViewer(), policy.RequestFacts{Header: http.Header{"Cloudfront-Viewer-Country": {"DE"}}}, "CloudFront-Viewer-Country", nil,
			policy.HeaderDecision{Rule: "CF-REQ-61", Treatment: policy.HeaderNever}},
		{"CF-HDR-04 policy and custom header", request("X-Key"), policy.RequestFacts{Header: http.Header{"X-Key": {"viewer"}}, Origin: custom}, "X-Key", []string{"edge"},
			policy.HeaderDecision{Sent: true, Rule: "CF-REQ-08", By: "origin request policy", Treatment: policy.HeaderForwarded}},
	} {
		if got := sent(row.behavior, row.facts, row.field); !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
		method := row.facts.Method
		if method == "" {
			method = "GET"
		}
		if got := policy.DecideHeader(row.behavior, row.field, method); got != row.decided {
			t.Errorf("%s: decided %+v, want %+v", row.name, got, row.decided)
		}
	}
}

// TestOriginHost proves CF-REQ-54 for origins that are addresses: the name
// alone, an IPv6 address in brackets.
func TestOriginHost(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{"o.example": "o.example", "192.0.2.1": "192.0.2.1", "2001:db8::1": "[2001:db8::1]", "[::1]": "[::1]"} {
		got := sent(legacy(), policy.RequestFacts{Origin: &distribution.Origin{DomainName: domain, HTTPPort: 8080}}, "Host")
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", domain, got, want)
		}
	}
}

// TestNothingEndsAField: whatever the input, no value can begin a new field or a second
// request on the wire.
func TestNothingEndsAField(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\x00b"} {
		b := allViewer()
		b.OriginRequestPolicy.Headers = selection("allViewerAndWhitelistCloudFront", "CloudFront-Viewer-City", "CloudFront-Viewer-Address", "CloudFront-Error-Uri")
		got := policy.BuildRequest(policy.RequestFacts{
			Method: "GET", Host: evil, URI: "/" + evil, Proto: "HTTP/1.1", RemoteAddr: evil, ErrorURI: "/" + evil, Behavior: b,
			Header:    http.Header{"X-A": {evil}, evil: {"1"}, "Via": {evil}, "X-Forwarded-For": {evil}, "User-Agent": {evil}, "Cookie": {"a=" + evil}},
			Origin:    &distribution.Origin{DomainName: "o", CustomHeaders: []distribution.Header{{Name: "X-B", Value: evil}, {Name: evil, Value: "1"}}},
			Geography: map[string]string{"CloudFront-Viewer-City": evil},
		})
		if strings.ContainsAny(got.URI, "\r\n\x00 ") {
			t.Errorf("%q is in the request target %q", evil, got.URI)
		}
		for _, f := range got.Header {
			if strings.ContainsAny(f.Name, "\r\n\x00: ") || strings.ContainsAny(f.Value, "\r\n\x00") {
				t.Errorf("%q is in the field %q: %q", evil, f.Name, f.Value)
			}
		}
	}
}
