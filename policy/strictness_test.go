package policy_test

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// TestStrictness: what the documentation leaves open about a chain passes with a warning,
// and is refused if the strictness says so (CF-CERT-15, CF-CERT-04).
func TestStrictness(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	root, err := pki.SelfSign(pki.Template{CommonName: "root", IsCA: true, NotBefore: from, NotAfter: from.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	leaf := func(template pki.Template) []byte {
		template.CommonName, template.DNSNames = "a.example", []string{"a.example"}
		made, err := root.Issue(template)
		if err != nil {
			t.Fatal(err)
		}
		return made.DER
	}
	sound, sha1 := leaf(pki.Template{}), leaf(pki.Template{SignatureAlgorithm: x509.ECDSAWithSHA1})
	for _, row := range []struct {
		name   string
		chain  [][]byte
		strict policy.Strictness
		rule   policy.RuleID // of the deciding failure
	}{
		{"sound, all strict", [][]byte{sound}, policy.Strictness{Superfluous: true, SHA1: true}, ""},
		{"the root along", [][]byte{sound, root.DER}, policy.Strictness{SHA1: true}, ""},
		{"CF-CERT-15 the root along, strict", [][]byte{sound, root.DER}, policy.Strictness{Superfluous: true}, "CF-CERT-15"},
		{"SHA-1", [][]byte{sha1}, policy.Strictness{Superfluous: true}, ""},
		{"CF-CERT-04 SHA-1, strict", [][]byte{sha1}, policy.Strictness{SHA1: true}, "CF-CERT-04"},
	} {
		findings := policy.JudgeChain(policy.ChainFacts{
			Raw: row.chain, Names: policy.AcceptedNames{"a.example"}, At: from.AddDate(0, 6, 0),
			Strict: row.strict, Trust: policy.NewTrustStore(root.X509),
		})
		deciding, _ := policy.DecidingFinding(findings)
		if deciding.Rule != row.rule {
			t.Errorf("%s: decided by %q, want %q: %+v", row.name, deciding.Rule, row.rule, findings)
		}
		if row.rule != "" && (deciding.Cause != policy.CauseCertInvalid || !deciding.Inferred) {
			t.Errorf("%s: %+v", row.name, deciding)
		}
	}
}

// TestLinkMemo: a judgment with a memo says the same as one without, also when
// a certificate has been changed since.
func TestLinkMemo(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	root, err := pki.SelfSign(pki.Template{CommonName: "root", IsCA: true, NotBefore: from, NotAfter: from.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := root.Issue(pki.Template{CommonName: "a.example", DNSNames: []string{"a.example"}})
	if err != nil {
		t.Fatal(err)
	}
	forged := append([]byte(nil), leaf.DER...)
	forged[len(forged)-1] ^= 1
	var memo policy.LinkMemo
	for range 2 {
		for _, row := range []struct {
			der  []byte
			want policy.CauseName
		}{{leaf.DER, ""}, {forged, policy.CauseCertInvalid}} {
			deciding, _ := policy.DecidingFinding(policy.JudgeChain(policy.ChainFacts{
				Raw: [][]byte{row.der}, Names: policy.AcceptedNames{"a.example"}, At: from.AddDate(0, 6, 0),
				Memo: &memo, Trust: policy.NewTrustStore(root.X509),
			}))
			if deciding.Cause != row.want {
				t.Errorf("decided by %q, want %q", deciding.Cause, row.want)
			}
		}
	}
}
