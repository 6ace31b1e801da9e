package check_test

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// second gives a site a second certificate, for a key of this kind.
func second(t *testing.T, kind pki.KeyKind, ends time.Time, name string) func(*tls.Config, *pki.Template, *pki.Certificate) {
	return func(c *tls.Config, _ *pki.Template, root *pki.Certificate) {
		leaf, err := root.Issue(pki.Template{CommonName: name, DNSNames: []string{name}, NotBefore: noon.AddDate(-1, 0, 0), NotAfter: ends, KeyKind: kind})
		if err != nil {
			t.Fatal(err)
		}
		c.Certificates = append(c.Certificates, pki.TLS(leaf))
	}
}

// under checks a site by another state of the documented lists.
func (s *site) under(t *testing.T, name string, scan bool) *check.Check {
	t.Helper()
	snapshot, err := policy.SnapshotFor(name)
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, check.Config{Scan: scan, Subjects: []check.Subject{{Name: "site", Edge: &edge.Edge{Distribution: s.Distribution, Client: s.client, Snapshot: snapshot}}}})
	return only(t, r)
}

// An origin with two certificates, one of which fails, never simply passes: which one
// CloudFront gets is not documented (CF-CERT-01). The report on another version of the
// lists equals a run with that version, including the certificates (CF-TLS-28).
func TestSeveralCertificates(t *testing.T) {
	t.Parallel()
	const name = "app.example.com"
	expired, good := noon.AddDate(0, -1, 0), noon.AddDate(0, 2, 0)
	rsa := func(_ *tls.Config, leaf *pki.Template) { leaf.KeyKind = pki.RSA2048 }
	for _, row := range []struct {
		name   string
		tune   func(*tls.Config, *pki.Template)
		second func(*tls.Config, *pki.Template, *pki.Certificate)
		rule   policy.RuleID // that warns or fails; "" passes
	}{
		{"RSA is fine, ECDSA is expired", rsa, second(t, pki.P256, expired, name), "CF-CERT-01"},
		{"ECDSA is fine, RSA is expired", nil, second(t, pki.RSA2048, expired, name), "CF-CERT-01"},
		{"both are fine", rsa, second(t, pki.P256, good, name), ""},
		{"the same, TLS 1.2", func(c *tls.Config, leaf *pki.Template) { rsa(c, leaf); c.MaxVersion = tls.VersionTLS12 }, second(t, pki.P256, expired, name), "CF-CERT-01"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSiteWith(t, ok, row.tune, row.second, name)
			for _, scan := range []bool{false, true} {
				c := s.under(t, "current", scan)
				if want := row.rule == ""; (c.Verdict == check.Pass) != want || c.Verdict == check.Undecided {
					t.Errorf("scan %t: verdict %s, want pass %t", scan, c.Verdict, want)
				}
				if c.Verdict == check.Warn {
					j, _ := judgement(c, row.rule)
					if j.Verdict != policy.Warn || !j.Inferred || !strings.Contains(j.Subject, "keys in TLS") || !strings.Contains(j.Observed, "is not documented") {
						t.Errorf("scan %t: %s is judged %+v", scan, row.rule, j)
					}
				}
				agreesWithRuns(t, s, c)
			}
		})
	}
}

// agreesWithRuns compares the reports on other versions of the lists with runs under them.
func agreesWithRuns(t *testing.T, s *site, c *check.Check) {
	t.Helper()
	if len(c.Policies) != 4 {
		t.Errorf("%d dates, want 4", len(c.Policies))
	}
	for _, d := range c.Policies {
		got := s.under(t, d.Policy, false)
		rule := policy.RuleID("")
		if got.Cause != nil {
			rule = got.Cause.Rule
		}
		if d.Verdict != got.Verdict || d.Verdict == check.Fail && d.Rule != rule {
			t.Errorf("of %s it says %s by %q (%s), and a run says %s by %q", d.Policy, d.Verdict, d.Rule, d.Why, got.Verdict, rule)
		}
	}
}

// TestPolicyDates: the report on another version of the lists equals a run with it,
// whatever the origin accepts (CF-TLS-28, CF-TLS-29; flynn/flynn#3654: ECDSA was refused in
// 2017).
func TestPolicyDates(t *testing.T) {
	t.Parallel()
	only12 := func(suite uint16, curve tls.CurveID) func(*tls.Config, *pki.Template) {
		return func(c *tls.Config, leaf *pki.Template) {
			c.MaxVersion, c.CipherSuites, c.CurvePreferences = tls.VersionTLS12, []uint16{suite}, []tls.CurveID{curve}
			if suite != tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 {
				leaf.KeyKind = pki.RSA2048
			}
		}
	}
	const fails, passes = check.Fail, check.Pass
	for _, row := range []struct {
		name string
		tune func(*tls.Config, *pki.Template)
		want [4]check.Verdict // 2017, 2019, 2020, 2023
	}{
		{"ECDSA", only12(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.CurveP256), [4]check.Verdict{fails, passes, passes, passes}},
		{"RSA with GCM", only12(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.CurveP256), [4]check.Verdict{fails, fails, passes, passes}},
		{"RSA with CBC", only12(tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, tls.CurveP256), [4]check.Verdict{passes, passes, passes, passes}},
		{"a curve of 2020", only12(tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, tls.X25519), [4]check.Verdict{fails, fails, passes, passes}},
		{"TLS 1.3 alone", func(c *tls.Config, _ *pki.Template) { c.MinVersion = tls.VersionTLS13 }, [4]check.Verdict{fails, fails, fails, fails}},
		{"expired", func(_ *tls.Config, leaf *pki.Template) { leaf.NotAfter = noon.AddDate(0, 0, -1) }, [4]check.Verdict{fails, fails, fails, fails}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, ok, row.tune, "app.example.com")
			for _, scan := range []bool{false, true} {
				c := s.under(t, "current", scan)
				for i, d := range c.Policies {
					if d.Verdict != row.want[i] {
						t.Errorf("scan %t: %+v, want %s", scan, d, row.want[i])
					}
				}
				agreesWithRuns(t, s, c)
			}
		})
	}
}
