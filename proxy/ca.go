package proxy

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"os"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// caYears is how long a viewer CA is valid.
const caYears = 10

// CA is the certificate authority that signs the certificates shown to HTTPS
// viewers. Anyone who has its key can impersonate any site to clients that trust
// it, so each installation has its own, and the key never leaves the state
// directory.
type CA struct {
	cert *pki.Certificate
	path string
}

// NewCA creates a certificate authority that is kept in memory only. It is meant
// for tests, and for servers that give their viewers its certificate.
func NewCA() (*CA, error) {
	now := time.Now()
	cert, err := pki.NewCA(pki.Template{
		CommonName: caName(),
		NotBefore:  now.Add(-24 * time.Hour),
		NotAfter:   now.AddDate(caYears, 0, 0),
		MaxPath:    pki.NoIntermediates,
	})
	if err != nil {
		return nil, fmt.Errorf("making a viewer CA: %w", err)
	}
	return &CA{cert: cert}, nil
}

// caName is the CA's common name. It says which machine the CA belongs to, for someone who
// finds it in a trust store, and has a random part, as the CA may have been rotated.
func caName() string {
	var id [3]byte
	_, _ = rand.Read(id[:]) // never fails
	name := "edgesim local viewer CA"
	if host, err := os.Hostname(); err == nil && host != "" && len(name)+len(host)+8 <= maxCommonName {
		name += " " + host
	}
	return name + " " + hex.EncodeToString(id[:])
}

// Certificate returns the CA's certificate. It must not be modified.
func (ca *CA) Certificate() *x509.Certificate { return ca.cert.X509 }

// PEM returns the CA's certificate as a PEM block, for viewers to trust.
func (ca *CA) PEM() []byte { return ca.cert.PEM() }

// Pool returns a certificate pool that contains only the CA.
func (ca *CA) Pool() *x509.CertPool { return pki.Pool(ca.cert) }

// Path returns the path of the certificate file; "" if the CA is in memory only.
func (ca *CA) Path() string { return ca.path }

// Fingerprint returns the certificate's SHA-256 fingerprint in hexadecimal, as
// trust stores display it.
func (ca *CA) Fingerprint() string {
	sum := sha256.Sum256(ca.cert.DER)
	return hex.EncodeToString(sum[:])
}

// leaf mints a certificate to show to viewers.
func (ca *CA) leaf(t pki.Template, now time.Time) (*tls.Certificate, error) {
	t.NotBefore, t.NotAfter = now.Add(-clockSkew), now.Add(leafLife)
	if end := ca.cert.X509.NotAfter; t.NotAfter.After(end) {
		t.NotAfter = end
	}
	leaf, err := ca.cert.Issue(t)
	if err != nil {
		return nil, err
	}
	cert := pki.TLS(leaf)
	cert.Leaf = leaf.X509
	return &cert, nil
}
