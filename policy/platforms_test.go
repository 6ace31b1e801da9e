package policy_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestPlatformOf: a name reveals the platform, and only by whole labels.
func TestPlatformOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a1.execute-api.eu-west-1.amazonaws.com": "API Gateway", "A1.Execute-API.eu-west-1.amazonaws.com.": "API Gateway", "x.execute-api.cn-north-1.amazonaws.com.cn": "API Gateway",
		"x.lambda-url.us-east-1.on.aws": "a Lambda function URL", "x.eu-west-1.awsapprunner.com": "App Runner",
		"b.s3.amazonaws.com": "S3", "b.s3.eu-west-1.amazonaws.com": "S3", "b.c.s3.dualstack.eu-west-1.amazonaws.com": "S3",
		"b.s3-website-us-east-1.amazonaws.com": "an S3 website endpoint", "b.s3-website.eu-central-1.amazonaws.com": "an S3 website endpoint",
		"lb-1.eu-west-1.elb.amazonaws.com": "a load balancer", "nlb-1.elb.eu-west-1.amazonaws.com": "a network load balancer", "e.eu-west-1.elasticbeanstalk.com": "Elastic Beanstalk",
		"app.herokuapp.com": "Heroku", "x-uc.a.run.app": "Cloud Run", "p.vercel.app": "Vercel", "u.github.io": "GitHub Pages", "d1.cloudfront.net": "another CloudFront distribution",
		"herokuapp.com": "", "notherokuapp.com": "", "app.herokuapp.com.example": "", "example.com": "", "192.0.2.1": "", "": "",
	} {
		if p, ok := policy.PlatformOf(name); p.Platform != want || ok != (want != "") {
			t.Errorf("%q: got %q, want %q", name, p.Platform, want)
		}
	}
}

// TestPlatforms: each row of the table is whole, and there once.
func TestPlatforms(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range policy.Platforms() {
		if seen[p.Name] || p.Platform == "" || p.Name != strings.ToLower(p.Name) {
			t.Errorf("%+v", p)
		}
		for _, source := range p.Sources {
			if !strings.HasPrefix(source, "https://") {
				t.Errorf("%s: source %q", p.Name, source)
			}
		}
		if p.Sources == nil && (p.Status != 0 || p.Mark != "" || p.TLS == policy.TLSOnly || p.TLS == policy.TLSNo) {
			t.Errorf("%+v: nothing was read, and so much is said", p)
		}
		switch p.TLS {
		case policy.TLSYes, policy.TLSOnly, policy.TLSNo, policy.TLSListener:
		default:
			t.Errorf("%s: TLS %q", p.Name, p.TLS)
		}
		seen[p.Name] = true
	}
	if len(seen) < 50 {
		t.Errorf("%d rows", len(seen))
	}
}

// TestJudgePlatform: Host forwarded to a platform that answers to its own only,
// and HTTPS to one that has none (CF-REQ-54, CF-CONN-22, CF-CONN-03).
func TestJudgePlatform(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		domain, orp, host string
		protocol          distribution.OriginProtocolPolicy
		want              string
	}{
		{"app.herokuapp.com", "AllViewer", "www.example.com", "https-only", "CF-REQ-54"},
		{"app.herokuapp.com", "AllViewerExceptHostHeader", "www.example.com", "https-only", ""},
		{"app.herokuapp.com", "", "www.example.com", "https-only", ""},
		{"app.herokuapp.com", "AllViewer", "app.herokuapp.com", "https-only", ""},
		{"lb.eu-west-1.elb.amazonaws.com", "AllViewer", "www.example.com", "https-only", ""},
		{"b.s3-website-us-east-1.amazonaws.com", "", "www.example.com", "https-only", "CF-CONN-22"},
		{"b.s3-website-us-east-1.amazonaws.com", "AllViewer", "www.example.com", "match-viewer", "CF-REQ-54 CF-CONN-22"},
		{"b.s3-website-us-east-1.amazonaws.com", "", "www.example.com", "http-only", ""},
		{"x.execute-api.eu-west-1.amazonaws.com", "", "www.example.com", "http-only", "CF-CONN-03"},
		{"example.com", "AllViewer", "www.example.com", "https-only", ""},
	} {
		b := distribution.NewCacheBehavior("o")
		b.PathPattern = "*"
		b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
		b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy(row.orp)
		o := distribution.Origin{ID: "o", DomainName: row.domain, Kind: distribution.OriginCustom, ProtocolPolicy: row.protocol}
		var got []string
		for _, f := range policy.JudgePlatform(&b, &o, row.host) {
			got = append(got, string(f.Rule))
			if f.Verdict != policy.Warn || f.Hint == "" {
				t.Errorf("%+v: got %+v", row, f)
			}
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%+v: got %q", row, got)
		}
	}
}

// TestJudgePlatforms: every behavior and every member of a group counts, and a finding is
// reported once.
func TestJudgePlatforms(t *testing.T) {
	t.Parallel()
	b := distribution.NewCacheBehavior("g")
	b.PathPattern = "*"
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewer")
	d := &distribution.Distribution{
		DefaultBehavior: b, Behaviors: []distribution.CacheBehavior{b},
		Origins:      []distribution.Origin{{ID: "a", DomainName: "a.example.com"}, {ID: "v", DomainName: "v.vercel.app"}},
		OriginGroups: []distribution.OriginGroup{{ID: "g", Members: []string{"a", "v"}}},
	}
	if got := policy.JudgePlatforms(d); len(got) != 1 || got[0].Subject != `origin "v"` || !strings.Contains(got[0].Observed, "Vercel") {
		t.Errorf("got %+v", got)
	}
}
