package policy_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

var idNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

// permits and excludes put in a name constraint of any kind, in DER.
func permits(trees ...[]byte) edit { return constraint(0xa0, trees) }

func excludes(trees ...[]byte) edit { return constraint(0xa1, trees) }

func constraint(tag byte, trees [][]byte) edit {
	var list [][]byte
	for _, tree := range trees {
		list = append(list, tlv(0x30, tree))
	}
	return extension(idNameConstraints, true, tlv(0x30, tlv(tag, list...))...)
}

// unit is a directory name with one attribute, OU.
func unit(value string, kind byte) []byte {
	return tlv(0x30, tlv(0x31, tlv(0x30, tlv(6, []byte{0x55, 4, 11}), tlv(kind, []byte(value)))))
}

func subject(name pkix.Name) edit { return func(c *x509.Certificate) { c.Subject = name } }

func mails(list ...string) edit { return func(c *x509.Certificate) { c.EmailAddresses = list } }

func uris(t *testing.T, list ...string) edit {
	return func(c *x509.Certificate) {
		for _, text := range list {
			u, err := url.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			c.URIs = append(c.URIs, u)
		}
	}
}

// Every kind of name is checked against the constraints of every CA above it (CF-CERT-04,
// RFC 5280 section 4.2.1.10).
func TestConstraintsOfEveryKind(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	const mail, dns, uri, other = 0x81, 0x82, 0x86, 0xa0
	text := func(kind byte, value string) []byte { return tlv(kind, []byte(value)) }
	dir := func(name []byte) []byte { return tlv(0xa4, name) }
	org := func(unit ...string) edit {
		return subject(pkix.Name{CommonName: "origin.example.com", OrganizationalUnit: unit})
	}
	mapped := net.ParseIP("::ffff:192.0.2.1").To16()
	sanOther := func(names ...[]byte) edit {
		return extension(asn1.ObjectIdentifier{2, 5, 29, 17}, false, tlv(0x30, append([][]byte{text(dns, "origin.example.com")}, names...)...)...)
	}
	foreign := tlv(other, tlv(6, []byte{0x2a, 3, 4}), tlv(0xa0, text(0x0c, "x")))
	for _, row := range []struct {
		name string
		ca   edit
		leaf edit
		says string // "" passes
	}{
		{"mail, host permitted", permits(text(mail, "example.com")), mails("a@Example.com"), ""},
		{"mail, below the host", permits(text(mail, "example.com")), mails("a@b.example.com"), "outside its permitted mail addresses"},
		{"mail, below a domain", permits(text(mail, ".example.com")), mails("a@b.example.com"), ""},
		{"mail, the domain itself", permits(text(mail, ".example.com")), mails("a@example.com"), "outside its permitted mail addresses"},
		{"mail, the very address", excludes(text(mail, "a@example.com")), mails("a@example.com"), "excluded mail addresses"},
		{"mail, another box", excludes(text(mail, "a@example.com")), mails("A@example.com"), ""},
		{"mail in the subject", excludes(text(mail, "example.com")), func(c *x509.Certificate) {
			c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "a@example.com"}}
		}, "excluded mail addresses"},
		{"URI, host permitted", permits(text(uri, "example.com")), uris(t, "https://example.com:8443/x"), ""},
		{"URI, below the host", permits(text(uri, "example.com")), uris(t, "https://a.example.com/"), "outside its permitted URI domains"},
		{"URI, below a domain", permits(text(uri, ".example.com")), uris(t, "https://a.example.com/"), ""},
		{"URI, excluded", excludes(text(uri, ".example.com")), uris(t, "https://a.example.com/"), "excluded URI domains"},
		{"URI without a host", excludes(text(uri, "example.org")), uris(t, "urn:a:b"), "no host name"},
		{"directory, permitted", permits(dir(unit("Unit", 0x0c))), subject(pkix.Name{OrganizationalUnit: []string{"Unit"}}), ""},
		{"directory, permitted in another spelling and kind of string", permits(dir(unit("UNIT", 0x13))), subject(pkix.Name{OrganizationalUnit: []string{"unit"}}), ""},
		{"directory, below the permitted one", permits(dir(unit("Unit", 0x0c))), org("Unit"), ""},
		{"directory, outside", permits(dir(unit("Unit", 0x0c))), org("Other"), "outside its permitted directory names"},
		{"directory, only the beginning of a value", permits(dir(unit("Un", 0x0c))), org("Unit"), "outside its permitted directory names"},
		{"directory, excluded", excludes(dir(unit("Unit", 0x0c))), org("Unit"), "excluded directory names"},
		{"directory, excluded among the alternative names", excludes(dir(unit("Unit", 0x0c))), sanOther(dir(unit("Unit", 0x0c))), "excluded directory names"},
		{"directory, no subject", permits(dir(unit("Unit", 0x0c))), subject(pkix.Name{}), ""},
		{"a kind that nobody reads, and no name of it", permits(foreign), org("Unit"), ""},
		{"a kind that nobody reads, and a name of it", permits(foreign), sanOther(foreign), "in a form that nobody reads"},
		{"a constraint with a depth", extension(idNameConstraints, true, tlv(0x30, tlv(0xa0, tlv(0x30, text(dns, "example.com"), tlv(0x80, []byte{1}))))...), org("Unit"), "limits the depth"},
		{"IPv4 is not IPv6 that maps it", excludes(tlv(0x87, mapped, slices.Repeat([]byte{0xff}, 16))), addresses("192.0.2.1"), ""},
		{"IPv4, excluded", excludes(tlv(0x87, []byte{192, 0, 2, 1}, slices.Repeat([]byte{0xff}, 4))), addresses("192.0.2.1"), "excluded ranges"},
		{"IPv6, excluded", excludes(tlv(0x87, net.ParseIP("2001:db8::"), slices.Repeat([]byte{0xff}, 4), make([]byte, 12))), addresses("2001:db8::9"), "excluded ranges"},
		{"a wildcard for an excluded name below a public suffix", excludes(text(dns, "site.test")), alternatives("origin.example.com", "*.test"), "excluded domain"},
	} {
		t.Run(row.name, func(t *testing.T) {
			ca := root.ca("Constrained", row.ca)
			tt := chainTest{chain: raw(ca.leaf(row.leaf), ca), says: row.says}
			if row.says != "" {
				tt.cause, tt.fails = policy.CauseCertInvalid, []string{"CF-CERT-04"}
			}
			runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{tt})
		})
	}
}

// A common name that counts as a name is checked against the constraints in addition to DNS
// names (CF-CERT-16); one that was not asked for gives a warning.
func TestConstrainedCommonName(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	excluded := root.ca("CA", func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"example.com", "inside"} })
	permitted := root.ca("CA", func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"allowed.test"} })
	invalid := func(name string, chain [][]byte, names ...string) chainTest {
		return chainTest{
			name: name, chain: chain, names: names, proves: []string{"CF-CERT-04"}, cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, warns: []string{"CF-CERT-16"},
		}
	}
	leaf := func(ca *entity, common string, names ...string) [][]byte {
		return raw(ca.leaf(commonName(common), alternatives(names...)), ca)
	}
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		invalid("excluded, beside DNS names", leaf(excluded, "origin.example.com", "other.allowed.test"), "origin.example.com"),
		invalid("not permitted, beside DNS names", leaf(permitted, "origin.example.com", "other.allowed.test"), "origin.example.com"),
		invalid("a wildcard that covers the name", leaf(excluded, "*.example.com", "other.allowed.test"), "origin.example.com"),
		invalid("one label", leaf(excluded, "inside", "other.allowed.test"), "inside"),
		invalid("without DNS names", leaf(excluded, "origin.example.com"), "origin.example.com"),
		{name: "that nobody asked for", chain: leaf(excluded, "www.example.com", "other.allowed.test"), names: policy.AcceptedNames{"other.allowed.test"}, warns: []string{"CF-CERT-04"}},
		{name: "that is not a name", chain: leaf(excluded, "Example Inc. (example.com)", "other.allowed.test"), names: policy.AcceptedNames{"other.allowed.test"}},
	})
}

// An intermediate's own names are held to the constraints of the CAs above it,
// unless it issued itself (CF-CERT-04).
func TestConstrainedIntermediate(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	upper := root.ca("Upper", func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"allowed.test"} })
	named := func(names ...string) edit { return func(c *x509.Certificate) { c.DNSNames = names } }
	below := func(ca *entity) [][]byte {
		return raw(ca.leaf(commonName("Site"), alternatives("site.allowed.test")), ca, upper)
	}
	limited := selfSigned(t, "Limited", func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"ca.test"} })
	middle := limited.ca("Middle", named("ca.test"))
	row := func(name string, chain [][]byte, fails bool) chainTest {
		tt := chainTest{name: name, chain: chain, names: policy.AcceptedNames{"site.allowed.test"}}
		if fails {
			tt.proves, tt.cause, tt.fails = []string{"CF-CERT-04"}, policy.CauseCertInvalid, []string{"CF-CERT-04"}
			tt.says = "certificate 1's name"
		}
		return tt
	}
	ofRoot := row("by its root", raw(middle.leaf(commonName("Site"), alternatives("site.allowed.test")), middle), true)
	ofRoot.trust = policy.NewTrustStore(limited.Certificate)
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		row("its name is outside", below(upper.ca("Lower", named("ca.other.test"))), true),
		row("its name is inside", below(upper.ca("Lower", named("ca.allowed.test"))), false),
		row("it has no names", below(upper.ca("Lower")), false),
		row("it issued itself", below(upper.ca("Upper", named("ca.other.test"))), false),
		ofRoot,
	})
}

// An address is not a name of the other family that maps it (CF-NAME-01).
func TestMappedAddress(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	leaf := root.leaf(commonName("none"), alternatives(), extension(asn1.ObjectIdentifier{2, 5, 29, 17}, false, tlv(0x30, tlv(0x87, net.ParseIP("192.0.2.1").To16()))...))
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		{name: "mapped", chain: raw(leaf), names: policy.AcceptedNames{"192.0.2.1"}, cause: policy.CauseCertNameMismatch, fails: []string{"CF-NAME-05"}},
	})
}

// All names count against all constraints, regardless of their kinds, as OpenSSL counts
// (CF-CERT-04).
func TestConstraintsOfOtherKindsCount(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	inter := root.ca("Constrained", subtreesOf(1000))
	leaf := inter.leaf(func(c *x509.Certificate) { c.EmailAddresses = slices.Repeat([]string{"a@example.com"}, 1100) })
	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		{name: "mail addresses below domains", chain: raw(leaf, inter), cause: policy.CauseCertInvalid, fails: []string{"CF-CERT-04"}, says: "would have to be compared"},
	})
}
