package pki

import (
	"crypto"
	"crypto/x509"
	"math/big"
	"net"
	"time"
)

// Template specifies the content of a certificate. The zero value of every field is valid,
// except that a self-signed certificate needs dates.
type Template struct {
	// CommonName is the subject's CN. It is not copied to DNSNames: a certificate with only
	// a CN has no subject alternative name.
	CommonName string
	// Organization is the subject's O; "" omits it.
	Organization string
	// DNSNames are the DNS subject alternative names; wildcards are allowed.
	DNSNames []string
	// IPAddresses are the IP subject alternative names.
	IPAddresses []net.IP
	// NotBefore and NotAfter are the validity period. Zero means the issuer's.
	NotBefore, NotAfter time.Time
	// KeyKind is the kind of key to make. Zero means P256.
	KeyKind KeyKind
	// Key is the subject's key; nil means a new one of KeyKind. Reusing a key and a name
	// under two issuers makes a cross-signed certificate.
	Key crypto.Signer
	// IsCA makes it a certificate authority.
	IsCA bool
	// MaxPath is how many intermediates may follow a CA. Zero means any number;
	// NoIntermediates means none.
	MaxPath int
	// KeyUsage is the key usage. Zero means the usual one: digital signature (and key
	// encipherment for RSA) for a leaf, signing for a CA.
	KeyUsage x509.KeyUsage
	// Purpose is the extended key usage. Zero means ServerAuth for a leaf and none for a
	// CA.
	Purpose Purpose
	// SignatureAlgorithm is how the issuer signs. Zero means SHA-256 or whatever suits the
	// issuer's key.
	SignatureAlgorithm x509.SignatureAlgorithm
	// CAIssuers are the addresses of the issuer's certificate (authority
	// information access, caIssuers).
	CAIssuers []string
	// SerialNumber is the serial number. Nil means a random one of 127 bits.
	SerialNumber *big.Int
	// IssuerName replaces the CN of the issuer field, so that the certificate names an
	// issuer that did not sign it. "" means the issuer's real name.
	IssuerName string
	// Flaw damages the finished certificate. Zero means Sound.
	Flaw Flaw
}

// NoIntermediates is the MaxPath of a CA that may issue only leaves.
const NoIntermediates = -1

// Purpose is the extended key usage of a certificate.
type Purpose int

// The purposes.
const (
	// DefaultPurpose is ServerAuth for a leaf, and NoPurpose for a CA.
	DefaultPurpose Purpose = iota
	ServerAuth
	ClientAuth
	ServerAndClientAuth
	// NoPurpose leaves the extension out, which restricts nothing.
	NoPurpose
)

// String returns the name of the purpose as OpenSSL spells it.
func (p Purpose) String() string {
	switch p {
	case DefaultPurpose:
		return "default"
	case ServerAuth:
		return "serverAuth"
	case ClientAuth:
		return "clientAuth"
	case ServerAndClientAuth:
		return "serverAuth, clientAuth"
	case NoPurpose:
		return "none"
	}
	return "unknown"
}

// extKeyUsage returns the content of the extension; nil omits it.
func (p Purpose) extKeyUsage(isCA bool) []x509.ExtKeyUsage {
	switch p {
	case DefaultPurpose:
		if isCA {
			return nil
		}
		return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	case ServerAuth:
		return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	case ClientAuth:
		return []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	case ServerAndClientAuth:
		return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	case NoPurpose:
		return nil
	}
	return nil
}

// Flaw is damage done to a certificate after it was signed.
type Flaw int

// The flaws.
const (
	// Sound is not a flaw.
	Sound Flaw = iota
	// BadSignature flips a bit of the signature: the certificate parses, but
	// its issuer did not sign it.
	BadSignature
	// Unparsable cuts the DER in half.
	Unparsable
)

// String returns a short name of the flaw.
func (f Flaw) String() string {
	switch f {
	case Sound:
		return "sound"
	case BadSignature:
		return "bad signature"
	case Unparsable:
		return "unparsable"
	}
	return "unknown"
}
