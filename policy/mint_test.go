package policy_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// The clock of the certificate tests: noon is inside the validity that mint
// gives by default, which is 2026 for leaves and 2020 to 2040 for CAs.
var (
	noon    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// entity is a certificate with its key.
type entity struct {
	*x509.Certificate
	key crypto.Signer
	t   testing.TB
}

// edit changes a template before it is signed.
type edit func(*x509.Certificate)

var serial atomic.Int64

func newKey(t testing.TB) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// selfSigned mints a root with the default of a CA, which edits can change.
func selfSigned(t testing.TB, cn string, edits ...edit) *entity {
	e := &entity{key: newKey(t), t: t}
	return e.sign(e, ca(cn), e.key.Public(), edits)
}

// ca mints an intermediate below e.
func (e *entity) ca(cn string, edits ...edit) *entity {
	return e.sign(&entity{key: newKey(e.t), t: e.t}, ca(cn), nil, edits)
}

// cross mints another certificate for the name and key of a CA.
func (e *entity) cross(other *entity, edits ...edit) *entity {
	template := ca(other.Subject.CommonName)
	return e.sign(&entity{key: other.key, t: e.t}, template, nil, edits)
}

// leaf mints a certificate for origin.example.com below e.
func (e *entity) leaf(edits ...edit) *entity {
	return e.sign(&entity{key: newKey(e.t), t: e.t}, leafTemplate("origin.example.com"), nil, edits)
}

// leafFor mints a leaf for a foreign public key.
func (e *entity) leafFor(key crypto.PublicKey, edits ...edit) *entity {
	return e.sign(&entity{t: e.t}, leafTemplate("origin.example.com"), key, edits)
}

func (e *entity) sign(subject *entity, template *x509.Certificate, key crypto.PublicKey, edits []edit) *entity {
	e.t.Helper()
	if key == nil {
		key = subject.key.Public()
	}
	var err error
	if subject.Certificate, err = x509.ParseCertificate(e.der(template, key, edits)); err != nil {
		e.t.Fatal(err)
	}
	return subject
}

// der signs a template that crypto/x509 may not be able to read afterwards.
func (e *entity) der(template *x509.Certificate, key crypto.PublicKey, edits []edit) []byte {
	e.t.Helper()
	for _, edit := range edits {
		edit(template)
	}
	parent := e.Certificate
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, e.key)
	if err != nil {
		e.t.Fatal(err)
	}
	return der
}

// leafDER is a leaf that crypto/x509 may not be able to read.
func (e *entity) leafDER(edits ...edit) []byte {
	return e.der(leafTemplate("origin.example.com"), newKey(e.t).Public(), edits)
}

func ca(cn string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial.Add(1)), Subject: pkix.Name{CommonName: cn, Organization: []string{"Test"}},
		NotBefore: newYear.AddDate(-6, 0, 0), NotAfter: newYear.AddDate(14, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

func leafTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial.Add(1)), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: newYear, NotAfter: newYear.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

// raw returns the chain as it goes over the wire.
func raw(chain ...*entity) [][]byte {
	out := make([][]byte, len(chain))
	for i, e := range chain {
		out[i] = e.Raw
	}
	return out
}

// patched replaces bytes in a certificate without signing it again.
func patched(t testing.TB, e *entity, old, new []byte) []byte {
	t.Helper()
	if !bytes.Contains(e.Raw, old) || len(old) != len(new) {
		t.Fatalf("cannot patch % x into % x", old, new)
	}
	return bytes.ReplaceAll(e.Raw, old, new)
}

// forged returns the certificate with a signature that does not verify.
func forged(e *entity) []byte {
	der := bytes.Clone(e.Raw)
	der[len(der)-1] ^= 1
	return der
}

// The edits of the tables.

// asLeaf turns the template of a CA into that of a leaf.
func asLeaf(c *x509.Certificate) {
	*c = *leafTemplate(c.Subject.CommonName)
}

func until(t time.Time) edit {
	return func(c *x509.Certificate) { c.NotAfter = t }
}

func from(t time.Time) edit {
	return func(c *x509.Certificate) { c.NotBefore = t }
}

func usage(u x509.KeyUsage) edit {
	return func(c *x509.Certificate) { c.KeyUsage = u }
}

func extendedUsage(u ...x509.ExtKeyUsage) edit {
	return func(c *x509.Certificate) { c.ExtKeyUsage = u }
}

// alternatives sets the alternative names and leaves the common name.
func alternatives(names ...string) edit {
	return func(c *x509.Certificate) { c.DNSNames = names }
}

func commonName(name string) edit {
	return func(c *x509.Certificate) { c.Subject.CommonName = name }
}

// keyID sets one text as the identifier of the subject's and the issuer's key.
func keyID(id string) edit {
	return func(c *x509.Certificate) { c.SubjectKeyId, c.AuthorityKeyId = []byte(id), []byte(id) }
}

// constrained returns a store with one root that is trusted unless err is set.
func constrained(root *entity, err error) *policy.TrustStore {
	return policy.NewConstrainedTrustStore([]policy.TrustedRoot{
		{Certificate: root.Certificate, Constraint: func([]*x509.Certificate) error { return err }},
	})
}

// negativeSerial returns a certificate that crypto/x509 refuses to read for
// its serial number alone.
func negativeSerial(t testing.TB, issuer *entity) []byte {
	e := issuer.leaf(func(c *x509.Certificate) { c.SerialNumber = big.NewInt(0x55) })
	return patched(t, e, []byte{2, 1, 2, 2, 1, 0x55}, []byte{2, 1, 2, 2, 1, 0xd5})
}
