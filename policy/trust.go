package policy

import (
	"bytes"
	"crypto/x509"
)

// TrustedRoot is a root that a TrustStore trusts.
type TrustedRoot struct {
	// Certificate is the root. Its own signature is never checked.
	Certificate *x509.Certificate
	// Constraint judges a chain that ends at this root, leaf first and root last;
	// nil for a root trusted unconditionally. Mozilla's list has roots that are
	// trusted only for older certificates.
	Constraint func(chain []*x509.Certificate) error
}

// TrustStore is the set of roots that an origin's chain may end at: Mozilla's
// included-CA list (CF-CERT-07), plus the roots that a user added as substitutes
// for a public CA. It never changes and is safe for concurrent use. A nil store
// trusts nothing.
type TrustStore struct {
	bySubject map[string][]*anchor
	size      int
}

// anchor is a root prepared for judging chains.
type anchor struct {
	chainCert
	constraint func(chain []*x509.Certificate) error
}

// NewTrustStore returns a store of unconditionally trusted roots. The
// certificates must not be modified afterwards.
func NewTrustStore(roots ...*x509.Certificate) *TrustStore {
	unconditional := make([]TrustedRoot, len(roots))
	for i, root := range roots {
		unconditional[i].Certificate = root
	}
	return NewConstrainedTrustStore(unconditional)
}

// NewConstrainedTrustStore returns a store of roots, some of which may have a
// constraint. A root that appears twice is trusted if either entry trusts it.
func NewConstrainedTrustStore(roots []TrustedRoot) *TrustStore {
	s := &TrustStore{bySubject: make(map[string][]*anchor, len(roots)), size: len(roots)}
	for _, root := range roots {
		entry := &anchor{chainCert: readCertificate(trustedIndex, root.Certificate), constraint: root.Constraint}
		s.bySubject[entry.subject] = append(s.bySubject[entry.subject], entry)
	}
	return s
}

// Len returns the number of roots.
func (s *TrustStore) Len() int {
	if s == nil {
		return 0
	}
	return s.size
}

// BySubject returns the roots whose subject is this raw DER name. Several roots
// can have the same name and different keys.
func (s *TrustStore) BySubject(rawSubject []byte) []*x509.Certificate {
	var found []*x509.Certificate
	for _, root := range s.named(nameKey(rawSubject)) {
		found = append(found, root.Certificate)
	}
	return found
}

// Contains reports whether exactly this certificate is a root in the store.
func (s *TrustStore) Contains(cert *x509.Certificate) bool {
	for _, root := range s.named(nameKey(cert.RawSubject)) {
		if root.Certificate.Equal(cert) {
			return true
		}
	}
	return false
}

// ContainsKey reports whether a root in the store has the name and the key of
// this certificate. A cross-certificate has both but is a different certificate.
func (s *TrustStore) ContainsKey(cert *x509.Certificate) bool {
	for _, root := range s.named(nameKey(cert.RawSubject)) {
		if bytes.Equal(root.RawSubjectPublicKeyInfo, cert.RawSubjectPublicKeyInfo) {
			return true
		}
	}
	return false
}

// Issuers returns the roots that have the name of the certificate's issuer and
// whose key verifies its signature.
func (s *TrustStore) Issuers(cert *x509.Certificate) []*x509.Certificate {
	child := readCertificate(0, cert)
	var found []*x509.Certificate
	for _, root := range s.named(child.issuer) {
		if checkLink(nil, &child, &root.chainCert) == linkVerified {
			found = append(found, root.Certificate)
		}
	}
	return found
}

func (s *TrustStore) named(key string) []*anchor {
	if s == nil {
		return nil
	}
	return s.bySubject[key]
}
