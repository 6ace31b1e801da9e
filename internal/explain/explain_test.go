package explain_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/explain"
	"github.com/edgesim/edgesim/policy"
)

// site is an edge with one distribution: two behaviors, an origin group.
func site(edit func(d *distribution.Distribution)) *edge.Edge {
	app, assets := distribution.NewOrigin("app", "app.example.com"), distribution.NewOrigin("assets", "assets.example.com")
	app.ProtocolPolicy, assets.ProtocolPolicy = distribution.OriginHTTPSOnly, distribution.OriginHTTPSOnly
	app.SSLProtocols, assets.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv12}, []distribution.SSLProtocol{distribution.TLSv12}
	app.Path = "/v1"
	app.CustomHeaders = []distribution.Header{{Name: "X-Key", Value: "k"}}
	api := distribution.NewCacheBehavior("app")
	api.PathPattern, api.ViewerProtocolPolicy, api.AllowedMethods = "/api/*", distribution.ViewerHTTPSOnly, distribution.AllMethods()
	api.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	api.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	rest := distribution.NewCacheBehavior("group")
	rest.ViewerProtocolPolicy = distribution.ViewerRedirectToHTTPS
	rest.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
	d := &distribution.Distribution{
		Name: "Cdn", Enabled: true, Aliases: []string{"www.example.com"}, HTTPVersion: "http2", Origins: []distribution.Origin{app, assets},
		OriginGroups: []distribution.OriginGroup{{ID: "group", Members: []string{"assets", "app"}, StatusCodes: []int{502}}},
		Behaviors:    []distribution.CacheBehavior{api}, DefaultBehavior: rest,
	}
	if edit != nil {
		edit(d)
	}
	e := &edge.Edge{}
	e.Replace([]*edge.Location{{Distribution: d}})
	return e
}

// TestPicture wants the decisions that the edge would make about a request.
func TestPicture(t *testing.T) {
	t.Parallel()
	e := site(nil)
	p, err := explain.Draw(e, explain.Request{URL: "https://www.example.com/api/users?page=2", Method: "post", Fields: []policy.Field{{Name: "Cookie", Value: "a=1"}, {Name: "X-Own", Value: "v"}}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Distribution != "Cdn" || p.Behavior.PathPattern != "/api/*" || p.Behavior.Number != 1 || p.Behavior.Of != 2 || p.Refused != nil || len(p.Origins) != 1 {
		t.Fatalf("got %+v, %+v", p, p.Behavior)
	}
	o := p.Origins[0]
	if got, want := fmt.Sprint(o.Address, " ", o.Method, " ", o.URI, " ", o.Host, " ", o.SNI, " ", o.AcceptedNames), "https://app.example.com:443 POST /v1/api/users?page=2 app.example.com app.example.com [app.example.com]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got := map[string]policy.ChangeKind{}
	for _, c := range o.Changes {
		got[c.Field] = c.Kind
	}
	for field, want := range map[string]policy.ChangeKind{
		"cookie a": policy.ChangeKept, "query page": policy.ChangeKept, "X-Own": policy.ChangeKept, "Host": policy.ChangeChanged, "uri": policy.ChangeChanged,
		"X-Key": policy.ChangeAdded, "Via": policy.ChangeAdded, "X-Forwarded-For": policy.ChangeAdded,
	} {
		if got[field] != want {
			t.Errorf("%s: %q, want %q; all: %v", field, got[field], want, got)
		}
	}
	if p.Cache.Cacheable || p.Cache.Key != "/api/users" {
		t.Errorf("cache: %+v", p.Cache)
	}
	var b bytes.Buffer
	p.Write(&b, explain.Style{})
	for _, want := range []string{"POST https://www.example.com/api/users?page=2", "behavior      /api/*  (1 of 2: it is the first that matches)", "cache key     /api/users", "  added    X-Key", "certificate   must cover app.example.com"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, b.String())
		}
	}
}

// TestPictureOfWhatNeverReachesTheOrigin: redirects and refusals are shown with their rule,
// and an origin group with its members in order.
func TestPictureOfWhatNeverReachesTheOrigin(t *testing.T) {
	t.Parallel()
	e := site(nil)
	for _, row := range []struct{ url, method, want string }{
		{"http://www.example.com/x", "GET", "301  0 origins"},
		{"http://www.example.com/api/x", "GET", "0 viewer-https-only 0 origins"},
		{"https://www.example.com/x", "POST", "0 viewer-method-not-allowed 0 origins"},
		{"https://other.example.com/x", "GET", "0 viewer-unknown-host 0 origins"},
		{"/x", "GET", "0  2 origins"},
	} {
		p, err := explain.Draw(e, explain.Request{URL: row.url, Method: row.method})
		if err != nil {
			t.Fatal(err)
		}
		cause := ""
		if p.Refused != nil {
			cause = p.Refused.Cause
		}
		if got := fmt.Sprintf("%d %s %d origins", p.Redirect, cause, len(p.Origins)); got != row.want {
			t.Errorf("%s %s: got %s, want %s", row.method, row.url, got, row.want)
		}
	}
	if _, err := explain.Draw(e, explain.Request{URL: "ftp://x/"}); err == nil {
		t.Error("a URL of another scheme was taken")
	}
}

// TestCompare says in terms of requests what an edit changes, and nothing for none.
func TestCompare(t *testing.T) {
	t.Parallel()
	if got := explain.Compare(site(nil), site(nil)); len(got) != 0 {
		t.Errorf("no edit: got %v", got)
	}
	for _, row := range []struct {
		name string
		edit func(d *distribution.Distribution)
		want explain.Difference
	}{
		{"methods", func(d *distribution.Distribution) { d.Behaviors[0].AllowedMethods = []string{"GET", "HEAD"} },
			explain.Difference{Request: "OPTIONS, POST, PUT, PATCH, DELETE /api/*", What: "now gets 403 viewer-method-not-allowed (CF-ERR-19)"}},
		{"protocol", func(d *distribution.Distribution) {
			d.DefaultBehavior.ViewerProtocolPolicy = distribution.ViewerAllowAll
		},
			explain.Difference{Request: "http:// *", What: "is now let in, where it got 301 to https://"}},
		{"origin", func(d *distribution.Distribution) { d.Origins[0].DomainName = "new.example.com" },
			explain.Difference{Request: "/api/*", What: "goes to: https://app.example.com:443 → https://new.example.com:443"}},
		{"alias", func(d *distribution.Distribution) { d.Aliases = append(d.Aliases, "shop.example.com") },
			explain.Difference{Request: "https://shop.example.com", What: "is now served"}},
		{"header", func(d *distribution.Distribution) { d.Origins[0].CustomHeaders = nil },
			explain.Difference{Request: "/api/*", What: "the origin no longer gets X-Key"}},
		{"custom error", func(d *distribution.Distribution) {
			d.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 404, ResponsePagePath: "/404.html", ResponseCode: 200, ErrorCachingMinTTL: 10}}
		}, explain.Difference{Request: "an answer of 404", What: "passed on → /404.html as 200, kept for 10 s"}},
		{"key", func(d *distribution.Distribution) {
			d.Behaviors[0].CachePolicy, _ = distribution.ManagedCachePolicy("UseOriginCacheControlHeaders-QueryStrings")
		}, explain.Difference{Request: "/api/*", What: "kept for (min, default, max seconds): 0, 0, 0 → 0, 0, 31536000"}},
	} {
		found := false
		all := explain.Compare(site(nil), site(row.edit))
		for _, d := range all {
			found = found || d == row.want
		}
		if !found {
			t.Errorf("%s: got %v, want among them %v", row.name, all, row.want)
		}
	}
}
