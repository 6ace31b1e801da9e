package policy_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// The numbers of the extensions that the rows put in by hand.
var (
	idKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 15}
	idExtendedUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	idCRLLocations  = asn1.ObjectIdentifier{2, 5, 29, 31}
	idOCSPNoCheck   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
)

// extension puts an extension in with this content, instead of the template's.
func extension(id asn1.ObjectIdentifier, critical bool, content ...byte) edit {
	return func(c *x509.Certificate) {
		if id.Equal(idKeyUsage) {
			c.KeyUsage = 0
		}
		if id.Equal(idExtendedUsage) {
			c.ExtKeyUsage = nil
		}
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: id, Critical: critical, Value: content})
	}
}

// invalidChain is a row that CF-CERT-04 refuses.
func invalidChain(name, says string, chain ...*entity) chainTest {
	return chainTest{name: name, chain: raw(chain...), proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: says}
}

// An extension that is present and empty allows nothing, on a leaf, on an intermediate and
// on a root (CF-CERT-04).
func TestEmptyUsage(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	inter := root.ca("CA")
	noUsage, noPurpose := extension(idKeyUsage, true, 3, 1, 0), extension(idExtendedUsage, false, 0x30, 0)
	zeroUsage := extension(idKeyUsage, true, 3, 2, 7, 0)
	silentCA, aimlessCA := root.ca("CA", noUsage), root.ca("CA", noPurpose)
	below := func(root *entity) *entity { return root.leaf() }
	rooted := func(name, says string, edits ...edit) chainTest {
		root := selfSigned(t, "Root", edits...)
		row := invalidChain(name, says, below(root))
		row.trust = policy.NewTrustStore(root.Certificate)
		return row
	}
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		invalidChain("leaf, key usage without a bit", "allows nothing", inter.leaf(noUsage), inter),
		invalidChain("leaf, key usage with a bit that is not set", "allows nothing", inter.leaf(zeroUsage), inter),
		invalidChain("leaf, extended key usage without a purpose", "does not contain serverAuth", inter.leaf(noPurpose), inter),
		invalidChain("intermediate, key usage without a bit", "keyCertSign", silentCA.leaf(), silentCA),
		invalidChain("intermediate, extended key usage without a purpose", "serverAuth", aimlessCA.leaf(), aimlessCA),
		rooted("root, key usage without a bit", "keyCertSign", noUsage),
		rooted("root, extended key usage without a purpose", "serverAuth", noPurpose),
		rooted("root, for clients", "serverAuth", extendedUsage(x509.ExtKeyUsageClientAuth)),
		rooted("root, unknown critical extension", "1.2.3.4", extension(asn1.ObjectIdentifier{1, 2, 3, 4}, true, 5, 0)),
	})
	fine := selfSigned(t, "Root", extendedUsage(x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth), extension(asn1.ObjectIdentifier{1, 2, 3, 4}, false, 5, 0))
	runChainTests(t, policy.NewTrustStore(fine.Certificate), []chainTest{{name: "root, for servers, too", chain: raw(fine.leaf())}})
}

// The leaf's key usage must allow what its key does in the handshake: sign it,
// or decrypt the secret under static RSA (CF-CERT-04).
func TestKeyUsageInHandshake(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	inter := root.ca("CA")
	ecdhe12, static12 := policy.Agreed{Version: policy.VersionTLS12, Suite: 0xC02F}, policy.Agreed{Version: policy.VersionTLS12, Suite: 0x0035}
	ecdsa12, tls13 := policy.Agreed{Version: policy.VersionTLS12, Suite: 0xC02B}, policy.Agreed{Version: policy.VersionTLS13, Suite: 0x1301}
	rc4 := policy.Agreed{Version: policy.VersionSSL30, Suite: 0x0004}
	const signs, decrypts, agrees = x509.KeyUsageDigitalSignature, x509.KeyUsageKeyEncipherment, x509.KeyUsageKeyAgreement
	rsaLeaf := func(u x509.KeyUsage) *entity { return inter.leafFor(rsaKey(2048), usage(u)) }
	good := func(name string, leaf *entity, agreed policy.Agreed) chainTest {
		return chainTest{name: name, chain: raw(leaf, inter), agreed: agreed}
	}
	bad := func(name, says string, leaf *entity, agreed policy.Agreed) chainTest {
		row := invalidChain(name, says, leaf, inter)
		row.agreed = agreed
		return row
	}
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		good("ECDSA signs", inter.leaf(usage(signs)), ecdsa12),
		good("ECDSA signs TLS 1.3", inter.leaf(usage(signs|agrees)), tls13),
		bad("ECDSA with keyAgreement alone", "does not allow digitalSignature", inter.leaf(usage(agrees)), ecdsa12),
		bad("ECDSA with keyAgreement alone, TLS 1.3", "does not allow digitalSignature", inter.leaf(usage(agrees)), tls13),
		bad("ECDSA with keyAgreement alone, handshake not known", "does not allow digitalSignature", inter.leaf(usage(agrees)), policy.Agreed{}),
		bad("ECDSA with keyEncipherment alone", "does not allow digitalSignature", inter.leaf(usage(decrypts)), ecdsa12),
		good("RSA signs ECDHE", rsaLeaf(signs), ecdhe12),
		good("RSA signs TLS 1.3", rsaLeaf(signs), tls13),
		bad("RSA may not sign ECDHE", "does not allow digitalSignature", rsaLeaf(decrypts), ecdhe12),
		bad("RSA may not sign TLS 1.3", "does not allow digitalSignature", rsaLeaf(decrypts), tls13),
		good("RSA decrypts", rsaLeaf(decrypts), static12),
		good("RSA decrypts in SSLv3", rsaLeaf(decrypts), rc4),
		bad("RSA may not decrypt", "does not allow keyEncipherment", rsaLeaf(signs), static12),
		good("RSA signs, handshake not known", rsaLeaf(signs), policy.Agreed{}),
		good("RSA decrypts, handshake not known", rsaLeaf(decrypts), policy.Agreed{}),
		bad("RSA with keyAgreement alone", "neither digitalSignature nor keyEncipherment", rsaLeaf(agrees), policy.Agreed{}),
	})
}

// A certificate is valid until the end of its last second (CF-CERT-01).
func TestLastSecond(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	leaf := root.leaf(until(noon))
	old := root.ca("CA", until(noon))
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		{name: "half a second into the last second", chain: raw(leaf), at: noon.Add(500 * time.Millisecond)},
		{name: "at its very end", chain: raw(leaf), at: noon.Add(time.Second - 1)},
		{name: "the second after", chain: raw(leaf), at: noon.Add(time.Second), proves: []string{"CF-CERT-01"}, cause: policy.CauseCertExpired, fails: []string{"CF-CERT-01"}},
		{name: "an intermediate in its last second", chain: raw(old.leaf(), old), at: noon.Add(999 * time.Millisecond)},
		{name: "half a second before the first", chain: raw(root.leaf(from(noon))), at: noon.Add(-500 * time.Millisecond), cause: policy.CauseCertNotYetValid, fails: []string{"CF-CERT-02"}},
	})
}

// Extensions that are legal and useless to a TLS client are parsed and skipped: the
// locations of revocation lists, in every form, and the mark of an OCSP responder
// (CF-CERT-04).
func TestExtensionsPassedOver(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	inter := root.ca("CA")
	// A DistributionPoint's name [0] is full [0] or relative to the issuer [1].
	value := tlv(0x30, tlv(6, []byte{0x55, 4, 3}), tlv(0x0c, []byte("list"))) // CN=list
	points := func(name ...[]byte) []byte { return tlv(0x30, tlv(0x30, name...)) }
	relative := points(tlv(0xa0, tlv(0xa1, value)))
	leaf := func(content []byte, critical bool) []byte {
		return inter.leafDER(extension(idCRLLocations, critical, content...))
	}
	row := func(name string, content []byte, critical bool) chainTest {
		return chainTest{name: name, chain: [][]byte{leaf(content, critical), inter.Raw}}
	}
	refused := func(name, says string, leaf []byte) chainTest {
		return chainTest{name: name, chain: [][]byte{leaf, inter.Raw}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: says}
	}
	changed := leaf(relative, false)
	changed[len(changed)-1] ^= 1
	key, template := newKey(t), ca("CA")
	relativeCA := root.der(template, key.Public(), []edit{extension(idCRLLocations, false, relative...)})
	below := (&entity{Certificate: template, key: key, t: t}).leaf()
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		row("relative to the issuer", relative, false),
		row("relative to the issuer, critical", relative, true),
		row("relative, with reasons and the list's issuer", points(tlv(0xa0, tlv(0xa1, value)), tlv(0x81, []byte{1, 0x40}), tlv(0xa2, tlv(0xa4, tlv(0x30, tlv(0x31, value))))), false),
		row("a URI", points(tlv(0xa0, tlv(0xa0, tlv(0x86, []byte("http://a.test/list"))))), false),
		row("a directory name", points(tlv(0xa0, tlv(0xa0, tlv(0xa4, tlv(0x30, tlv(0x31, value)))))), false),
		row("the list's issuer alone", points(tlv(0xa2, tlv(0xa4, tlv(0x30, tlv(0x31, value))))), false),
		{name: "an intermediate's, relative", chain: [][]byte{below.Raw, relativeCA}},
		{name: "critical OCSP-nocheck", chain: raw(inter.leaf(extension(idOCSPNoCheck, true, 5, 0)), inter)},
		refused("a changed certificate with a relative place", "does not verify", changed),
		refused("a place that is broken", "cannot be read", leaf([]byte{0x30, 4, 0x30, 2, 0xa0, 1}, false)),
		refused("a place that is neither", "cannot be read", leaf(points(tlv(0xa0, tlv(0xa5, value))), false)),
	})
}

// tlv encodes one element of DER of less than 128 bytes.
func tlv(tag byte, parts ...[]byte) []byte {
	content := slices.Concat(parts...)
	return append([]byte{tag, byte(len(content))}, content...)
}

// A name with a final dot is none that a certificate may carry, and covers
// nothing; that of a Host may have one (CF-NAME-12). A wildcard directly below a
// public suffix covers nothing unless that is asked for (CF-CERT-17).
func TestOddNames(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	for _, row := range []struct {
		name, carried, host string
		wide, covers        bool
	}{
		{"final dot", "site.test.", "site.test", false, false},
		{"final dot on both", "site.test.", "site.test.", false, false},
		{"final dot in Host", "site.test", "site.test.", false, true},
		{"wildcard with final dot", "*.site.test.", "www.site.test", false, false},
		{"underscore", "a_b.site.test", "a_b.site.test", false, true},
		{"punycode", "xn--bcher-kva.test", "XN--bcher-kva.test", false, true},
		{"wildcard covers punycode", "*.site.test", "xn--bcher-kva.site.test", false, true},
		{"part of a label", "w*.site.test", "www.site.test", false, false},
		{"wildcard in the middle", "www.*.test", "www.site.test", false, false},
		{"two wildcards", "*.*.test", "www.site.test", false, false},
		{"star alone", "*", "test", true, false},
		{"below a public suffix", "*.test", "site.test", false, false},
		{"below a public suffix, wide", "*.test", "site.test", true, true},
		{"wide is one label, too", "*.test", "www.site.test", true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			leaf := root.leaf(commonName("none"), alternatives(row.carried))
			findings := policy.JudgeChain(policy.ChainFacts{
				Raw: raw(leaf), Names: policy.NamesFor(row.host, "", false), At: noon,
				Strict: policy.Strictness{WideWildcard: row.wide}, Trust: policy.NewTrustStore(root.Certificate),
			})
			deciding, failed := policy.DecidingFinding(findings)
			if failed == row.covers {
				t.Errorf("%q covers %q: %v, want %v (%+v)", row.carried, row.host, !failed, row.covers, deciding)
			}
			if top := row.name == "below a public suffix"; failed && deciding.Inferred != top {
				t.Errorf("inferred: %v, want %v: %s", deciding.Inferred, top, deciding.Observed)
			}
		})
	}
}
