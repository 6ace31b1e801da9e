package pki

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Certificate is a minted certificate with its private key. It is immutable, so it may be
// used concurrently.
type Certificate struct {
	// DER is what a server sends.
	DER []byte
	// X509 is the parsed form; for an Unparsable certificate, as it was before it was
	// truncated.
	X509 *x509.Certificate
	// Key is the private key of the subject.
	Key crypto.Signer
}

// PEM returns the certificate as one PEM block.
func (c *Certificate) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER})
}

// KeyPEM returns the private key as one PEM block in PKCS #8.
func (c *Certificate) KeyPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("encoding the key of %q: %w", c.X509.Subject.CommonName, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Parse parses what PEM and KeyPEM wrote, and refuses a key that does not match the
// certificate.
func Parse(certPEM, keyPEM []byte) (*Certificate, error) {
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("reading a certificate and its key: %w", err)
	}
	parsed, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("reading a certificate: %w", err)
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, errors.New("reading a certificate: its key cannot sign")
	}
	return &Certificate{DER: pair.Certificate[0], X509: parsed, Key: key}, nil
}

// TLS returns what a server needs to present these certificates in exactly this order. The
// key is the first one's.
func TLS(chain ...*Certificate) tls.Certificate {
	if len(chain) == 0 {
		return tls.Certificate{}
	}
	sent := tls.Certificate{PrivateKey: chain[0].Key}
	for _, c := range chain {
		sent.Certificate = append(sent.Certificate, c.DER)
	}
	return sent
}

// Bundle returns the certificates as PEM blocks in this order, without keys.
func Bundle(chain ...*Certificate) []byte {
	var out []byte
	for _, c := range chain {
		out = append(out, c.PEM()...)
	}
	return out
}

// Pool returns a pool of these certificates, for roots or for intermediates.
func Pool(certs ...*Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range certs {
		pool.AddCert(c.X509)
	}
	return pool
}
