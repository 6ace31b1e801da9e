package policy_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// FuzzJudgeChain holds that every chain has a verdict: it never panics, says
// something of every family of rules, and passes only what crypto/x509 reads.
// The input is a chain in PEM, so that the fuzzer can cut and shuffle it.
func FuzzJudgeChain(f *testing.F) {
	root := selfSigned(f, "Root")
	inter := root.ca("CA")
	lower := inter.ca("Lower CA")
	other := selfSigned(f, "Other")
	for _, chain := range [][][]byte{
		raw(inter.leaf(), inter), raw(lower.leaf(), inter, lower), raw(inter.leaf()), raw(root),
		raw(root.leaf(), other.cross(root), other), raw(other.leaf(), other), nil, {[]byte("junk")},
		raw(inter, lower, inter.leaf()), raw(inter.leaf(alternatives("*.example.com"))), raw(root.leafFor(rsaKey(1024))),
	} {
		f.Add(encodePEM(chain))
	}
	trust := policy.NewTrustStore(root.Certificate)
	f.Fuzz(func(t *testing.T, input []byte) {
		facts := policy.ChainFacts{
			Raw: decodePEM(input), Names: policy.AcceptedNames{"origin.example.com"}, At: noon, Trust: trust,
		}
		findings := policy.JudgeChain(facts)
		checkFindings(t, findings)
		deciding, failed := policy.DecidingFinding(findings)
		if !failed {
			if _, err := x509.ParseCertificate(facts.Raw[0]); err != nil {
				t.Errorf("a leaf passes that cannot be read: %v", err)
			}
		} else if policy.CauseOf(deciding).Status != 502 {
			t.Errorf("%s gives no 502", deciding.Rule)
		}
	})
}

func encodePEM(chain [][]byte) []byte {
	var b bytes.Buffer
	for _, der := range chain {
		pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return b.Bytes()
}

func decodePEM(input []byte) [][]byte {
	var chain [][]byte
	for {
		block, rest := pem.Decode(input)
		if block == nil {
			return chain
		}
		chain, input = append(chain, block.Bytes), rest
	}
}

// The edgesim judge and crypto/x509 must agree on plain chains: what the one
// passes, the other verifies.
func TestJudgeChainAgreesWithX509(t *testing.T) {
	root := selfSigned(t, "Root")
	inter := root.ca("CA")
	lower := inter.ca("Lower CA")
	stranger := selfSigned(t, "Stranger")
	pool := x509.NewCertPool()
	pool.AddCert(root.Certificate)
	for _, leaf := range []*entity{inter.leaf(), lower.leaf(), root.leaf(), stranger.leaf(), inter.leaf(until(noon.AddDate(0, 0, -1))), inter.leaf(alternatives("other.example"), commonName("other.example"))} {
		for n, chain := range permutations([]*entity{inter, lower, root}) {
			facts := policy.ChainFacts{
				Raw: raw(append([]*entity{leaf}, chain...)...), Names: policy.AcceptedNames{"origin.example.com"}, At: noon,
				Trust: policy.NewTrustStore(root.Certificate),
			}
			intermediates := x509.NewCertPool()
			for _, e := range chain {
				intermediates.AddCert(e.Certificate)
			}
			_, err := leaf.Verify(x509.VerifyOptions{DNSName: "origin.example.com", Roots: pool, Intermediates: intermediates, CurrentTime: noon})
			deciding, failed := policy.DecidingFinding(policy.JudgeChain(facts))
			// crypto/x509 mends the order; that is the one difference.
			if want := err != nil; failed != want && deciding.Rule != "CF-CERT-05" {
				t.Errorf("leaf of %s, permutation %d: got %s %q, crypto/x509 says %v", leaf.Issuer.CommonName, n, deciding.Rule, deciding.Observed, err)
			}
		}
	}
}

// permutations returns every order of every subset.
func permutations(items []*entity) [][]*entity {
	all := [][]*entity{nil}
	for i, item := range items {
		for _, tail := range permutations(slices.Delete(slices.Clone(items), i, i+1)) {
			all = append(all, append([]*entity{item}, tail...))
		}
	}
	return all
}

// bombs are chains made to be expensive: one name everywhere, so that every
// certificate could have issued every other one.
func bombs(tb testing.TB) map[string][][]byte {
	root := selfSigned(tb, "CA")
	sameKey := []*entity{root.leaf()}
	otherKey := []*entity{root.leaf()}
	for range policy.MaxJudgedCertificates - 1 {
		sameKey = append(sameKey, root.cross(root))
		otherKey = append(otherKey, root.cross(selfSigned(tb, "CA"), func(c *x509.Certificate) { c.SubjectKeyId = []byte{1} }))
	}
	slices.Reverse(sameKey[1:])
	return map[string][][]byte{"one name and key": raw(sameKey...), "one name, other keys": raw(otherKey...)}
}

func TestJudgeChainBombs(t *testing.T) {
	for name, chain := range bombs(t) {
		t.Run(name, func(t *testing.T) {
			findings := policy.JudgeChain(policy.ChainFacts{Raw: chain, Names: policy.AcceptedNames{"origin.example.com"}, At: noon})
			if _, failed := policy.DecidingFinding(findings); !failed {
				t.Error("passes without a trusted root")
			}
		})
	}
}

func BenchmarkJudgeChain(b *testing.B) {
	root := selfSigned(b, "Root")
	inter := root.ca("CA")
	chains := bombs(b)
	chains["leaf and intermediate"] = raw(inter.leaf(), inter)
	trust := policy.NewTrustStore(root.Certificate)
	for name, chain := range chains {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				policy.JudgeChain(policy.ChainFacts{Raw: chain, Names: policy.AcceptedNames{"origin.example.com"}, At: noon, Trust: trust})
			}
		})
	}
}
