package policy_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
)

func TestJudgeChainDates(t *testing.T) {
	root := selfSigned(t, "Root")
	inter := root.ca("CA", from(newYear.AddDate(0, -1, 0)), until(newYear.AddDate(0, 6, 0)))
	leaf := inter.leaf()
	end := leaf.NotAfter
	outlived := selfSigned(t, "Old Root", until(noon.Add(-time.Hour)))
	trust := policy.NewTrustStore(root.Certificate, outlived.Certificate)
	short := inter.leaf(from(noon), until(noon.Add(90*time.Second)))

	runChainTests(t, trust, []chainTest{
		{name: "valid", chain: raw(leaf, inter), proves: []string{"CF-CERT-01", "CF-CERT-02"}},
		{name: "at the first instant", chain: raw(short, inter), at: noon},
		{name: "at the last instant", chain: raw(short, inter), at: noon.Add(90 * time.Second)},
		{name: "a second too late", chain: raw(short, inter), at: noon.Add(91 * time.Second), proves: []string{"CF-CERT-01"}, cause: policy.CauseCertExpired, fails: []string{"CF-CERT-01"}, says: "expired at 2026-03-01T12:01:30Z, 1 second before | valid at 2026-03-01T12:01:31Z"},
		{name: "a second too early", chain: raw(short, inter), at: noon.Add(-time.Second), proves: []string{"CF-CERT-02"}, cause: policy.CauseCertNotYetValid, fails: []string{"CF-CERT-02"}, says: "valid only from 2026-03-01T12:00:00Z, 1 second later"},
		{name: "leaf and intermediate expired", chain: raw(leaf, inter), at: end.Add(72 * time.Hour), cause: policy.CauseCertExpired, fails: []string{"CF-CERT-01"}, says: "certificate 0 (CN=origin.example.com) | expired at 2027-01-01T00:00:00Z, 3 days before"},
		{name: "only the intermediate expired", chain: raw(leaf, inter), at: inter.NotAfter.Add(3 * time.Hour), cause: policy.CauseCertExpired, fails: []string{"CF-CERT-01"}, says: "certificate 1 (CN=CA) | expired at 2026-07-01T00:00:00Z, 3 hours before"},
		{name: "only the intermediate not yet valid", chain: raw(inter.leaf(from(newYear.AddDate(-1, 0, 0))), inter), at: newYear.AddDate(0, -2, 0), cause: policy.CauseCertNotYetValid, fails: []string{"CF-CERT-02"}, says: "certificate 1 (CN=CA)"},
		{name: "leaf expired, intermediate not yet valid", chain: raw(inter.leaf(from(newYear.AddDate(-2, 0, 0)), until(newYear.AddDate(-1, 0, 0))), inter), at: newYear.AddDate(0, -2, 0), cause: policy.CauseCertExpired, fails: []string{"CF-CERT-01", "CF-CERT-02"}},
		{name: "the root expired", chain: raw(outlived.leaf()), cause: policy.CauseCertExpired, fails: []string{"CF-CERT-01"}, says: "trusted root (CN=Old Root)"},
		{name: "expired below an unknown issuer", chain: raw(leaf), at: end.AddDate(1, 0, 0), cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-01", "CF-CERT-06"}},
		{name: "the zero instant", chain: raw(leaf, inter), at: time.Time{}.Add(1), cause: policy.CauseCertNotYetValid, fails: []string{"CF-CERT-02"}},
	})
}

func TestJudgeChainUse(t *testing.T) {
	root := selfSigned(t, "Root")
	inter := root.ca("CA")
	trust := policy.NewTrustStore(root.Certificate)
	invalid := func(name string, says string, chain ...*entity) chainTest {
		return chainTest{name: name, chain: raw(chain...), proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: says}
	}
	notCA := root.ca("No CA", func(c *x509.Certificate) { c.IsCA = false })
	noSign := root.ca("No Sign", usage(x509.KeyUsageCRLSign))
	clientCA := root.ca("Client CA", extendedUsage(x509.ExtKeyUsageClientAuth))
	short := root.ca("Short", func(c *x509.Certificate) { c.MaxPathLenZero = true })
	below := short.ca("Below")
	selfIssued := short.ca("Short") // same name, another key
	unknown := func(critical bool) edit {
		return func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: critical, Value: []byte{5, 0}}}
		}
	}
	caLeaf := func(u x509.KeyUsage) edit {
		return func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, u }
	}
	limitedRoot := selfSigned(t, "Limited Root", func(c *x509.Certificate) { c.MaxPathLenZero = true })
	notCARoot := selfSigned(t, "No CA Root", func(c *x509.Certificate) { c.IsCA = false })

	runChainTests(t, trust, []chainTest{
		{name: "no extended key usage", chain: raw(inter.leaf(extendedUsage()), inter), proves: []string{"CF-CERT-04"}},
		{name: "any extended key usage", chain: raw(inter.leaf(extendedUsage(x509.ExtKeyUsageAny)), inter)},
		{name: "no key usage", chain: raw(inter.leaf(usage(0)), inter)},
		{name: "key usage of static RSA", chain: raw(inter.leafFor(rsaKey(2048), usage(x509.KeyUsageKeyEncipherment)), inter)},
		invalid("client certificate", "does not contain serverAuth", inter.leaf(extendedUsage(x509.ExtKeyUsageClientAuth)), inter),
		invalid("unknown extended key usage alone", "does not contain serverAuth", inter.leaf(extendedUsage(), func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 2, 3}} }), inter),
		invalid("key usage for contracts only", "its key usage", inter.leaf(usage(x509.KeyUsageContentCommitment)), inter),
		{name: "a CA's certificate as leaf", chain: raw(inter.leaf(caLeaf(x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature)), inter), warns: []string{"CF-CERT-04"}, says: "a CA certificate is used as the server's own"},
		invalid("a CA's certificate as leaf, its key usage forbids", "its key usage", inter.leaf(caLeaf(x509.KeyUsageCertSign)), inter),
		invalid("issuer is not a CA", "certificate 1 (CN=No CA) | it issued another certificate without being a CA", notCA.leaf(), notCA),
		invalid("issuer may not sign", "keyCertSign", noSign.leaf(), noSign),
		invalid("issuer is for clients", "certificate 1 (CN=Client CA)", clientCA.leaf(), clientCA),
		invalid("a leaf as issuer", "without being a CA", inter.leaf().leaf(), inter.leaf(), inter).withChain(leafBelowLeaf(inter)),
		{name: "path length kept", chain: raw(short.leaf(), short)},
		invalid("path length exceeded", "it allows 0 intermediates below it, and there are 1", below.leaf(), below, short),
		{name: "path length does not count self-issued", chain: raw(selfIssued.leaf(), selfIssued, short)},
		{name: "path length of the root exceeded", chain: raw(limitedRoot.ca("CA").leaf()), cause: policy.CauseCertIncompleteChain, fails: []string{"CF-CERT-06"}},
		rootLimit(limitedRoot),
		{name: "the root is not a CA", chain: raw(notCARoot.leaf()), trust: policy.NewTrustStore(notCARoot.Certificate), cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}},
		{name: "unknown extension", chain: raw(inter.leaf(unknown(false)), inter)},
		invalid("unknown critical extension", "1.2.3.4", inter.leaf(unknown(true)), inter),
	})
}

func (tt chainTest) withChain(chain [][]byte) chainTest {
	tt.chain = chain
	return tt
}

// leafBelowLeaf is a chain in which a leaf issued another, as CVE-2020-0601
// and its kin would have it.
func leafBelowLeaf(inter *entity) [][]byte {
	middle := inter.leaf(commonName("middle.example.com"))
	return raw(middle.leaf(), middle, inter)
}

func rootLimit(root *entity) chainTest {
	inter := root.ca("CA")
	return chainTest{
		name: "path length of the root", chain: raw(inter.leaf(), inter), trust: policy.NewTrustStore(root.Certificate),
		cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "trusted root (CN=Limited Root) | it allows 0 intermediates",
	}
}

func TestJudgeChainConstraints(t *testing.T) {
	root := selfSigned(t, "Root")
	permitted := func(names ...string) *entity {
		return root.ca("Constrained", func(c *x509.Certificate) { c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = names, true })
	}
	excluded := func(names ...string) *entity {
		return root.ca("Constrained", func(c *x509.Certificate) { c.ExcludedDNSDomains, c.PermittedDNSDomainsCritical = names, true })
	}
	_, lan, _ := net.ParseCIDR("10.0.0.0/8")
	private := root.ca("Constrained", func(c *x509.Certificate) { c.PermittedIPRanges = []*net.IPNet{lan} })
	email := root.ca("Constrained", func(c *x509.Certificate) { c.PermittedEmailAddresses = []string{"example.com"} })
	row := func(name string, ca *entity, says string, edits ...edit) chainTest {
		tt := chainTest{name: name, chain: raw(ca.leaf(edits...), ca), says: says}
		if says != "" {
			tt.cause, tt.fails = policy.CauseCertInvalid, []string{"CF-CERT-04"}
		}
		return tt
	}
	noNames := alternatives()
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		row("within the permitted domain", permitted("example.com"), ""),
		row("the permitted domain itself", permitted("origin.example.com"), ""),
		row("outside the permitted domain", permitted("example.org"), "the leaf's name origin.example.com is outside its permitted domains example.org"),
		row("not a label boundary", permitted("le.com"), "outside its permitted domains"),
		row("only what is below", permitted(".origin.example.com"), "outside its permitted domains"),
		row("in the excluded domain", excluded("EXAMPLE.com"), "is in its excluded domain EXAMPLE.com"),
		row("beside the excluded domain", excluded("example.org"), ""),
		row("a wildcard reaches the excluded name", excluded("secret.example.com"), "excluded domain", alternatives("origin.example.com", "*.example.com")),
		with(row("only a common name, outside", permitted("example.org"), "outside its permitted domains", noNames), "CF-CERT-16"),
		with(row("only a common name, inside", permitted("example.com"), "", noNames), "CF-CERT-16"),
		row("address in the permitted range", private, "", addresses("10.1.2.3")),
		row("address outside the permitted range", private, "the leaf's address 192.0.2.1", addresses("192.0.2.1")),
		row("constraints on mail addresses without any", email, ""),
	})
}

func with(tt chainTest, warns ...string) chainTest {
	tt.warns = warns
	return tt
}

func addresses(ips ...string) edit {
	return func(c *x509.Certificate) {
		for _, ip := range ips {
			c.IPAddresses = append(c.IPAddresses, net.ParseIP(ip))
		}
	}
}

func TestJudgeChainKeys(t *testing.T) {
	root := selfSigned(t, "Root")
	inter := root.ca("CA")
	edKey, _, _ := ed25519.GenerateKey(rand.Reader)
	curve := func(c elliptic.Curve) *ecdsa.PublicKey {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return &key.PublicKey
	}
	row := func(name, rule string, cause policy.CauseName, key any) chainTest {
		tt := chainTest{name: name, chain: raw(inter.leafFor(key), inter), proves: []string{rule}, cause: cause}
		if cause != "" {
			tt.fails = []string{rule}
		}
		return tt
	}
	bad := policy.CauseCertInvalid
	p256 := inter.leafFor(curve(elliptic.P256()))
	// The OID of P-256 turned into that of prime239v1, which crypto/x509 does
	// not know: the certificate cannot be read, and the curve is the reason.
	odd := patched(t, p256, []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}, []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x04})
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		row("RSA 512", "CF-CERT-11", bad, rsaKey(512)),
		row("RSA 1023", "CF-CERT-11", bad, rsaKey(1023)),
		row("RSA 1024", "CF-CERT-11", "", rsaKey(1024)),
		row("RSA 2048", "CF-CERT-11", "", rsaKey(2048)),
		with(row("RSA 2056", "CF-CERT-11", "", rsaKey(2056)), "CF-CERT-11"),
		row("RSA 3072", "CF-CERT-11", "", rsaKey(3072)),
		row("RSA 4096", "CF-CERT-11", "", rsaKey(4096)),
		row("RSA 4097", "CF-CERT-12", bad, rsaKey(4097)),
		row("RSA 8192", "CF-CERT-12", bad, rsaKey(8192)),
		row("P-224", "CF-CERT-13", bad, curve(elliptic.P224())),
		row("P-256", "CF-CERT-13", "", curve(elliptic.P256())),
		row("P-384", "CF-CERT-13", "", curve(elliptic.P384())),
		row("P-521", "CF-CERT-13", bad, curve(elliptic.P521())),
		row("Ed25519", "CF-CERT-13", bad, edKey),
		{name: "a curve that crypto/x509 does not know", chain: [][]byte{odd, inter.Raw}, proves: []string{"CF-CERT-13"}, cause: bad, fails: []string{"CF-CERT-13"}, says: "1.2.840.10045.3.1.4"},
	})
}

// rsaKey returns a public key of this size. Its private half is unknown, and not needed for
// a certificate.
func rsaKey(bits int) *rsa.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
}

func TestJudgeChainDigests(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	old := &entity{key: key, t: t}
	old.sign(old, ca("RSA Root"), key.Public(), []edit{algorithm(x509.SHA1WithRSA)})
	sha1CA := old.ca("SHA-1 CA", algorithm(x509.SHA1WithRSA))
	sha256CA := old.ca("SHA-256 CA")
	small := old.sign(&entity{t: t}, ca("Small CA"), rsaKey(768), nil)
	keyless := *small.Certificate // the key of a CA that nobody could sign with
	keyless.PublicKey = nil
	belowSmall := (&entity{Certificate: &keyless, key: key, t: t}).leaf()

	// Patching the algorithm breaks the signature, but an MD5 one is refused before it is
	// checked, and an unknown one cannot be checked.
	sha256 := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b}
	md5 := patched(t, old.leaf(), sha256, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04})
	sha224 := patched(t, old.leaf(), sha256, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0e})
	runChainTests(t, policy.NewTrustStore(old.Certificate), []chainTest{
		{name: "SHA-256", chain: raw(old.leaf())},
		{name: "RSA-PSS", chain: raw(old.leaf(algorithm(x509.SHA256WithRSAPSS)))},
		{name: "SHA-1 leaf", chain: raw(old.leaf(algorithm(x509.SHA1WithRSA))), warns: []string{"CF-CERT-04"}, says: "signed with SHA1-RSA"},
		{name: "SHA-1 intermediate", chain: raw(sha1CA.leaf(), sha1CA), warns: []string{"CF-CERT-04"}},
		{name: "SHA-1 ECDSA leaf", chain: raw(sha256CA.leaf(algorithm(x509.ECDSAWithSHA1)), sha256CA), warns: []string{"CF-CERT-04"}},
		{name: "the root's own SHA-1 signature", chain: raw(old.leaf(), old), warns: []string{"CF-CERT-15"}},
		{name: "SHA-1 leaf, changed", chain: [][]byte{forged(old.leaf(algorithm(x509.SHA1WithRSA)))}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "does not verify"},
		{name: "MD5 leaf", chain: [][]byte{md5}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "MD5-RSA"},
		{name: "unknown signature algorithm", chain: [][]byte{sha224}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "signature algorithm"},
		{name: "issuer with a key of 768 bits", chain: raw(belowSmall, small), cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "RSA key of 768 bits"},
	})
}

func algorithm(a x509.SignatureAlgorithm) edit {
	return func(c *x509.Certificate) { c.SignatureAlgorithm = a }
}
