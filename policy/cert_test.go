package policy_test

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// chainTest is one chain and what must be found of it. The rules in proves are
// those that the row would fail without.
type chainTest struct {
	name   string
	chain  [][]byte
	names  policy.AcceptedNames // default: origin.example.com
	at     time.Time            // default: noon
	trust  *policy.TrustStore   // default: the public root
	agreed policy.Agreed        // default: unknown
	proves []string
	cause  policy.CauseName // of the deciding finding; "" if the chain passes
	fails  []string         // every failing rule, sorted
	warns  []string         // every rule with a warning, sorted
	says   string           // a part of the deciding finding, or of any finding if the chain passes
}

func runChainTests(t *testing.T, trust *policy.TrustStore, tests []chainTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			facts := policy.ChainFacts{Raw: tt.chain, Names: tt.names, At: tt.at, Trust: tt.trust, Agreed: tt.agreed}
			if facts.Names == nil {
				facts.Names = policy.AcceptedNames{"origin.example.com"}
			}
			if facts.At.IsZero() {
				facts.At = noon
			}
			if facts.Trust == nil {
				facts.Trust = trust
			}
			checkChain(t, policy.JudgeChain(facts), tt)
		})
	}
}

func checkChain(t *testing.T, findings []policy.Finding, tt chainTest) {
	t.Helper()
	deciding, _ := policy.DecidingFinding(findings)
	if deciding.Cause != tt.cause {
		t.Errorf("cause: got %q, want %q", deciding.Cause, tt.cause)
	}
	if got := rulesWith(findings, policy.Fail); !slices.Equal(got, tt.fails) {
		t.Errorf("failing rules: got %v, want %v", got, tt.fails)
	}
	if got := rulesWith(findings, policy.Warn); !slices.Equal(got, tt.warns) {
		t.Errorf("warnings: got %v, want %v", got, tt.warns)
	}
	said := text(deciding)
	if tt.cause == "" {
		for _, f := range findings {
			said += text(f)
		}
	}
	if !strings.Contains(said, tt.says) {
		t.Errorf("evidence: got %q, want it to contain %q", said, tt.says)
	}
	for _, rule := range tt.proves {
		if !slices.ContainsFunc(findings, func(f policy.Finding) bool { return f.Rule == policy.RuleID(rule) }) {
			t.Errorf("no finding for %s", rule)
		}
	}
	checkFindings(t, findings)
	if t.Failed() {
		for _, f := range findings {
			t.Logf("%-11s %-7s %s: %s", f.Rule, f.Verdict, f.Subject, f.Observed)
		}
	}
}

// checkFindings checks what is true of the findings of every chain.
func checkFindings(t *testing.T, findings []policy.Finding) {
	t.Helper()
	for _, f := range findings {
		_, known := policy.RuleByID(f.Rule)
		switch {
		case !known:
			t.Errorf("%s is not in the catalogue", f.Rule)
		case f.Observed == "":
			t.Errorf("%s %s without evidence", f.Rule, f.Verdict)
		case (f.Verdict == policy.Fail) != (f.Cause != ""):
			t.Errorf("%s: verdict %s with cause %q", f.Rule, f.Verdict, f.Cause)
		case f.Verdict == policy.Fail && (f.Hint == "" || f.Expected == "" || f.Subject == ""):
			t.Errorf("%s fails without subject, expectation or hint", f.Rule)
		}
	}
	for _, rule := range []policy.RuleID{"CF-CERT-01", "CF-CERT-02", "CF-CERT-04"} {
		verdict := func(v policy.Verdict) bool {
			return slices.ContainsFunc(findings, func(f policy.Finding) bool { return f.Rule == rule && f.Verdict == v })
		}
		if verdict(policy.Pass) && verdict(policy.Fail) {
			t.Errorf("%s passes and fails", rule)
		}
	}
	for _, family := range [][]policy.RuleID{
		{"CF-CERT-01"}, {"CF-CERT-02"}, {"CF-CERT-03"}, {"CF-CERT-04", "CF-CERT-13"}, {"CF-CERT-05"}, {"CF-CERT-06"}, {"CF-CERT-07", "CF-CERT-08"},
		{"CF-CERT-11", "CF-CERT-12", "CF-CERT-13"}, {"CF-NAME-01", "CF-NAME-02", "CF-NAME-05"},
	} {
		if !slices.ContainsFunc(findings, func(f policy.Finding) bool { return slices.Contains(family, f.Rule) }) {
			t.Errorf("nothing is said of %v", family)
		}
	}
}

func rulesWith(findings []policy.Finding, v policy.Verdict) []string {
	var rules []string
	for _, f := range findings {
		if f.Verdict == v {
			rules = append(rules, string(f.Rule))
		}
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

func text(f policy.Finding) string {
	return f.Subject + " | " + f.Observed + " | " + f.Expected + " | " + f.Hint + "\n"
}

func TestJudgeChainStructure(t *testing.T) {
	root := selfSigned(t, "Public Root")
	inter := root.ca("Intermediate 1")
	lower := inter.ca("Intermediate 2")
	leaf, deep := inter.leaf(), lower.leaf()
	private := selfSigned(t, "Private Root")
	privateCA := private.ca("Private CA")
	privateSub := privateCA.ca("Private Sub")
	aia := func(c *x509.Certificate) { c.IssuingCertificateURL = []string{"http://ca.example/root.cer"} }
	stranger := selfSigned(t, "Stranger").ca("Stranger CA")
	own := selfSigned(t, "origin.example.com", asLeaf)
	trust := policy.NewTrustStore(root.Certificate)

	// A CA that was set up again: the name of inter, another key.
	renewed := root.ca("Intermediate 1")
	namesake := selfSigned(t, "Public Root")

	// A leaf that does not say which key of its issuer signed it.
	anonymous := *privateCA.Certificate
	anonymous.SubjectKeyId = nil
	unmarked := (&entity{Certificate: &anonymous, key: privateCA.key, t: t}).leaf()
	// The root's key under another spelling of its name.
	respelled := &entity{key: root.key, t: t}
	root.sign(respelled, ca("public  ROOT"), nil, nil)

	runChainTests(t, trust, []chainTest{
		{name: "leaf and intermediate", chain: raw(leaf, inter), proves: []string{"CF-CERT-03", "CF-CERT-05", "CF-CERT-06", "CF-CERT-07", "CF-CERT-13", "CF-CERT-15"}, says: "in order: 0 (CN=origin.example.com), 1 (CN=Intermediate 1)"},
		{name: "deep chain", chain: raw(deep, lower, inter)},
		{name: "leaf directly below the root", chain: raw(root.leaf())},
		{name: "trust store with several roots of one name", chain: raw(leaf, inter), trust: policy.NewTrustStore(namesake.Certificate, root.Certificate)},
		{name: "name of the issuer encoded in another way", chain: raw(respelled.leaf())},

		{name: "no certificate", proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "no certificate"},
		{name: "unreadable leaf", chain: [][]byte{[]byte("not a certificate"), inter.Raw}, proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "certificate 0 (unreadable)"},
		{name: "leaf with bytes behind it", chain: [][]byte{append(slices.Clone(leaf.Raw), 0), inter.Raw}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}},
		{name: "unreadable intermediate", chain: [][]byte{leaf.Raw, []byte("not a certificate")}, proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04", "CF-CERT-06"}},
		{name: "unreadable before the intermediate", chain: [][]byte{leaf.Raw, []byte("junk"), inter.Raw}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}},
		{name: "junk behind a complete path", chain: [][]byte{leaf.Raw, inter.Raw, []byte("junk")}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}},
		{name: "an odd certificate behind a complete path", chain: [][]byte{leaf.Raw, inter.Raw, negativeSerial(t, stranger)}, warns: []string{"CF-CERT-04"}, says: "not needed for the path"},

		{name: "self-signed", chain: raw(own), proves: []string{"CF-CERT-03"}, cause: policy.CauseCertSelfSigned, fails: []string{"CF-CERT-03"}, says: "own key"},
		{name: "self-signed and trusted", chain: raw(own), trust: policy.NewTrustStore(own.Certificate), proves: []string{"CF-CERT-03"}, cause: policy.CauseCertSelfSigned, fails: []string{"CF-CERT-03"}},
		{name: "self-signed CA", chain: raw(selfSigned(t, "origin.example.com", alternatives("origin.example.com"), usage(x509.KeyUsageDigitalSignature))), cause: policy.CauseCertSelfSigned, fails: []string{"CF-CERT-03"}, warns: []string{"CF-CERT-04"}},
		{name: "self-signed, expired and for another name", chain: raw(own), at: newYear.AddDate(20, 0, 0), names: policy.AcceptedNames{"other.example"}, cause: policy.CauseCertSelfSigned, fails: []string{"CF-CERT-01", "CF-CERT-03", "CF-NAME-05"}},
		{name: "self-signed and changed", chain: [][]byte{forged(selfSigned(t, "origin.example.com", asLeaf, keyID("x")))}, cause: policy.CauseCertSelfSigned, fails: []string{"CF-CERT-03"}},
		{name: "CA and leaf of one name are not self-signed", chain: raw(selfSigned(t, "origin.example.com").leaf()), cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}},

		{name: "reversed", chain: raw(inter, leaf), proves: []string{"CF-CERT-05"}, cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05"}, says: "sent as 0 (CN=Intermediate 1), 1 (CN=origin.example.com) | the leaf, its issuer, the next issuer: 1 (CN=origin.example.com), 0 (CN=Intermediate 1)"},
		{name: "reversed with the root", chain: raw(root, inter, leaf), proves: []string{"CF-CERT-05"}, cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05"}, warns: []string{"CF-CERT-15"}},
		{name: "intermediates swapped", chain: raw(deep, inter, lower), proves: []string{"CF-CERT-05"}, cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05"}, says: "0 (CN=origin.example.com), 2 (CN=Intermediate 2), 1 (CN=Intermediate 1)"},
		{name: "leaf in the middle", chain: raw(inter, deep, lower), cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05"}},
		{name: "root before its intermediate", chain: raw(leaf, root, inter), proves: []string{"CF-CERT-05"}, cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05"}, warns: []string{"CF-CERT-15"}, says: "do not belong between"},
		{name: "stranger before the intermediate", chain: raw(leaf, stranger, inter), proves: []string{"CF-CERT-05"}, cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05"}, warns: []string{"CF-CERT-15"}},
		{name: "leaf twice", chain: raw(leaf, leaf, inter), cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05"}, warns: []string{"CF-CERT-15"}},
		{name: "swapped and incomplete", chain: raw(lower.ca("Intermediate 3").leaf(), inter, lower), cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}, warns: []string{"CF-CERT-15"}},
		{name: "swapped below a private root that was left out", chain: raw(privateSub.leaf(), privateCA, privateSub), cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05", "CF-CERT-08"}},
		{name: "private chain reversed", chain: raw(private, privateCA, privateCA.leaf()), cause: policy.CauseCertWrongOrder, fails: []string{"CF-CERT-05", "CF-CERT-07"}},

		{name: "only the leaf", chain: raw(leaf), proves: []string{"CF-CERT-06"}, cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}, says: "the chain stops at issuer CN=Intermediate 1,O=Test, which was not sent"},
		{name: "the leaf and a wrong intermediate", chain: raw(leaf, stranger), proves: []string{"CF-CERT-06"}, cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}, warns: []string{"CF-CERT-15"}},
		{name: "the leaf and the root without the intermediate", chain: raw(leaf, root), cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}, warns: []string{"CF-CERT-15"}},
		{name: "the second intermediate is missing, its address is known", chain: raw(deep, inter.cross(lower, aia)), proves: []string{"CF-CERT-06"}, cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}},
		{name: "an intermediate of the right name and another key", chain: raw(leaf, renewed), proves: []string{"CF-CERT-06"}, cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}, warns: []string{"CF-CERT-15"}, says: "has that name but another key"},

		{name: "private root sent along", chain: raw(privateCA.leaf(), privateCA, private), proves: []string{"CF-CERT-07"}, cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-07"}, says: "certificate 2 (CN=Private Root)"},
		{name: "leaf below a private root sent along", chain: raw(private.leaf(), private), proves: []string{"CF-CERT-07"}, cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-07"}},
		{name: "private root left out", chain: raw(privateCA.leaf(), privateCA), proves: []string{"CF-CERT-08"}, cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-08"}, says: "its issuer CN=Private Root,O=Test is not a trusted root"},
		{name: "private root left out: --origin-ca is for that", chain: raw(privateCA.leaf(), privateCA), cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-08"}, says: "to test with a CA of your own as if it were public, use --origin-ca FILE"},
		{name: "private root left out, its address known", chain: raw(private.cross(privateCA, aia).leaf(), private.cross(privateCA, aia)), cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}},
		{name: "private root sent twice", chain: raw(private.leaf(), private, private), cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-07"}, warns: []string{"CF-CERT-15"}, says: "certificate 1 (CN=Private Root)"},
		{name: "no key identifiers, a CA of that name and another key", chain: raw(unmarked, root.ca("Private CA")), proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "does not verify"},
		{name: "no key identifiers, a namesake before the CA", chain: raw(unmarked, root.ca("Private CA"), privateCA, private), cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-07"}, warns: []string{"CF-CERT-15"}},
		{name: "private root in the store", chain: raw(privateCA.leaf(), privateCA), trust: policy.NewTrustStore(private.Certificate)},
		{name: "a root of the same name in the store", chain: raw(root.leaf()), trust: policy.NewTrustStore(namesake.Certificate), cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}, says: "the trusted root (CN=Public Root) has that name but another key"},
		{name: "no store", chain: raw(leaf, inter, root), trust: policy.NewTrustStore(), cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-07"}},
		{name: "a condition of the root is met", chain: raw(leaf, inter), trust: constrained(root, nil)},
		{name: "a condition of the root is not met", chain: raw(leaf, inter), trust: constrained(root, errors.New("issued after distrust")), proves: []string{"CF-CERT-07"}, cause: policy.CauseCertUntrustedRoot, fails: []string{"CF-CERT-07"}, says: "issued after distrust"},

		{name: "signature changed", chain: [][]byte{forged(leaf), inter.Raw}, proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "does not verify"},
		{name: "signature of the intermediate changed", chain: [][]byte{leaf.Raw, forged(inter)}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "certificate 1 (CN=Intermediate 1)"},
		{name: "signature changed and order wrong", chain: [][]byte{forged(deep), inter.Raw, lower.Raw}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04", "CF-CERT-05"}},
		{name: "signature of the trusted root's copy changed", chain: [][]byte{leaf.Raw, inter.Raw, forged(root)}, warns: []string{"CF-CERT-15"}},
	})
}

func TestJudgeChainExtras(t *testing.T) {
	root := selfSigned(t, "ISRG Root X1")
	r3 := root.ca("R3")
	leaf := r3.leaf()
	dst := selfSigned(t, "DST Root CA X3", until(noon.AddDate(-4, 0, 0)))
	other := selfSigned(t, "Other Root")
	x1ByOther := other.cross(root)
	x1ByDST := dst.cross(root, until(noon.AddDate(-1, 0, 0)))
	r3ByDST := dst.cross(r3)
	stranger := selfSigned(t, "Stranger").ca("Stranger CA")
	expiredR3 := root.cross(r3, until(noon.AddDate(0, -1, 0)))
	trust := policy.NewTrustStore(root.Certificate)

	runChainTests(t, trust, []chainTest{
		{name: "the trusted root sent along", chain: raw(leaf, r3, root), proves: []string{"CF-CERT-15"}, warns: []string{"CF-CERT-15"}, says: "2 (CN=ISRG Root X1), a trusted root itself"},
		{name: "a stranger at the end", chain: raw(leaf, r3, stranger), proves: []string{"CF-CERT-15"}, warns: []string{"CF-CERT-15"}, says: "2 (CN=Stranger CA), not needed"},
		{name: "the intermediate twice", chain: raw(leaf, r3, r3), warns: []string{"CF-CERT-15"}, says: "a second copy"},
		{name: "cross-signed root of an expired one", chain: raw(leaf, r3, x1ByDST), proves: []string{"CF-CERT-15", "CF-CERT-19"}, warns: []string{"CF-CERT-15", "CF-CERT-19"}},
		{name: "cross-signed root and the expired root", chain: raw(leaf, r3, x1ByDST, dst), proves: []string{"CF-CERT-19"}, warns: []string{"CF-CERT-15", "CF-CERT-19"}},
		{name: "two certificates for the intermediate, the good one first", chain: raw(leaf, r3, r3ByDST), proves: []string{"CF-CERT-15"}, warns: []string{"CF-CERT-15"}},
		{name: "two certificates for the intermediate, the good one last", chain: raw(leaf, r3ByDST, r3), proves: []string{"CF-CERT-05"}, warns: []string{"CF-CERT-15"}},
		{name: "the other chain first", chain: raw(leaf, r3ByDST, dst, r3), warns: []string{"CF-CERT-15", "CF-CERT-19"}},
		{name: "an expired intermediate beside its successor", chain: raw(leaf, expiredR3, r3), proves: []string{"CF-CERT-19"}, warns: []string{"CF-CERT-15", "CF-CERT-19"}},
		{name: "only the expired intermediate", chain: raw(leaf, expiredR3), cause: policy.CauseCertExpired, fails: []string{"CF-CERT-01"}, says: "certificate 1 (CN=R3)"},
		{name: "a distrusted root with a cross-sign of a trusted one", chain: raw(leaf, r3, x1ByOther), trust: policy.NewConstrainedTrustStore([]policy.TrustedRoot{
			{Certificate: root.Certificate, Constraint: func([]*x509.Certificate) error { return errors.New("distrusted") }}, {Certificate: other.Certificate},
		})},
	})
}

func TestJudgeChainTooLong(t *testing.T) {
	root := selfSigned(t, "Root")
	issuer := root
	chain := []*entity{}
	for range policy.MaxJudgedCertificates + 20 {
		issuer = issuer.ca("CA")
		chain = append(chain, issuer)
	}
	slices.Reverse(chain)
	chain = append([]*entity{issuer.leaf()}, chain...)
	good := root.ca("Good")
	bomb := raw(good.leaf(), good)
	for len(bomb) < 10_000 {
		bomb = append(bomb, issuer.Raw)
	}
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		{name: "a path that is too long", chain: raw(chain...), cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04", "CF-CERT-08"}, warns: []string{"CF-CERT-15"}, says: "121 certificates were sent; the first 100"},
		{name: "10,000 certificates behind a good path", chain: bomb, warns: []string{"CF-CERT-15"}, says: "9900 more that nobody looked at"},
	})
}
