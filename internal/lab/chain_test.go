package lab_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"
	"time"
)

var chainProofs = []proof{
	{"expired", func(t *testing.T, o stand) {
		leaf := o.chain(t, 2)[0]
		if !leaf.NotAfter.Before(noon) || !leaf.NotBefore.Before(leaf.NotAfter) {
			t.Errorf("got valid from %v to %v, want the end before %v", leaf.NotBefore, leaf.NotAfter, noon)
		}
		o.soundAt(t, leaf.NotAfter.Add(-time.Hour))
	}},
	{"expired-intermediate", func(t *testing.T, o stand) {
		sent := o.chain(t, 2)
		if !sent[1].NotAfter.Before(noon) || !sent[0].NotAfter.After(noon) {
			t.Errorf("got a leaf until %v and an intermediate until %v", sent[0].NotAfter, sent[1].NotAfter)
		}
		o.soundAt(t, sent[1].NotAfter.Add(-time.Hour))
	}},
	{"not-yet-valid", func(t *testing.T, o stand) {
		leaf := o.chain(t, 2)[0]
		if !leaf.NotBefore.After(noon) {
			t.Errorf("got valid from %v, want later than %v", leaf.NotBefore, noon)
		}
		o.soundAt(t, leaf.NotBefore.Add(time.Hour))
	}},
	{"self-signed", func(t *testing.T, o stand) {
		leaf := o.chain(t, 1)[0]
		if leaf.Issuer.String() != leaf.Subject.String() || leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) != nil {
			t.Errorf("got issuer %q, want a certificate that signed itself", leaf.Issuer)
		}
		if leaf.IsCA || leaf.VerifyHostname(o.Host()) != nil {
			t.Error("something else is wrong with it too")
		}
	}},
	{"untrusted-root", func(t *testing.T, o stand) {
		sent := o.chain(t, 3)
		inOrder(t, sent)
		root := sent[2]
		if root.CheckSignatureFrom(root) != nil {
			t.Error("the last certificate is not a root")
		}
		var unknown x509.UnknownAuthorityError
		if err := o.verify(sent, noon); !errors.As(err, &unknown) {
			t.Errorf("got %v, want an unknown authority", err)
		}
		o.roots = x509.NewCertPool()
		o.roots.AddCert(root)
		o.soundAt(t, noon)
	}},
	{"incomplete-chain", func(t *testing.T, o stand) {
		sent := o.chain(t, 1)
		var unknown x509.UnknownAuthorityError
		if err := o.verify(sent, noon); !errors.As(err, &unknown) {
			t.Errorf("got %v, want an unknown authority", err)
		}
		if sent[0].Issuer.String() == sent[0].Subject.String() || len(sent[0].IssuingCertificateURL) != 1 {
			t.Errorf("got issuer %q at %q, want another one with an address", sent[0].Issuer, sent[0].IssuingCertificateURL)
		}
	}},
	{"wrong-order", func(t *testing.T, o stand) {
		sent := o.chain(t, 3)
		if sent[0].CheckSignatureFrom(sent[1]) == nil {
			t.Error("the second certificate is the issuer of the first: that is the right order")
		}
		inOrder(t, []*x509.Certificate{sent[0], sent[2], sent[1]})
		o.soundAt(t, noon) // crypto/x509 fixes the order
	}},
	{"bad-signature", func(t *testing.T, o stand) {
		sent := o.chain(t, 2)
		if sent[0].Issuer.String() != sent[1].Subject.String() || sent[0].CheckSignatureFrom(sent[1]) == nil {
			t.Error("got a good signature, or another issuer")
		}
	}},
	{"wrong-purpose", func(t *testing.T, o stand) {
		sent := o.chain(t, 2)
		if usage := sent[0].ExtKeyUsage; len(usage) != 1 || usage[0] != x509.ExtKeyUsageClientAuth {
			t.Errorf("got purposes %v, want clientAuth alone", usage)
		}
		var invalid x509.CertificateInvalidError
		if err := o.verify(sent, noon); !errors.As(err, &invalid) || invalid.Reason != x509.IncompatibleUsage {
			t.Errorf("got %v, want incompatible usage", err)
		}
	}},
	{"unparsable", func(t *testing.T, o stand) {
		sent := o.certificateMessage(t)
		if _, err := x509.ParseCertificate(sent); err == nil || len(sent) < 100 {
			t.Errorf("got %d bytes that parse or are too few", len(sent))
		}
	}},
	{"p521-key", func(t *testing.T, o stand) {
		if key, ok := o.chain(t, 2)[0].PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P521() {
			t.Error("got another key")
		}
		o.soundAt(t, noon)
	}},
	{"rsa-oversized", func(t *testing.T, o stand) {
		if key, ok := o.chain(t, 2)[0].PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 4104 {
			t.Error("got another key")
		}
		o.soundAt(t, noon)
	}},
	{"wrong-name", func(t *testing.T, o stand) {
		var wrong x509.HostnameError
		sent := o.chain(t, 2)
		if err := o.verify(sent, noon); !errors.As(err, &wrong) || sent[0].Subject.CommonName == o.Host() {
			t.Errorf("got %v for CN %q, want another name", err, sent[0].Subject.CommonName)
		}
	}},
}

// chain returns the certificates as sent; they must be so many.
func (o stand) chain(t *testing.T, want int) []*x509.Certificate {
	t.Helper()
	conn, err := o.shake(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := conn.ConnectionState().PeerCertificates
	if len(sent) != want {
		t.Fatalf("got %d certificates, want %d", len(sent), want)
	}
	return sent
}

// verify asks crypto/x509 for its opinion at an instant.
func (o stand) verify(sent []*x509.Certificate, at time.Time) error {
	between := x509.NewCertPool()
	for _, c := range sent[1:] {
		between.AddCert(c)
	}
	_, err := sent[0].Verify(x509.VerifyOptions{DNSName: o.Host(), Roots: o.roots, Intermediates: between, CurrentTime: at})
	return err
}

// soundAt fails the test unless all is well with the chain at an instant: that
// the fault is the only one.
func (o stand) soundAt(t *testing.T, at time.Time) {
	t.Helper()
	conn, err := o.shake(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.verify(conn.ConnectionState().PeerCertificates, at); err != nil {
		t.Errorf("at %v: %v", at, err)
	}
}

// inOrder fails the test unless each certificate was signed by the next.
func inOrder(t *testing.T, sent []*x509.Certificate) {
	t.Helper()
	for i := range len(sent) - 1 {
		if err := sent[i].CheckSignatureFrom(sent[i+1]); err != nil {
			t.Errorf("certificate %d is not signed by certificate %d: %v", i, i+1, err)
		}
	}
}

// certificateMessage returns the first certificate as it crosses the wire in
// TLS 1.2, where it is not encrypted.
func (o stand) certificateMessage(t *testing.T) []byte {
	t.Helper()
	wire := &tap{Conn: o.dial(t)}
	client := tls.Client(wire, &tls.Config{ServerName: o.Host(), InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}) //nolint:gosec // as shake
	if client.HandshakeContext(t.Context()) == nil {
		t.Fatal("the handshake succeeds")
	}
	var messages []byte
	for seen := wire.seen; len(seen) > 5; { // records: type, version, length
		length := int(seen[3])<<8 | int(seen[4])
		if seen[0] == 22 && len(seen) >= 5+length {
			messages = append(messages, seen[5:5+length]...)
		}
		seen = seen[min(len(seen), 5+length):]
	}
	for len(messages) > 4 { // messages: type, length of three bytes
		length := uint24(messages[1:])
		if messages[0] == 11 {
			list := messages[4+3 : 4+length]
			return list[3 : 3+uint24(list)]
		}
		messages = messages[4+length:]
	}
	t.Fatal("no certificate message on the wire")
	return nil
}

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// tap remembers what is read from a connection.
type tap struct {
	net.Conn
	seen []byte
}

func (c *tap) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.seen = append(c.seen, b[:n]...)
	return n, err
}
