package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// NewCA makes a self-signed certificate authority: a root. IsCA need not be set.
func NewCA(t Template) (*Certificate, error) {
	t.IsCA = true
	return SelfSign(t)
}

// SelfSign makes a certificate that is its own issuer, CA or not.
func SelfSign(t Template) (*Certificate, error) {
	if t.NotBefore.IsZero() || t.NotAfter.IsZero() {
		return nil, fmt.Errorf("minting %q: a self-signed certificate needs its dates", t.CommonName)
	}
	return mint(t, nil)
}

// Issue makes a certificate signed by this one. A leaf can issue, too: that is one of the
// mistakes a test may want.
func (c *Certificate) Issue(t Template) (*Certificate, error) {
	if t.NotBefore.IsZero() {
		t.NotBefore = c.X509.NotBefore
	}
	if t.NotAfter.IsZero() {
		t.NotAfter = c.X509.NotAfter
	}
	return mint(t, c)
}

// CrossSign makes a second certificate for the name and key of another CA, signed by this
// one. What other has issued then chains to both. It has other's dates.
func (c *Certificate) CrossSign(other *Certificate) (*Certificate, error) {
	return c.Issue(Template{
		CommonName:   other.X509.Subject.CommonName,
		Organization: first(other.X509.Subject.Organization),
		NotBefore:    other.X509.NotBefore,
		NotAfter:     other.X509.NotAfter,
		Key:          other.Key,
		IsCA:         other.X509.IsCA,
		MaxPath:      maxPath(other.X509),
		KeyUsage:     other.X509.KeyUsage,
	})
}

// mint makes a certificate from a template; a nil issuer means self-signed.
func mint(t Template, issuer *Certificate) (*Certificate, error) {
	key := t.Key
	if key == nil {
		made, err := NewKey(t.KeyKind)
		if err != nil {
			return nil, err
		}
		key = made
	}
	content, err := contentOf(t, key.Public())
	if err != nil {
		return nil, fmt.Errorf("minting %q: %w", t.CommonName, err)
	}
	parent, signer := content, key
	if issuer != nil {
		parent, signer = issuer.X509, issuer.Key
	}
	if t.IssuerName != "" {
		if parent, err = renamed(parent, t.IssuerName); err != nil {
			return nil, fmt.Errorf("minting %q: %w", t.CommonName, err)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, content, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("minting %q: %w", t.CommonName, err)
	}
	return finish(der, key, t.Flaw)
}

// contentOf converts a template for crypto/x509.
func contentOf(t Template, public crypto.PublicKey) (*x509.Certificate, error) {
	serial := t.SerialNumber
	if serial == nil {
		var err error
		if serial, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
			return nil, err
		}
	}
	subject := pkix.Name{CommonName: t.CommonName}
	if t.Organization != "" {
		subject.Organization = []string{t.Organization}
	}
	usage := t.KeyUsage
	if usage == 0 {
		usage = fittingUsage(t.IsCA, public)
	}
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               subject,
		DNSNames:              t.DNSNames,
		IPAddresses:           t.IPAddresses,
		NotBefore:             t.NotBefore,
		NotAfter:              t.NotAfter,
		BasicConstraintsValid: true,
		IsCA:                  t.IsCA,
		MaxPathLen:            max(t.MaxPath, 0),
		MaxPathLenZero:        t.MaxPath == NoIntermediates,
		KeyUsage:              usage,
		ExtKeyUsage:           t.Purpose.extKeyUsage(t.IsCA),
		SignatureAlgorithm:    t.SignatureAlgorithm,
		IssuingCertificateURL: t.CAIssuers,
	}, nil
}

// fittingUsage is the key usage that a public CA would set.
func fittingUsage(isCA bool, public crypto.PublicKey) x509.KeyUsage {
	if isCA {
		return x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	if _, ok := public.(*rsa.PublicKey); ok {
		return x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	}
	return x509.KeyUsageDigitalSignature
}

// renamed returns a parent with the same key identifiers but another name.
func renamed(parent *x509.Certificate, name string) (*x509.Certificate, error) {
	subject := pkix.Name{CommonName: name}
	raw, err := asn1.Marshal(subject.ToRDNSequence())
	if err != nil {
		return nil, err
	}
	other := *parent
	other.Subject, other.RawSubject = subject, raw
	return &other, nil
}

// finish parses what was minted, and damages it if requested.
func finish(der []byte, key crypto.Signer, flaw Flaw) (*Certificate, error) {
	if flaw == BadSignature {
		der[len(der)-1] ^= 1 // the signature is the last part of a certificate
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errors.Join(errors.New("parsing what was minted"), err)
	}
	if flaw == Unparsable {
		der = der[:len(der)/2]
	}
	return &Certificate{DER: der, X509: parsed, Key: key}, nil
}

// maxPath returns the MaxPath that a certificate was minted with.
func maxPath(c *x509.Certificate) int {
	if c.MaxPathLenZero {
		return NoIntermediates
	}
	return max(c.MaxPathLen, 0)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
