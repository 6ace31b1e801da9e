package policy_test

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// TestJudgeClientCertificate proves CF-MTLS-04 and CF-MTLS-05, and CF-MTLS-03
// by an expired certificate that passes.
func TestJudgeClientCertificate(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	ca, err := pki.SelfSign(pki.Template{CommonName: "ca", IsCA: true, NotBefore: from, NotAfter: to})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name     string
		template pki.Template
		extra    int // certificates above the leaf
		rule     policy.RuleID
	}{
		{"CF-MTLS-03 expired, P-256", pki.Template{Purpose: pki.ClientAuth}, 1, ""},
		{"RSA 2048", pki.Template{Purpose: pki.ClientAuth, KeyKind: pki.RSA2048}, 2, ""},
		{"CF-MTLS-04 server's purpose", pki.Template{Purpose: pki.ServerAuth}, 1, "CF-MTLS-04"},
		{"CF-MTLS-04 P-384", pki.Template{Purpose: pki.ClientAuth, KeyKind: pki.P384}, 1, "CF-MTLS-04"},
		{"CF-MTLS-04 RSA 1024", pki.Template{Purpose: pki.ClientAuth, KeyKind: pki.RSA1024}, 1, "CF-MTLS-04"},
		{"CF-MTLS-04 four certificates", pki.Template{Purpose: pki.ClientAuth}, 3, "CF-MTLS-04"},
		{"CF-MTLS-05 SHA-1", pki.Template{Purpose: pki.ClientAuth, SignatureAlgorithm: x509.ECDSAWithSHA1}, 1, "CF-MTLS-05"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.template.CommonName = "client"
			leaf, err := ca.Issue(row.template)
			if err != nil {
				t.Fatal(err)
			}
			chain := []*x509.Certificate{leaf.X509}
			for range row.extra {
				chain = append(chain, ca.X509)
			}
			var failed []policy.RuleID
			for _, f := range policy.JudgeClientCertificate(chain) {
				if f.Verdict == policy.Fail {
					failed = append(failed, f.Rule)
				}
			}
			if len(failed) > 1 || (len(failed) == 1) != (row.rule != "") || len(failed) == 1 && failed[0] != row.rule {
				t.Errorf("failed %q, want %q", failed, row.rule)
			}
		})
	}
	if f := policy.JudgeClientCertificate(nil); len(f) != 1 || f[0].Verdict != policy.Fail {
		t.Errorf("no certificate: %+v", f)
	}
}
