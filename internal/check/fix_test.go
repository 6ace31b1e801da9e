package check_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// TestFixes: each cause that an origin can give has a fix that goes for any
// software, and no placeholder is left unfilled.
func TestFixes(t *testing.T) {
	t.Parallel()
	for _, spec := range policy.Causes() {
		if !spec.Name.OfOrigin() {
			continue
		}
		if f, ok := check.FixesFor(spec.Name, "no such software"); !ok || f.Software != "*" || f.Steps[0] == "" {
			t.Errorf("%s has no fix for any software", spec.Name)
		}
	}
	for _, f := range check.Fixes() {
		f.Cause.Spec() // panics where there is no such cause
		for _, step := range f.Steps {
			for _, known := range []string{"{name}", "{sni}", "{viewer}", "{host}", "{port}", "{portSetting}", "{hint}", "{uri}", "{readTimeout}", "{order}", "{setting}", "{or13}", "{and13}", "{plus13}"} {
				step = strings.ReplaceAll(step, known, "")
			}
			if strings.Contains(strings.ReplaceAll(step, "tls { protocols … }", ""), "{") {
				t.Errorf("%s for %s: an unknown placeholder in %q", f.Cause, f.Software, step)
			}
		}
	}
}

// TestSoftware: what reveals the software, and that the fix is then in its terms: the
// origin's name, Server, the software's own certificate, and if TLS fails, its answer to
// plain HTTP on the same port.
func TestSoftware(t *testing.T) {
	t.Parallel()
	server := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Server", name) })
	}
	selfNamed := func(cn string) func(*tls.Config, *pki.Template) {
		return func(_ *tls.Config, leaf *pki.Template) {
			leaf.CommonName, leaf.DNSNames = cn, []string{"other.example.org"}
		}
	}
	for _, test := range []struct {
		name    string
		origin  string
		handler http.Handler
		tune    func(*tls.Config, *pki.Template)
		want    string
	}{
		{"an ALB by its name", "web-123.eu-west-1.elb.amazonaws.com", ok, nil, "alb"},
		{"an NLB by its name", "web-0a1b.elb.eu-west-1.amazonaws.com", ok, nil, "nlb"},
		{"an S3 website", "assets.example.s3-website.eu-central-1.amazonaws.com", ok, nil, "s3-website"},
		{"an S3 website of the old form", "assets.example.s3-website-us-east-1.amazonaws.com", ok, nil, "s3-website"},
		{"API Gateway", "a1b2c3.execute-api.us-east-1.amazonaws.com", ok, nil, "api-gateway"},
		{"a Lambda URL", "a1b2c3.lambda-url.us-east-1.on.aws", ok, nil, "lambda-url"},
		{"nginx by Server", "app.example.com", server("nginx/1.22.1"), nil, "nginx"},
		{"Apache by Server", "app.example.com", server("Apache/2.4.57 (Debian)"), nil, "apache"},
		{"IIS by Server", "app.example.com", server("Microsoft-IIS/10.0"), nil, "iis"},
		{"Caddy by Server", "app.example.com", server("Caddy"), nil, "caddy"},
		{"an ALB by Server", "app.example.com", server("awselb/2.0"), nil, "alb"},
		{"the ingress controller's certificate", "app.example.com", ok, selfNamed("Kubernetes Ingress Controller Fake Certificate"), "ingress-nginx"},
		{"Traefik's certificate", "app.example.com", ok, selfNamed("TRAEFIK DEFAULT CERT"), "traefik"},
		{"nothing shows", "app.example.com", server("my-app"), nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if c := only(t, newSite(t, test.handler, test.tune, test.origin).check(t, check.Config{})); c.Software != nil {
				got = c.Software.Name
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestTries: after a failure another setting is tried with the origin, and the fix that
// works comes first. Neither custom headers nor the viewer's fields are sent over plain
// HTTP.
func TestTries(t *testing.T) {
	t.Parallel()
	t.Run("Host forwarded, and no certificate for it", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, func(c *tls.Config, _ *pki.Template) {
			c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				if h.ServerName != "app.example.com" {
					return &tls.Config{}, nil // no certificate: a fatal alert
				}
				return nil, nil
			}
		}, "app.example.com")
		s.Aliases, s.DefaultBehavior = []string{"www.example.com"}, behavior("*", "AllViewer")
		c := s.check(t, check.Config{}).Checks[0]
		if len(c.Tries) != 1 || !c.Tries[0].Works || c.Fix == nil || !strings.HasPrefix(c.Fix.Steps[0], "in CloudFront: origin request policy AllViewerExceptHostHeader") {
			t.Errorf("%v: tries %+v, fix %+v", c.Cause, c.Tries, c.Fix)
		}
	})
	t.Run("Host not forwarded, and the certificate is for an alias", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, nil, "www.example.com")
		s.Origins[0].DomainName, s.Aliases = "app.example.com", []string{"www.example.com"}
		c := only(t, s.check(t, check.Config{}))
		if len(c.Tries) != 1 || !c.Tries[0].Works || !strings.Contains(c.Fix.Steps[0], "AllViewer, with viewers at www.example.com") {
			t.Errorf("tries %+v, fix %+v", c.Tries, c.Fix)
		}
	})
	t.Run("Host forwarded by legacy settings", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, nil, "app.example.com")
		s.Origins[0].DomainName, s.Aliases = "other.example.com", []string{"www.example.com"}
		legacy := distribution.NewCacheBehavior("app")
		legacy.ForwardedValues = &distribution.ForwardedValues{Headers: []string{"*"}}
		s.DefaultBehavior = legacy
		c := s.check(t, check.Config{}).Checks[0]
		if !c.HostForwarded || len(c.Tries) != 1 || c.Tries[0].Works || strings.Contains(c.Tries[0].Observed, "www.example.com") {
			t.Errorf("%v: Host forwarded %t, tries %+v; want one without Host, which fails, too", c.Cause, c.HostForwarded, c.Tries)
		}
		for _, step := range c.Fix.Steps {
			if strings.Contains(step, "in CloudFront") {
				t.Errorf("a setting that was tried and fails is advised: %q", step)
			}
		}
	})
	t.Run("nothing on 443, HTTP on 80", func(t *testing.T) {
		t.Parallel()
		var sent http.Header
		plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { sent = r.Header }))
		defer plain.Close()
		s := newSite(t, ok, nil, "app.example.com")
		s.Origins[0].CustomHeaders = []distribution.Header{{Name: "X-Origin-Verify", Value: "secret"}}
		s.Origins[0].ConnectionAttempts = 1
		s.dials.routes = map[string]string{"80": plain.Listener.Addr().String()}
		c := only(t, s.check(t, check.Config{}))
		if c.Cause == nil || c.Cause.Rule != "CF-CONN-08" || len(c.Tries) != 1 || !c.Tries[0].Works || c.Tries[0].Observed != "port 80 answers HTTP with status 200" {
			t.Errorf("%v: tries %+v", c.Cause, c.Tries)
		}
		if sent.Get("X-Origin-Verify") != "" || len(sent) > 2 {
			t.Errorf("sent in the clear: %v", sent)
		}
	})
	t.Run("HTTP configured, HTTPS spoken", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, nil, "app.example.com")
		s.Origins[0].ProtocolPolicy, s.Origins[0].ConnectionAttempts = distribution.OriginHTTPOnly, 1
		c := only(t, s.check(t, check.Config{}))
		if len(c.Tries) != 1 || !c.Tries[0].Works || c.Tries[0].Setting != "OriginProtocolPolicy https-only (port 443)" {
			t.Errorf("%v: tries %+v", c.Cause, c.Tries)
		}
	})
	t.Run("a version that is not allowed, before TLS 1.3", func(t *testing.T) {
		t.Parallel()
		for policyDate, advised := range map[string]bool{"2019-10-02": false, "": true} {
			s := newSite(t, ok, func(c *tls.Config, _ *pki.Template) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }, "app.example.com")
			snapshot, err := policy.SnapshotFor(policyDate)
			if err != nil {
				t.Fatal(err)
			}
			c := only(t, run(t, check.Config{Subjects: []check.Subject{{Name: "site", Edge: &edge.Edge{Distribution: s.Distribution, Client: s.client, Snapshot: snapshot}}}}))
			steps := fmt.Sprint(c.Fix, c.Cause.Hint)
			if c.Cause.Name != policy.CauseTLSProtocolMismatch || strings.Contains(steps, "1.3") != advised {
				t.Errorf("%q: %v, fix %+v", policyDate, c.Cause, c.Fix)
			}
		}
	})
	t.Run("a version that is not allowed", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, nil, "app.example.com")
		s.Origins[0].SSLProtocols = []distribution.SSLProtocol{distribution.TLSv1}
		c := only(t, s.check(t, check.Config{}))
		if c.Cause == nil || c.Cause.Rule != "CF-TLS-06" || len(c.Tries) != 1 || !c.Tries[0].Works || !strings.Contains(strings.Join(c.Fix.Steps, "\n"), "OriginSslProtocols TLSv1, TLSv1.1, TLSv1.2") {
			t.Errorf("%v: tries %+v, fix %+v", c.Cause, c.Tries, c.Fix)
		}
	})
}

// TestUnobtainableName: a certificate for the distribution's own name is not advised,
// because no one can get one (CF-NAME-05), but an alternative is.
func TestUnobtainableName(t *testing.T) {
	t.Parallel()
	const own = "d111111abcdef8.cloudfront.net"
	for _, test := range []struct {
		name    string
		carried string // by the certificate of app.example.com
		trusted bool
		rule    policy.RuleID
		steps   []string // how they begin
	}{
		{"the certificate is for neither name", "other.example.com", true, "CF-NAME-05",
			[]string{"send the origin's own name (origin request policy AllViewerExceptHostHeader), with a certificate that covers app.example.com", "or give the distribution an alias"}},
		{"no public CA", "app.example.com", false, "CF-CERT-07",
			[]string{"get a certificate for app.example.com from a public CA", "to test with a CA of your own as if it were public: --origin-ca FILE"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, ok, func(c *tls.Config, leaf *pki.Template) {
				if test.trusted {
					return
				}
				root, err := pki.NewCA(pki.Template{CommonName: "a team's own root", NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter})
				if err != nil {
					t.Fatal(err)
				}
				issued, err := root.Issue(*leaf)
				if err != nil {
					t.Fatal(err)
				}
				chain := pki.TLS(issued)
				chain.Certificate = append(chain.Certificate, root.X509.Raw)
				c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
					return &tls.Config{Certificates: []tls.Certificate{chain}}, nil
				}
			}, test.carried)
			s.Origins[0].DomainName, s.DefaultBehavior = "app.example.com", behavior("*", "AllViewer")
			c := s.check(t, check.Config{}).Checks[0]
			if c.Cause == nil || c.Cause.Rule != test.rule || c.Fix == nil || c.Viewers[0].Host != own {
				t.Fatalf("%v, viewers %v, fix %v; want %s", c.Cause, c.Viewers, c.Fix, test.rule)
			}
			for i, want := range test.steps {
				if i >= len(c.Fix.Steps) || !strings.HasPrefix(c.Fix.Steps[i], want) {
					t.Errorf("%s: steps %q, want %q", c.Cause.Rule, c.Fix.Steps, test.steps)
					break
				}
			}
			for _, text := range append(c.Fix.Steps, c.Cause.Hint) {
				if strings.Contains(text, "certificate for "+own) || strings.Contains(text, "-d "+own) || strings.Contains(text, "has "+own) {
					t.Errorf("advises what nobody can do: %q", text)
				}
			}
		})
	}
	t.Run("the origin's own name is proven to do", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, ok, func(c *tls.Config, _ *pki.Template) {
			c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				if h.ServerName != "a1b2c3.lambda-url.us-east-1.on.aws" {
					return &tls.Config{}, nil // no certificate: a fatal alert
				}
				return nil, nil
			}
		}, "a1b2c3.lambda-url.us-east-1.on.aws")
		s.DefaultBehavior = behavior("*", "AllViewer")
		c := s.check(t, check.Config{}).Checks[0]
		if c.Fix == nil || len(c.Fix.Steps) != 2 || !strings.HasPrefix(c.Fix.Steps[0], "in CloudFront: origin request policy AllViewerExceptHostHeader") || !strings.HasPrefix(c.Fix.Steps[1], "or give the distribution an alias") {
			t.Errorf("%v: %+v", c.Cause, c.Fix)
		}
	})
}

// TestOwnStatus: an error status from the origin itself passes as a connection, and warns:
// a 5xx always, a 4xx if the path was given (CF-ERR-08).
func TestOwnStatus(t *testing.T) {
	t.Parallel()
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{"/": 404, "/gone": 410, "/down": 503, "/there": 200}[r.URL.Path])
	}), nil, "app.example.com")
	for path, want := range map[string]check.Verdict{"": check.Pass, "/": check.Warn, "/gone": check.Warn, "/down": check.Warn, "/there": check.Pass} {
		c := only(t, s.check(t, check.Config{Path: path}))
		if c.Verdict != want || c.Cause != nil {
			t.Errorf("%q: %s with %d, want %s", path, c.Verdict, c.Outcome.Status, want)
		}
		if j, ok := judgement(c, "CF-ERR-08"); ok != (want == check.Warn) || ok && !strings.Contains(j.Observed, strconv.Itoa(c.Outcome.Status)) {
			t.Errorf("%q: %+v", path, j)
		}
	}
}

// TestRedirectLoop: an origin that is asked over HTTP and sends viewers to
// where they are is warned of; any other redirect is not.
func TestRedirectLoop(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, location string
		want           check.Verdict
	}{
		{"to where the viewer is", "https://www.example.com/", check.Warn},
		{"to another path", "https://www.example.com/home", check.Pass},
		{"to another site", "https://shop.example.com/", check.Pass},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			plain := httptest.NewServer(http.RedirectHandler(test.location, http.StatusMovedPermanently))
			t.Cleanup(plain.Close)
			s := newSite(t, ok, nil, "app.example.com")
			s.dials.routes = map[string]string{"80": plain.Listener.Addr().String()}
			s.Aliases, s.Origins[0].ProtocolPolicy = []string{"www.example.com"}, distribution.OriginHTTPOnly
			s.DefaultBehavior.ViewerProtocolPolicy = distribution.ViewerRedirectToHTTPS
			c := s.check(t, check.Config{}).Checks[0]
			if c.Verdict != test.want {
				t.Errorf("verdict %s, want %s: %+v", c.Verdict, test.want, c.Rules[0])
			}
			if c.Outcome.Location != test.location {
				t.Errorf("it leads to %q, want %q", c.Outcome.Location, test.location)
			}
			if j, ok := judgement(&c, "CF-CONN-03"); ok != (test.want == check.Warn) || ok && !strings.Contains(j.Observed, "redirect loop") {
				t.Errorf("%+v", j)
			}
		})
	}
}
