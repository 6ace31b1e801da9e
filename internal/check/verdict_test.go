package check_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// TestHosts: if Host is forwarded every name of the distribution is judged, because SNI and
// certificate depend on it (CF-NAME-02, CF-NAME-04); otherwise one is enough.
func TestHosts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, policy, host string
		aliases            []string
		want               []string
	}{
		{"not forwarded", "AllViewerExceptHostHeader", "", []string{"www.example.com", "m.example.com"}, []string{"www.example.com"}},
		{"forwarded", "AllViewer", "", []string{"www.example.com", "*.example.org"}, []string{"www.example.com", "www.example.org", "d111111abcdef8.cloudfront.net"}},
		{"forwarded, --host", "AllViewer", "m.example.com", []string{"www.example.com", "m.example.com"}, []string{"m.example.com"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, ok, nil, "app.example.com")
			s.Aliases, s.DefaultBehavior = test.aliases, behavior("*", test.policy)
			r := s.check(t, check.Config{Host: test.host})
			var got []string
			for _, c := range r.Checks {
				if !slices.Contains(got, c.Viewers[0].Host) {
					got = append(got, c.Viewers[0].Host)
				}
				sni := "app.example.com"
				if c.HostForwarded {
					sni = c.Viewers[0].Host
				}
				if c.Target.SNI != sni {
					t.Errorf("SNI %q for %s, want %q", c.Target.SNI, c.Viewers[0].Host, sni)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("judged %q, want %q", got, test.want)
			}
		})
	}
}

// TestEdgeAnswers: an answer by the edge itself is reported, and is a failure only if it is
// not wanted (CF-ERR-17, CF-ERR-18, CF-ERR-29).
func TestEdgeAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		policy  distribution.ViewerProtocolPolicy
		host    string
		rule    policy.RuleID
		status  int
		verdict check.Verdict
		to      string
	}{
		{"redirect", distribution.ViewerRedirectToHTTPS, "", "CF-ERR-29", 301, check.Pass, "https://www.example.com/"},
		{"HTTPS only", distribution.ViewerHTTPSOnly, "", "CF-ERR-17", 403, check.Pass, ""},
		{"a Host that is not the distribution's", distribution.ViewerAllowAll, "other.example.org", "CF-ERR-18", 403, check.Fail, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, ok, nil, "app.example.com")
			s.Aliases, s.DefaultBehavior.ViewerProtocolPolicy = []string{"www.example.com"}, test.policy
			r := s.check(t, check.Config{Host: test.host})
			c := r.Checks[len(r.Checks)-1]
			if c.Target != nil || c.Outcome.Rule != test.rule || c.Outcome.Status != test.status || c.Verdict != test.verdict || c.Outcome.Location != test.to {
				t.Errorf("%+v; want %s, %d, %s, to %q", c, test.rule, test.status, test.verdict, test.to)
			}
		})
	}
}

// TestFunctionRedirect: the target of a function's redirect is in the report, as is that of
// the origin's.
func TestFunctionRedirect(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, nil, "app.example.com")
	s.DefaultBehavior.Functions = []distribution.FunctionAssociation{{
		EventType: "viewer-request", ARN: "arn:aws:cloudfront::111122223333:function/f",
		Function: &distribution.Function{Code: `function handler(event) { return {statusCode: 302, headers: {location: {value: '/home?from=' + event.request.uri}}}; }`},
	}}
	set, err := functions.Load(s.Distribution, functions.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	e := &edge.Edge{Distribution: s.Distribution, Client: s.client, Functions: set}
	r := run(t, check.Config{Subjects: []check.Subject{{Name: "site", Edge: e}}})
	if len(r.Checks) != 1 || r.Checks[0].Outcome.Status != 302 || r.Checks[0].Outcome.Location != "/home?from=/" {
		t.Errorf("%+v", r.Checks)
	}
	validate(t, compile(t, check.SchemaID, check.Schema), r.WriteJSON)
}

// TestLocation: only the answer of a redirect has a target, and a report contains no
// character that reverses or hides text.
func TestLocation(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status   int
		location string
		want     string
	}{
		"redirect":               {307, "/there?a=b", "/there?a=b"},
		"not modified":           {304, "/there", ""},
		"created":                {201, "/there", ""},
		"what turns the text":    {302, "/a\u202eb", `/a\u202eb`},
		"a redirect without one": {302, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if row.location != "" {
					w.Header()["Location"] = []string{row.location}
				}
				w.WriteHeader(row.status)
			}), nil, "app.example.com")
			r := s.check(t, check.Config{})
			if o := r.Checks[0].Outcome; o.Status != row.status || o.Location != row.want {
				t.Errorf("%d to %q, want %d to %q", o.Status, o.Location, row.status, row.want)
			}
			validate(t, compile(t, check.SchemaID, check.Schema), r.WriteJSON)
		})
	}
}

// TestUndecided: what cannot be determined from this machine's network is not a failure of
// the origin.
func TestUndecided(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*site)
		why    string
	}{
		{"name servers without an answer", func(s *site) { s.client.Resolver = silentServers{} }, "name servers gave no answer"},
		{"no route", func(s *site) {
			s.client.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}
			}
		}, "no route"},
		{"a signed origin", func(s *site) {
			s.Origins[0].AccessControlID = "E2QWRUHAPOMQZL"
		}, `origin access control "E2QWRUHAPOMQZL"`},
		{"a setting of the origin that is not simulated", func(s *site) {
			s.Notices = []distribution.Notice{{Kind: distribution.NoticeUnsimulated, Origin: s.Origins[0].ID, Message: "requests go elsewhere"}}
		}, "requests go elsewhere"},
		{"a function before the origin", func(s *site) {
			s.Notices = []distribution.Notice{{Kind: distribution.NoticeUnsimulated, Behavior: "*", Message: "functions are not run"}}
		}, "functions are not run"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, ok, nil, "app.example.com")
			test.change(s)
			r := s.check(t, check.Config{})
			if c := only(t, r); c.Verdict != check.Undecided || !strings.Contains(c.Why, test.why) || r.Verdict != check.Undecided {
				t.Errorf("verdict %s because %q, want undecided because %q", c.Verdict, c.Why, test.why)
			}
		})
	}
	t.Run("an origin access control that never signs", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, nil, "app.example.com")
		s.Origins[0].AccessControlID = "E2QWRUHAPOMQZL"
		s.Origins[0].AccessControl = &distribution.OriginAccessControl{ID: "E2QWRUHAPOMQZL", OriginType: "s3", SigningBehavior: "never", SigningProtocol: "sigv4"}
		if c := only(t, s.check(t, check.Config{})); c.Verdict != check.Pass {
			t.Errorf("verdict %s because %q, want pass", c.Verdict, c.Why)
		}
	})
	t.Run("another origin's notice", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, nil, "app.example.com")
		s.Notices = []distribution.Notice{
			{Kind: distribution.NoticeUnsimulated, Path: "Origins.Items[1].VpcOriginConfig", Message: "it is reached as a custom origin"},
			{Kind: distribution.NoticeUnsimulated, Path: "Logging", Message: "logs are not delivered"},
		}
		if c := only(t, s.check(t, check.Config{})); c.Verdict != check.Pass {
			t.Errorf("verdict %s because %q, want pass", c.Verdict, c.Why)
		}
	})
}

// silentServers is a resolver whose name servers do not answer.
type silentServers struct{}

func (silentServers) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}
}

// TestLookingAhead: the days each certificate has left, and a warning if one should have
// been renewed (fewer than 14 days and less than a third are left).
func TestLookingAhead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		from, till time.Duration
		days       int
		want       check.Verdict
	}{
		{"two months left of three", -30 * day, 60*day + time.Hour, 60, check.Pass},
		{"two weeks left", -76 * day, 14*day + time.Hour, 14, check.Pass},
		{"less than two weeks", -76 * day, 14*day - time.Hour, 13, check.Warn},
		{"of six days, five left", -day, 5 * day, 5, check.Pass},
		{"of six days, one left", -5 * day, day, 1, check.Warn},
		{"ended an hour ago", -90 * day, -time.Hour, -1, check.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, ok, func(_ *tls.Config, leaf *pki.Template) {
				leaf.NotBefore, leaf.NotAfter = noon.Add(test.from), noon.Add(test.till)
			}, "app.example.com")
			c := only(t, s.check(t, check.Config{}))
			if len(c.Certificates) != 1 || c.Certificates[0].Days != test.days || c.Verdict != test.want {
				t.Errorf("%s with %+v, want %s with %d days", c.Verdict, c.Certificates, test.want, test.days)
			}
		})
	}
}

const day = 24 * time.Hour

// TestOutcome: how long the viewer waits, what follows in a group and with a
// custom error response (CF-CONN-09, CF-TIME-04, CF-FAILOVER-03, CF-ERR-38).
func TestOutcome(t *testing.T) {
	t.Parallel()
	slow := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s := newSite(t, slow, nil, "app.example.com")
	s.Origins[0].ResponseTimeout, s.Origins[0].ConnectionAttempts = time.Second, 2
	spare := s.Origins[0]
	spare.ID = "spare"
	s.Origins = append(s.Origins, spare)
	s.OriginGroups = []distribution.OriginGroup{{ID: "both", Members: []string{"app", "spare"}, StatusCodes: []int{504}}}
	s.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 504, ResponsePagePath: "/sorry.html", ResponseCode: 200}}
	s.DefaultBehavior.TargetOriginID = "both"
	s.Behaviors = []distribution.CacheBehavior{behavior("/other", "AllViewerExceptHostHeader")}
	r := s.check(t, check.Config{})
	if len(r.Checks) != 3 {
		t.Fatalf("%d checks, want 3", len(r.Checks))
	}
	primary, secondary := r.Checks[0].Outcome, r.Checks[2].Outcome
	if primary.Status != 504 || primary.Attempts != 2 || primary.Seconds != 2 || primary.After != "2s (2 attempts × OriginReadTimeout of 1s)" {
		t.Errorf("%+v, want a 504 after two attempts of a second", primary)
	}
	if secondary.Then != "the viewer gets the page /sorry.html with status 200 (CF-ERR-38)" || r.Checks[2].Member != 2 {
		t.Errorf("%+v of member %d, want the custom error page", secondary, r.Checks[2].Member)
	}
	// The origin that had kept one path waiting was not asked for the other.
	spared := r.Checks[1]
	if spared.Verdict != check.Undecided || !strings.Contains(spared.Why, "CF-TIME-04") || r.Checks[0].Verdict != check.Fail {
		t.Errorf("%s %q after %s, want the second path spared", spared.Verdict, spared.Why, r.Checks[0].Verdict)
	}
	if j, _ := judgement(&spared, "CF-RESP-24"); j.Verdict != policy.Blocked || j.BlockedBy != "CF-TIME-04" {
		t.Errorf("%+v, want it blocked by CF-TIME-04", j)
	}
}

// TestBlocked: what comes after a failure is blocked by it, what came before it passed, and
// the deciding failure comes first.
func TestBlocked(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, nil, "www.example.org")
	s.Origins[0].DomainName = "app.example.com"
	c := only(t, s.check(t, check.Config{}))
	if c.Rules[0].Rule != "CF-NAME-05" || c.Rules[0].Verdict != policy.Fail {
		t.Errorf("first is %+v, want CF-NAME-05", c.Rules[0])
	}
	for rule, want := range map[policy.RuleID]policy.Verdict{
		"CF-DNS-01": policy.Pass, "CF-CONN-08": policy.Pass, "CF-TLS-06": policy.Pass, "CF-TLS-11": policy.Pass, "CF-CERT-01": policy.Pass,
		"CF-RESP-24": policy.Blocked, "CF-TIME-04": policy.Blocked,
	} {
		if j, _ := judgement(c, rule); j.Verdict != want {
			t.Errorf("%s: %+v, want %s", rule, j, want)
		}
	}
}

// TestIntermittent: an origin that is reached at the second attempt passes with a warning
// about the first.
func TestIntermittent(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, nil, "app.example.com")
	dial, first := s.client.DialContext, true
	s.client.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if first {
			first = false
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		return dial(ctx, network, address)
	}
	c := only(t, s.check(t, check.Config{}))
	j, _ := judgement(c, "CF-CONN-08")
	if c.Verdict != check.Warn || j.Verdict != policy.Warn || j.Subject != "attempt 1" {
		t.Errorf("%s with %+v, want a warning of attempt 1", c.Verdict, j)
	}
}

// TestHandshakeOnly: one connection and no request, but the report says how long the viewer
// would wait with all attempts (CF-CONN-09, CF-CONN-11).
func TestHandshakeOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }), nil, "app.example.com")
	if c := only(t, s.check(t, check.Config{HandshakeOnly: true})); c.Verdict != check.Pass || c.Request != nil || c.Outcome.Status != 0 {
		t.Errorf("%s, request %+v, outcome %+v", c.Verdict, c.Request, c.Outcome)
	}
	s.client.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: syscall.ETIMEDOUT}
	}
	c := only(t, s.check(t, check.Config{HandshakeOnly: true}))
	if c.Outcome.Status != 504 || c.Outcome.Attempts != 3 || c.Outcome.Seconds != 30 {
		t.Errorf("%+v, want a 504 after three attempts of ten seconds", c.Outcome)
	}
}

// TestContradictingLengths: check also judges what the edge judges after the response
// (CF-RESP-25).
func TestContradictingLengths(t *testing.T) {
	t.Parallel()
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", "bytes 0-9/10")
		w.Header().Set("Content-Length", "5")
		w.WriteHeader(http.StatusPartialContent)
		w.Write([]byte("12345"))
	}), nil, "app.example.com")
	if c := only(t, s.check(t, check.Config{})); c.Cause == nil || c.Cause.Rule != "CF-RESP-25" || c.Outcome.Status != 502 {
		t.Errorf("cause %v, outcome %+v; want CF-RESP-25", c.Cause, c.Outcome)
	}
}
