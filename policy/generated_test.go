package policy_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// The generated chains: families of a root and up to two intermediates, each of
// which may have a few oddities, and leaves below them with oddities of their
// own. The same seed makes the same bytes, but for those of the RSA key.

// oddity is something that a certificate may have that is not usual.
type oddity struct {
	name string
	// change makes it.
	change edit
}

// generated is one chain.
type generated struct {
	// oddities are the names of all that is odd, e.g. "leaf: expired".
	oddities []string
	// sent is the chain as sent, leaf the certificate that it is about.
	sent [][]byte
	leaf []byte
}

// family is a root, its intermediates, and the chains below.
type family struct {
	host   string
	root   *x509.Certificate
	others []*x509.Certificate // readable intermediates, nearest to the leaf first
	chains []generated
}

// generatorSeed is the seed of the first families, and the following numbers those
// of the ones that follow; another one makes others.
const generatorSeed = 12

// generatedHost is the name that is asked for, generatedAddress the address.
const (
	generatedHost    = "www.site.test"
	generatedAddress = "192.0.2.1"
)

func treeOf(tag byte, value string) []byte { return tlv(tag, []byte(value)) }

// Constraints that any CA may have.
var constraintOddities = []oddity{
	{"permits site.test", permits(treeOf(0x82, "site.test"))},
	{"permits other.test", permits(treeOf(0x82, "other.test"))},
	{"permits .site.test", permits(treeOf(0x82, ".site.test"))},
	{"excludes site.test", excludes(treeOf(0x82, "site.test"))},
	{"excludes other.test", excludes(treeOf(0x82, "other.test"))},
	{"excludes www.site.test", excludes(treeOf(0x82, "www.site.test"))},
	{"excludes 192.0.2.0/24", excludes(tlv(0x87, []byte{192, 0, 2, 0, 255, 255, 255, 0}))},
	{"permits 10.0.0.0/8", permits(tlv(0x87, []byte{10, 0, 0, 0, 255, 0, 0, 0}))},
	{"excludes the mapped address", excludes(tlv(0x87, net.ParseIP("::ffff:192.0.2.1"), slices.Repeat([]byte{0xff}, 16)))},
	{"permits mail at site.test", permits(treeOf(0x81, "site.test"))},
	{"excludes mail at other.test", excludes(treeOf(0x81, "other.test"))},
	{"permits URIs at site.test", permits(treeOf(0x86, "site.test"))},
	{"excludes URIs below other.test", excludes(treeOf(0x86, ".other.test"))},
	{"permits a directory name", permits(tlv(0xa4, unit("Unit", 0x0c)))},
	{"excludes a directory name", excludes(tlv(0xa4, unit("Unit", 0x0c)))},
}

// Oddities of CAs.
var caOddities = slices.Concat(constraintOddities, []oddity{
	{"expired", until(noon.Add(-time.Hour))},
	{"not yet valid", from(noon.Add(time.Hour))},
	{"key usage without a bit", extension(idKeyUsage, true, 3, 1, 0)},
	{"no key usage", usage(0)},
	{"key usage cRLSign", usage(x509.KeyUsageCRLSign)},
	{"empty purposes", extension(idExtendedUsage, false, 0x30, 0)},
	{"for clients", extendedUsage(x509.ExtKeyUsageClientAuth)},
	{"for servers", extendedUsage(x509.ExtKeyUsageServerAuth)},
	{"for anything", extendedUsage(x509.ExtKeyUsageAny)},
	{"no CA", func(c *x509.Certificate) { c.IsCA, c.MaxPathLen, c.MaxPathLenZero = false, 0, false }},
	{"no basic constraints", func(c *x509.Certificate) { c.BasicConstraintsValid, c.IsCA = false, false }},
	{"path length 0", func(c *x509.Certificate) { c.MaxPathLenZero = c.IsCA }},
	{"unknown critical extension", extension(asn1.ObjectIdentifier{1, 2, 3, 4}, true, 5, 0)},
	{"unknown extension", extension(asn1.ObjectIdentifier{1, 2, 3, 4}, false, 5, 0)},
	{"critical OCSP-nocheck", extension(idOCSPNoCheck, true, 5, 0)},
	{"names of its own", alternatives("ca.site.test")},
	{"other names of its own", alternatives("ca.other.test")},
	{"a unit in its name", func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"Unit"} }},
})

// Oddities of leaves.
var leafOddities = []oddity{
	{"expired", until(noon.Add(-time.Second))},
	{"in its last second", until(noon)},
	{"not yet valid", from(noon.Add(time.Second))},
	{"in its first second", from(noon)},
	{"key usage without a bit", extension(idKeyUsage, true, 3, 1, 0)},
	{"no key usage", usage(0)},
	{"key usage keyEncipherment", usage(x509.KeyUsageKeyEncipherment)},
	{"key usage keyAgreement", usage(x509.KeyUsageKeyAgreement)},
	{"key usage contentCommitment", usage(x509.KeyUsageContentCommitment)},
	{"empty purposes", extension(idExtendedUsage, false, 0x30, 0)},
	{"no purposes", extendedUsage()},
	{"for clients", extendedUsage(x509.ExtKeyUsageClientAuth)},
	{"for anything", extendedUsage(x509.ExtKeyUsageAny)},
	{"a CA", func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	}},
	{"unknown critical extension", extension(asn1.ObjectIdentifier{1, 2, 3, 4}, true, 5, 0)},
	{"critical OCSP-nocheck", extension(idOCSPNoCheck, true, 5, 0)},
	{"wildcard", alternatives("*.site.test")},
	{"wildcard of two labels", alternatives("*.*.test")},
	{"wildcard in a label", alternatives("w*.site.test")},
	{"another name", alternatives("www.other.test")},
	{"several names", alternatives("www.other.test", generatedHost)},
	{"final dot", alternatives(generatedHost + ".")},
	{"upper case", alternatives("WWW.Site.TEST")},
	{"common name alone", func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = nil, generatedHost }},
	{"common name beside another name", func(c *x509.Certificate) {
		c.DNSNames, c.Subject.CommonName = []string{"www.other.test"}, generatedHost
	}},
	{"no name at all", func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = nil, "" }},
	{"an address", addresses(generatedAddress)},
	{"an address alone", func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, []net.IP{net.ParseIP(generatedAddress)} }},
	{"a mail address", mails("a@site.test")},
	{"another mail address", mails("a@other.test")},
	{"a URI", func(c *x509.Certificate) { c.URIs = []*url.URL{{Scheme: "https", Host: "site.test", Path: "/"}} }},
	{"another URI", func(c *x509.Certificate) { c.URIs = []*url.URL{{Scheme: "https", Host: "a.other.test", Path: "/"}} }},
	{"a unit in its name", func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"Unit"} }},
	{"another unit in its name", func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"Other"} }},
	{"P-384", nil}, {"P-521", nil}, {"RSA", nil}, {"SHA-1", nil}, {"changed", nil},
}

// sendings are the ways of sending a chain.
var sendings = []string{"reversed", "with the root", "the intermediates twice", "issuer and leaf changed places"}

// generatorKeys are the keys of a family, from the generator.
type generatorKeys struct {
	*rand.Rand
	rsa *rsa.PrivateKey
}

var generatorRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(nil, 2048) })

// key makes a key of a curve from the generator.
func (g generatorKeys) key(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	size := (curve.Params().BitSize + 7) / 8
	raw := make([]byte, 0, size+sha256.Size)
	for len(raw) < size {
		raw = binary.BigEndian.AppendUint64(raw, g.Uint64())
	}
	raw = raw[:size]
	raw[0], raw[size-1] = 0, raw[size-1]|1 // below the order of the curve, and not zero
	key, err := ecdsa.ParseRawPrivateKey(curve, raw)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// pick returns up to two of the oddities, most often none.
func (g generatorKeys) pick(list []oddity) []oddity {
	n := []int{0, 0, 0, 1, 1, 2}[g.IntN(6)]
	var picked []oddity
	for range n {
		picked = append(picked, list[g.IntN(len(list))])
	}
	return picked
}

// generate makes a family with this many chains.
func generate(t testing.TB, number, chains int) *family {
	t.Helper()
	key, err := generatorRSA()
	if err != nil {
		t.Fatal(err)
	}
	g := generatorKeys{rand.New(rand.NewPCG(generatorSeed+uint64(number/familiesPerSeed), uint64(number%familiesPerSeed))), key}
	f := &family{host: generatedHost}
	if number%10 == 0 {
		f.host = generatedAddress
	}
	var odd []string
	issuer := &entity{t: t}
	var path [][]byte // the intermediates sent, top first
	depth := []int{1, 1, 1, 2, 2, 0}[g.IntN(6)]
	for level := 0; level <= depth; level++ {
		name := fmt.Sprintf("level %d", level)
		template, signer := ca(fmt.Sprintf("Family %d, %s", number, name)), g.key(t, elliptic.P256())
		template.SerialNumber = big.NewInt(int64(level + 1))
		for _, o := range g.pick(caOddities) {
			if level == 0 {
				name = "root"
			}
			o.change(template)
			odd = append(odd, name+": "+o.name)
		}
		if issuer.key == nil {
			issuer.key = signer
		}
		der := signed(t, issuer, template, signer.Public())
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatalf("family %d, %v: %v", number, odd, err)
		}
		if issuer.Certificate == nil {
			f.root = cert
		} else {
			f.others = append([]*x509.Certificate{cert}, f.others...)
			path = append(path, der)
		}
		issuer = &entity{Certificate: cert, key: signer, t: t}
	}
	slices.Reverse(path)
	for n := range chains {
		f.chains = append(f.chains, g.chain(t, issuer, path, f.root.Raw, odd, n))
	}
	return f
}

// chain makes one chain below an issuer.
func (g generatorKeys) chain(t testing.TB, issuer *entity, path [][]byte, root []byte, odd []string, n int) generated {
	t.Helper()
	template := leafTemplate(generatedHost)
	template.Subject.CommonName, template.SerialNumber = "Site", big.NewInt(int64(n+100))
	var key crypto.PublicKey = g.key(t, elliptic.P256()).Public()
	c, changed := generated{oddities: slices.Clone(odd)}, false
	for _, o := range g.pick(leafOddities) {
		c.oddities = append(c.oddities, "leaf: "+o.name)
		switch o.name {
		case "P-384":
			key = g.key(t, elliptic.P384()).Public()
		case "P-521":
			key = g.key(t, elliptic.P521()).Public()
		case "RSA":
			key = g.rsa.Public()
		case "SHA-1":
			template.SignatureAlgorithm = x509.ECDSAWithSHA1
		case "changed":
			changed = true
		default:
			o.change(template)
		}
	}
	c.leaf = signed(t, issuer, template, key)
	if changed {
		c.leaf[len(c.leaf)-1] ^= 1
	}
	c.sent = append([][]byte{c.leaf}, path...)
	if g.IntN(8) == 0 {
		how := sendings[g.IntN(len(sendings))]
		c.oddities = append(c.oddities, "sent: "+how)
		switch how {
		case "reversed":
			slices.Reverse(c.sent)
		case "with the root":
			c.sent = append(c.sent, root)
		case "the intermediates twice":
			c.sent = append(c.sent, path...)
		case "issuer and leaf changed places":
			if len(c.sent) > 1 {
				c.sent[0], c.sent[1] = c.sent[1], c.sent[0]
			}
		}
	}
	return c
}

// signed signs a template without chance.
func signed(t testing.TB, issuer *entity, template *x509.Certificate, key crypto.PublicKey) []byte {
	t.Helper()
	// An extension that was put in twice is put in once.
	slices.SortStableFunc(template.ExtraExtensions, func(a, b pkix.Extension) int { return slices.Compare(a.Id, b.Id) })
	template.ExtraExtensions = slices.CompactFunc(template.ExtraExtensions, func(a, b pkix.Extension) bool { return a.Id.Equal(b.Id) })
	parent := issuer.Certificate
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(nil, template, parent, key, issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
