package policy_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

func elbPolicy(t *testing.T, name string) policy.ELBPolicy {
	t.Helper()
	for _, p := range policy.ELBPolicies() {
		if p.Name == "ELBSecurityPolicy-"+name {
			return p
		}
	}
	t.Fatalf("no policy %q", name)
	return policy.ELBPolicy{}
}

// TestELBPolicies: the table is readable, each row has its source, and a suite is only
// listed if its version is.
func TestELBPolicies(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range policy.ELBPolicies() {
		if seen[p.Name] || !strings.HasPrefix(p.Name, "ELBSecurityPolicy-") || len(p.Versions) == 0 || len(p.Suites) == 0 || !strings.HasPrefix(p.Source, "https://") {
			t.Errorf("%+v", p)
		}
		seen[p.Name] = true
		tls13 := p.Versions[len(p.Versions)-1] == policy.VersionTLS13
		if has := p.Suites[0]>>8 == 0x13; has != tls13 {
			t.Errorf("%s: TLS 1.3 %t, its suites %t", p.Name, tls13, has)
		}
	}
}

// TestJudgeELBPolicy: versions by CF-TLS-06, suites by CF-TLS-11, the load balancer's
// order, and the effect of the list's date (CF-TLS-28, CF-TLS-31).
func TestJudgeELBPolicy(t *testing.T) {
	t.Parallel()
	tls12 := []distribution.SSLProtocol{distribution.TLSv12}
	old := []distribution.SSLProtocol{distribution.TLSv1, distribution.TLSv11}
	const rsa128GCM, ecdsa128GCM, rsa128CBC, tls13 = 0xC02F, 0xC02B, 0xC027, 0x1301
	for _, test := range []struct {
		policy, date string
		protocols    []distribution.SSLProtocol
		verdict      policy.Verdict
		rule         policy.RuleID
		version      uint16
		rsa, ecdsa   uint16
	}{
		{"2016-08", "current", tls12, policy.Pass, "CF-TLS-06", policy.VersionTLS12, rsa128GCM, ecdsa128GCM},
		{"2016-08", "current", old, policy.Pass, "CF-TLS-06", policy.VersionTLS11, 0xC013, 0xC009},
		{"TLS13-1-2-2021-06", "current", tls12, policy.Pass, "CF-TLS-06", policy.VersionTLS13, tls13, tls13},
		{"TLS13-1-2-2021-06", "2023-03-31", tls12, policy.Pass, "CF-TLS-06", policy.VersionTLS12, rsa128GCM, ecdsa128GCM},
		{"TLS13-1-3-2021-06", "current", tls12, policy.Pass, "CF-TLS-06", policy.VersionTLS13, tls13, tls13},
		{"TLS13-1-3-2021-06", "2023-03-31", tls12, policy.Fail, "CF-TLS-06", 0, 0, 0},
		{"TLS-1-2-2017-01", "current", old, policy.Fail, "CF-TLS-06", 0, 0, 0},
		{"FS-1-2-Res-2020-10", "2017-12-07", tls12, policy.Fail, "CF-TLS-11", policy.VersionTLS12, 0, 0},
		{"FS-1-2-Res-2019-08", "2017-12-07", tls12, policy.Warn, "CF-TLS-11", policy.VersionTLS12, rsa128CBC, 0},
	} {
		t.Run(test.policy+" "+test.date, func(t *testing.T) {
			t.Parallel()
			s, err := policy.SnapshotFor(test.date)
			if err != nil {
				t.Fatal(err)
			}
			v := policy.JudgeELBPolicy(elbPolicy(t, test.policy), test.protocols, s)
			if v.Finding.Verdict != test.verdict || v.Finding.Rule != test.rule || v.Version != test.version || v.RSA != test.rsa || v.ECDSA != test.ecdsa {
				t.Errorf("%+v, version %04x, RSA %04x, ECDSA %04x", v.Finding, v.Version, v.RSA, v.ECDSA)
			}
		})
	}
	current := policy.CurrentSnapshot()
	// Of 2016-08 all but AES*-GCM and AES*-SHA256 are on CloudFront's list; four are left without CBC.
	if v := policy.JudgeELBPolicy(elbPolicy(t, "2016-08"), distribution.InferredSSLProtocols(), current); len(v.Shared) != 14 || v.Modern != 4 {
		t.Errorf("%d shared, %d modern; want 14, 4", len(v.Shared), v.Modern)
	}
}
