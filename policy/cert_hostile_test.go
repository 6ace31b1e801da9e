package policy_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// judgmentWithin is how long the judgment of any chain may take, on a slow
// machine with the race detector.
const judgementWithin = 3 * time.Second

// FuzzJudgeChain checks that every chain gets a verdict, soon: it never panics, covers
// every family of rules, and refuses with 502. The input is a chain in PEM, which the
// fuzzer can cut and shuffle, with everything else that a judgment depends on; the last
// certificate may be trusted.
func FuzzJudgeChain(f *testing.F) {
	root := selfSigned(f, "Root")
	inter := root.ca("CA")
	lower := inter.ca("Lower CA")
	other := selfSigned(f, "Other")
	seed := func(chain [][]byte, name string) {
		f.Add(encodePEM(chain), name, int64(0), uint8(0), uint16(0), uint16(0))
	}
	for _, chain := range [][][]byte{
		raw(inter.leaf(), inter), raw(lower.leaf(), inter, lower), raw(inter.leaf()), raw(root),
		raw(root.leaf(), other.cross(root), other), raw(other.leaf(), other), nil, {[]byte("junk")},
		raw(inter, lower, inter.leaf()), raw(inter.leaf(alternatives("*.example.com"))), raw(root.leafFor(rsaKey(1024))),
		raw(root.ca("Wide", subtreesOf(40)).leaf(manyNames(40))),
	} {
		seed(chain, "origin.example.com")
	}
	for n := range 12 {
		family := generate(f, n, 1)
		chain := append(slices.Clone(family.chains[0].sent), family.root.Raw)
		f.Add(encodePEM(chain), family.host, int64(n), uint8(n)|1, uint16(0x0303), uint16(0x0035))
	}
	f.Fuzz(func(t *testing.T, input []byte, name string, seconds int64, flags uint8, version, suite uint16) {
		facts := policy.ChainFacts{
			Raw: decodePEM(input), Names: policy.AcceptedNames{"origin.example.com", name},
			At: noon.Add(time.Duration(seconds%1e9) * time.Second), Agreed: policy.Agreed{Version: version, Suite: suite},
			Strict: policy.Strictness{Superfluous: flags&2 != 0, SHA1: flags&4 != 0, WideWildcard: flags&8 != 0},
			Trust:  policy.NewTrustStore(root.Certificate),
		}
		if n := len(facts.Raw); n > 0 && flags&1 != 0 {
			if last, err := x509.ParseCertificate(facts.Raw[n-1]); err == nil {
				facts.Trust = policy.NewTrustStore(root.Certificate, last)
			}
		}
		started := time.Now()
		findings := policy.JudgeChain(facts)
		if took := time.Since(started); took > judgementWithin {
			t.Errorf("judged in %v", took)
		}
		checkFindings(t, findings)
		if deciding, failed := policy.DecidingFinding(findings); failed && policy.CauseOf(deciding).Status != 502 {
			t.Errorf("%s gives no 502", deciding.Rule)
		} else if !failed && len(facts.Raw) == 0 {
			t.Error("no certificate passes")
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

// The edgesim judge and crypto/x509 must agree on plain chains: what one passes, the other
// verifies.
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
			// crypto/x509 fixes the order; that is the one difference.
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
