package edge_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// page is an origin of error pages: its fields say what it was asked for.
func page(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Asked", r.Method+" "+r.RequestURI)
		w.Header().Set("X-Error-Uri", r.Header.Get("CloudFront-Error-Uri")+"?"+r.Header.Get("CloudFront-Error-Args"))
		w.Header().Set("X-Range", r.Header.Get("Range"))
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Body", string(body))
		w.Header().Set("Set-Cookie", "a=b")
		w.WriteHeader(code)
		io.WriteString(w, "sorry")
	}
}

// withPages sets custom error responses whose pages are below /errors, through their own
// behavior with its own policies.
func (s *site) withPages(target string, responses ...distribution.CustomErrorResponse) {
	d := s.edge.Distribution
	b := distribution.NewCacheBehavior(target)
	b.PathPattern, b.ViewerProtocolPolicy = "/errors/*", distribution.ViewerHTTPSOnly
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
	b.OriginRequestPolicy = &distribution.OriginRequestPolicy{
		Headers: distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: []string{"CloudFront-Error-Uri", "CloudFront-Error-Args"}},
		Cookies: distribution.ValueSelection{Behavior: distribution.SelectNone}, QueryStrings: distribution.ValueSelection{Behavior: distribution.SelectNone},
	}
	b.ResponseHeadersPolicy = &distribution.ResponseHeadersPolicy{Headers: []distribution.ResponseHeader{{Header: distribution.Header{Name: "X-Policy", Value: "pages"}}}}
	d.Behaviors = []distribution.CacheBehavior{b}
	d.CustomErrors = responses
}

func (s *site) recorded(t *testing.T, r *edge.Response) *recording.Exchange {
	t.Helper()
	x, err := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
	if err != nil {
		t.Fatalf("the exchange was not recorded: %v", err)
	}
	return x
}

func finding(x *recording.Exchange, rule policy.RuleID) string {
	for _, f := range x.Findings {
		if f.Rule == rule {
			return f.Observed
		}
	}
	return ""
}

// TestCustomError proves CF-ERR-38, CF-ERR-39, CF-HDR-16, CF-LOG-05, CF-TIME-13 and, for
// groups, CF-FAILOVER-04 and CF-FAILOVER-10: the page comes through its own behavior,
// regardless of what that requires of viewers, with the chosen status.
func TestCustomError(t *testing.T) {
	t.Parallel()
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, row := range []struct {
		name       string
		origin     http.HandlerFunc
		code, as   int
		want       int
		connection string
		cause      string
	}{
		{"the origin's own", status(404), 404, 200, 200, "keep-alive", ""},
		{"its own status is kept", status(404), 404, 0, 404, "keep-alive", ""},
		{"CF-ERR-39 closes", status(404), 404, 500, 500, "close", ""},
		{"CF-ERR-39 closes for 405", status(405), 405, 405, 405, "close", ""},
		{"nothing listens", nil, 502, 502, 502, "keep-alive", "CF-CONN-08 connect-refused"},
		{"CF-TIME-13", silent, 504, 503, 503, "keep-alive", "CF-TIME-04 response-timeout"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": row.origin, "pages": page(200)})
			s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: row.code, ResponsePagePath: "/errors/x.html", ResponseCode: row.as})
			r, body := s.ask(t, edge.ViewerRequest{URI: "/shop?a=b", Header: http.Header{"Range": {"bytes=0-1"}, "Cookie": {"k=v"}},
				Fields: []policy.Field{{Name: "range", Value: "bytes=0-1"}, {Name: "cookie", Value: "k=v"}}})
			h := r.Header
			if r.Status != row.want || body != "sorry" || h.Get("Connection") != row.connection || r.Close != (row.connection == "close") {
				t.Errorf("got %d %q, Connection %q", r.Status, body, h.Get("Connection"))
			}
			if h.Get("X-Cache") != "Error from cloudfront" || h.Get("X-Edgesim-Cause") != row.cause || h.Get("Server") == "CloudFront" {
				t.Errorf("header %v", h)
			}
			if h.Get("X-Asked") != "GET /errors/x.html" || h.Get("X-Error-Uri") != "/shop?a=b" || h.Get("X-Range") != "" {
				t.Errorf("the page's origin was asked %q for %q, range %q", h.Get("X-Asked"), h.Get("X-Error-Uri"), h.Get("X-Range"))
			}
			if h.Get("X-Policy") != "pages" || h.Get("Set-Cookie") != "" {
				t.Errorf("the behavior of the page does not hold: %v", h)
			}
			if !strings.Contains(h.Get("X-Edgesim-Detail"), "custom error page /errors/x.html") {
				t.Errorf("detail %q", h.Get("X-Edgesim-Detail"))
			}
			x := s.recorded(t, r)
			if x.ResultType != "Error" || x.Origin != "app" || x.Sent.URI != "/shop?a=b" || (x.Cause != nil) != (row.cause != "") {
				t.Errorf("recorded %s of %q, cause %v", x.ResultType, x.Origin, x.Cause)
			}
			if seen := finding(x, "CF-ERR-38"); !strings.Contains(seen, `behavior "/errors/*" from origin "pages" and replaces it`) {
				t.Errorf("finding %q", seen)
			}
			if last := x.Attempts[len(x.Attempts)-1]; len(x.Attempts) != 2 || last.Cause != nil || !strings.HasPrefix(last.Target, "pages.example:") {
				t.Errorf("%d attempts, the last to %q", len(x.Attempts), last.Target)
			}
		})
	}
}

// TestCustomErrorOfRefusal: a behavior's own refusal has its page, and no origin
// but the page's is asked.
func TestCustomErrorOfRefusal(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(http.ResponseWriter, *http.Request) { t.Error("the origin was asked") }, "pages": page(200)})
	s.edge.Distribution.DefaultBehavior.AllowedMethods = []string{"GET", "HEAD"}
	s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 403, ResponsePagePath: "/errors/403", ResponseCode: 403})
	r, body := s.ask(t, edge.ViewerRequest{Method: "POST", Body: io.NopCloser(strings.NewReader("x")), ContentLength: 1})
	if r.Status != 403 || body != "sorry" || r.Header.Get("X-Edgesim-Cause") != "CF-ERR-19 viewer-method-not-allowed" || r.Header.Get("X-Asked") != "GET /errors/403" {
		t.Errorf("got %d %q %v", r.Status, body, r.Header)
	}
	if x := s.recorded(t, r); x.Sent != nil || finding(x, "CF-CACHE-22") != "" {
		t.Errorf("recorded %+v, %v", x.Sent, x.Findings)
	}
}

// TestCustomErrorOfPOST: the page's origin gets nothing of a request's body.
func TestCustomErrorOfPOST(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{1, -1} {
		s := newSite(t, map[string]http.HandlerFunc{"app": status(500), "pages": page(200)})
		s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 500, ResponsePagePath: "/errors/500", ResponseCode: 500})
		r, body := s.ask(t, edge.ViewerRequest{Method: "POST", Body: io.NopCloser(strings.NewReader("x")), ContentLength: length})
		if r.Status != 500 || body != "sorry" || r.Header.Get("X-Asked") != "GET /errors/500" || r.Header.Get("X-Body") != "" {
			t.Errorf("got %d %q, asked %q with %q", r.Status, body, r.Header.Get("X-Asked"), r.Header.Get("X-Body"))
		}
	}
}

// TestCustomErrorMissing proves CF-ERR-40: if the page cannot be fetched, its own origin's
// answer is returned, once, and both failures are reported.
func TestCustomErrorMissing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name         string
		app, pages   http.HandlerFunc
		want         int
		cause, found string
	}{
		{"the page's origin has none", status(500), page(404), 404, "", "answered 404: the viewer gets that"},
		{"nor after a failure of the first", nil, page(404), 404, "CF-CONN-08 connect-refused", "answered 404: the viewer gets that"},
		{"the page's origin is gone", status(500), nil, 502, "CF-CONN-08 connect-refused", "the origin itself answered 500"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": row.app, "pages": row.pages})
			s.withPages("pages",
				distribution.CustomErrorResponse{ErrorCode: 500, ResponsePagePath: "/errors/500", ResponseCode: 200},
				distribution.CustomErrorResponse{ErrorCode: 502, ResponsePagePath: "/errors/502", ResponseCode: 200},
				distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/errors/404", ResponseCode: 200})
			r, _ := s.ask(t, edge.ViewerRequest{})
			if r.Status != row.want || r.Header.Get("X-Edgesim-Cause") != row.cause || r.Header.Get("X-Cache") != "Error from cloudfront" {
				t.Errorf("got %d, %q, X-Cache %q", r.Status, r.Header.Get("X-Edgesim-Cause"), r.Header.Get("X-Cache"))
			}
			x := s.recorded(t, r)
			if seen := finding(x, "CF-ERR-40"); !strings.Contains(seen, row.found) || len(x.Attempts) != 2 {
				t.Errorf("finding %q after %d attempts", seen, len(x.Attempts))
			}
		})
	}
}

// TestCustomErrorNotForUnknownHost: a request refused before it has a behavior gets no
// page.
func TestCustomErrorNotForUnknownHost(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": status(200), "pages": page(200)})
	s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 403, ResponsePagePath: "/errors/403", ResponseCode: 200})
	s.edge.Distribution.Aliases = []string{"www.example.com"}
	if r, _ := s.ask(t, edge.ViewerRequest{Host: "other.example"}); r.Status != 403 || r.Header.Get("Server") != "CloudFront" {
		t.Errorf("got %d from %q", r.Status, r.Header.Get("Server"))
	}
}

// TestLongExplanation: what an origin makes long does not make the viewer's head
// too long.
func TestLongExplanation(t *testing.T) {
	t.Parallel()
	long := "http://localhost/?" + strings.Repeat("x", 7000)
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", long)
		w.WriteHeader(302)
	}})
	r, _ := s.ask(t, edge.ViewerRequest{URI: strings.TrimPrefix(long, "http://localhost")})
	if got := r.Header.Get("X-Edgesim-Detail"); len(got) != 2048 || !strings.HasSuffix(got, "xxx...") {
		t.Errorf("the detail has %d bytes: %.80q", len(got), got)
	}
	if seen := finding(s.recorded(t, r), "CF-REQ-54"); !strings.Contains(seen, long) {
		t.Errorf("the recording has %d bytes", len(seen))
	}
}

// TestCustomErrorOfHEAD: a HEAD gets the page's head (the proxy sends no body),
// and the page is asked for with GET.
func TestCustomErrorOfHEAD(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": status(404), "pages": page(200)})
	s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/errors/404", ResponseCode: 200})
	r, _ := s.ask(t, edge.ViewerRequest{Method: "HEAD"})
	if r.Status != 200 || r.Header.Get("X-Asked") != "GET /errors/404" || r.ContentLength != 5 {
		t.Errorf("got %d with %d bytes, asked %q", r.Status, r.ContentLength, r.Header.Get("X-Asked"))
	}
}

// TestCustomErrorAfterFailover proves CF-FAILOVER-04 and CF-FAILOVER-10: the page
// replaces what the group ends with, after all its members were asked.
func TestCustomErrorAfterFailover(t *testing.T) {
	t.Parallel()
	for primary, attempts := range map[int]int{404: 2, 500: 3} {
		s := newSite(t, map[string]http.HandlerFunc{"a": status(primary), "b": status(404), "pages": page(200)})
		s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/errors/404", ResponseCode: 200})
		s.edge.Distribution.OriginGroups = []distribution.OriginGroup{{ID: "group", Members: []string{"a", "b"}, StatusCodes: []int{500}}}
		s.edge.Distribution.DefaultBehavior.TargetOriginID = "group"
		r, body := s.ask(t, edge.ViewerRequest{})
		if x := s.recorded(t, r); r.Status != 200 || body != "sorry" || len(x.Attempts) != attempts {
			t.Errorf("%d: got %d %q after %d attempts, want %d", primary, r.Status, body, len(x.Attempts), attempts)
		}
	}
}

// TestCustomErrorIsRecorded: the answer that a page replaced, and the page's own request,
// are recorded with the request that failed (CF-ERR-38).
func TestCustomErrorIsRecorded(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Why", "out of beans")
		w.WriteHeader(503)
	}, "pages": page(200)})
	s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 503, ResponsePagePath: "/errors/503.html", ResponseCode: 200})
	r, _ := s.ask(t, edge.ViewerRequest{URI: "/x"})
	x := s.recorded(t, r)
	p := x.ErrorPage
	if p == nil || p.Sent == nil {
		t.Fatalf("recorded with the page %+v", p)
	}
	if p.Behavior != "/errors/*" || p.Origin != "pages" || p.Sent.URI != "/errors/503.html" || x.Sent.URI != "/x" || x.Origin != "app" {
		t.Errorf("recorded %s of %s behind %s, and %s of %s", p.Sent.URI, p.Origin, p.Behavior, x.Sent.URI, x.Origin)
	}
	if !strings.HasPrefix(p.Replaced, "HTTP/1.1 503") || !strings.Contains(p.Replaced, "X-Why: out of beans") || !strings.HasPrefix(x.Response.OriginHead, "HTTP/1.1 200") {
		t.Errorf("the answer %q was replaced by %q", p.Replaced, x.Response.OriginHead)
	}
}
