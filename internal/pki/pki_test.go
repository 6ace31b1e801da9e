package pki_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// noon is the instant at which every certificate of these tests is judged.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func newRoot(t *testing.T, change func(*pki.Template)) *pki.Certificate {
	t.Helper()
	template := pki.Template{
		CommonName: "Test Root",
		NotBefore:  noon.AddDate(-1, 0, 0),
		NotAfter:   noon.AddDate(1, 0, 0),
	}
	if change != nil {
		change(&template)
	}
	root, err := pki.NewCA(template)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func issue(t *testing.T, ca *pki.Certificate, template pki.Template) *pki.Certificate {
	t.Helper()
	c, err := ca.Issue(template)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestIssue checks the result of crypto/x509 for each kind of leaf: nil, or an error of the
// type and reason in want.
func TestIssue(t *testing.T) {
	t.Parallel()
	root := newRoot(t, nil)
	const host = "origin.example.com"
	invalid := func(reason x509.InvalidReason) func(error) bool {
		return func(err error) bool {
			var got x509.CertificateInvalidError
			return errors.As(err, &got) && got.Reason == reason
		}
	}
	unknown := func(err error) bool {
		var got x509.UnknownAuthorityError
		return errors.As(err, &got)
	}
	wrongName := func(err error) bool {
		var got x509.HostnameError
		return errors.As(err, &got)
	}
	fine := func(err error) bool { return err == nil }

	rows := []struct {
		name     string
		template pki.Template
		host     string
		want     func(error) bool
	}{
		{"dns name", pki.Template{DNSNames: []string{host}}, host, fine},
		{"wildcard", pki.Template{DNSNames: []string{"*.example.com"}}, host, fine},
		{"wildcard covers one label", pki.Template{DNSNames: []string{"*.example.com"}}, "a.b.example.com", wrongName},
		{"ip address", pki.Template{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}, "127.0.0.1", fine},
		{"common name only", pki.Template{CommonName: host}, host, wrongName},
		{"other name", pki.Template{DNSNames: []string{"other.example.com"}}, host, wrongName},
		{"expired", pki.Template{DNSNames: []string{host}, NotAfter: noon.Add(-time.Hour)}, host, invalid(x509.Expired)},
		{"not yet valid", pki.Template{DNSNames: []string{host}, NotBefore: noon.Add(time.Hour)}, host, invalid(x509.Expired)},
		{"client purpose", pki.Template{DNSNames: []string{host}, Purpose: pki.ClientAuth}, host, invalid(x509.IncompatibleUsage)},
		{"both purposes", pki.Template{DNSNames: []string{host}, Purpose: pki.ServerAndClientAuth}, host, fine},
		{"no purpose", pki.Template{DNSNames: []string{host}, Purpose: pki.NoPurpose}, host, fine},
		{"bad signature", pki.Template{DNSNames: []string{host}, Flaw: pki.BadSignature}, host, unknown},
		{"other issuer name", pki.Template{DNSNames: []string{host}, IssuerName: "Somebody Else"}, host, unknown},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			leaf := issue(t, root, row.template)
			_, err := leaf.X509.Verify(x509.VerifyOptions{DNSName: row.host, Roots: pki.Pool(root), CurrentTime: noon})
			if !row.want(err) {
				t.Errorf("verify says %v", err)
			}
		})
	}
}

func TestKeyKinds(t *testing.T) {
	t.Parallel()
	root := newRoot(t, nil)
	kinds := []pki.KeyKind{pki.P256, pki.P384, pki.P521, pki.Ed25519, pki.RSA1024, pki.RSA2048, pki.RSA4104}
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			leaf := issue(t, root, pki.Template{CommonName: "x", KeyKind: kind})
			if got := nameOf(leaf.X509.PublicKey); got != kind.String() {
				t.Errorf("got a key %s, want %v", got, kind)
			}
			keyPEM, err := leaf.KeyPEM()
			if err != nil {
				t.Fatal(err)
			}
			back, err := pki.Parse(leaf.PEM(), keyPEM)
			if err != nil {
				t.Fatal(err)
			}
			if !back.X509.Equal(leaf.X509) {
				t.Error("what was written as PEM reads back as something else")
			}
		})
	}
}

func nameOf(public any) string {
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		return key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	case *rsa.PublicKey:
		return "RSA-" + big.NewInt(int64(key.N.BitLen())).String()
	}
	return "unknown"
}

func TestUnparsable(t *testing.T) {
	t.Parallel()
	leaf := issue(t, newRoot(t, nil), pki.Template{CommonName: "x", Flaw: pki.Unparsable})
	if _, err := x509.ParseCertificate(leaf.DER); err == nil {
		t.Error("half a certificate parses")
	}
	if leaf.X509.Subject.CommonName != "x" {
		t.Error("X509 does not say what it was")
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	root := newRoot(t, nil)
	outer := issue(t, root, pki.Template{CommonName: "Outer", IsCA: true})
	inner := issue(t, outer, pki.Template{CommonName: "Inner", IsCA: true})
	narrow := issue(t, root, pki.Template{CommonName: "Narrow", IsCA: true, MaxPath: pki.NoIntermediates})
	under := issue(t, narrow, pki.Template{CommonName: "Under", IsCA: true})
	other := newRoot(t, func(p *pki.Template) { p.CommonName = "Other Root" })
	crossed, err := other.CrossSign(inner)
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name   string
		issuer *pki.Certificate
		root   *pki.Certificate
		sent   []*pki.Certificate
		want   bool
	}{
		{"complete", inner, root, []*pki.Certificate{inner, outer}, true},
		{"incomplete", inner, root, []*pki.Certificate{inner}, false},
		{"path too long", under, root, []*pki.Certificate{under, narrow}, false},
		{"cross-signed", inner, other, []*pki.Certificate{crossed}, true},
		{"other root without the cross-signed one", inner, other, []*pki.Certificate{inner, outer}, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			leaf := issue(t, row.issuer, pki.Template{DNSNames: []string{"a.example"}})
			_, err := leaf.X509.Verify(x509.VerifyOptions{
				Roots: pki.Pool(row.root), Intermediates: pki.Pool(row.sent...), CurrentTime: noon,
			})
			if got := err == nil; got != row.want {
				t.Errorf("got valid %v (%v), want %v", got, err, row.want)
			}
		})
	}
}

func TestContent(t *testing.T) {
	t.Parallel()
	root := newRoot(t, func(p *pki.Template) { p.KeyKind = pki.RSA2048 })
	leaf := issue(t, root, pki.Template{
		CommonName:         "x",
		Organization:       "edgesim",
		CAIssuers:          []string{"http://ca.example/root.cer"},
		KeyUsage:           x509.KeyUsageKeyAgreement,
		SignatureAlgorithm: x509.SHA384WithRSAPSS,
		SerialNumber:       big.NewInt(7),
	}).X509
	if got := leaf.IssuingCertificateURL; len(got) != 1 || got[0] != "http://ca.example/root.cer" {
		t.Errorf("got caIssuers %q", got)
	}
	if leaf.SignatureAlgorithm != x509.SHA384WithRSAPSS {
		t.Errorf("got signature algorithm %v", leaf.SignatureAlgorithm)
	}
	if leaf.KeyUsage != x509.KeyUsageKeyAgreement || leaf.SerialNumber.Int64() != 7 || leaf.Subject.Organization[0] != "edgesim" {
		t.Errorf("got usage %v, serial %v, subject %v", leaf.KeyUsage, leaf.SerialNumber, leaf.Subject)
	}
	if !leaf.NotBefore.Equal(root.X509.NotBefore) || !leaf.NotAfter.Equal(root.X509.NotAfter) {
		t.Error("a leaf without dates does not have those of its issuer")
	}
}

func TestSelfSignNeedsDates(t *testing.T) {
	t.Parallel()
	if _, err := pki.SelfSign(pki.Template{CommonName: "x"}); err == nil {
		t.Error("a self-signed certificate without dates was minted")
	}
}

func TestParseRefusesForeignKey(t *testing.T) {
	t.Parallel()
	root := newRoot(t, nil)
	keyPEM, err := newRoot(t, nil).KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pki.Parse(root.PEM(), keyPEM); err == nil {
		t.Error("a certificate was read with a key that is not its own")
	}
}

func TestTLSKeepsOrder(t *testing.T) {
	t.Parallel()
	root := newRoot(t, nil)
	leaf := issue(t, root, pki.Template{CommonName: "x"})
	sent := pki.TLS(root, leaf)
	if len(sent.Certificate) != 2 || &sent.Certificate[0][0] != &root.DER[0] || sent.PrivateKey != root.Key {
		t.Error("the chain is not sent in the order given, or with the wrong key")
	}
	if pki.TLS().Certificate != nil {
		t.Error("no certificates give a chain")
	}
}
