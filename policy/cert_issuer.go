package policy

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
)

// link says how well one certificate's claim to be issued by another holds up.
type link uint8

const (
	// linkNone: the other certificate is not the issuer.
	linkNone link = iota
	// linkBroken: it has the issuer's name, and nothing indicates that its key differs from
	// the issuer's, but the signature does not verify.
	linkBroken
	// linkUnchecked: as above, but the signature cannot be checked, see uncheckable.
	linkUnchecked
	// linkVerified: it has the issuer's name and the signature verifies.
	linkVerified
)

// Limits on the keys whose signatures are checked. Below, crypto/rsa refuses; above, one
// check could take seconds, and crypto/tls stops there too.
const (
	minCheckedRSABits = 1024
	maxCheckedRSABits = 8192
)

// checkLink determines whether issuer issued child. Key identifiers are hints (RFC 4158 section
// 3.5.12): a valid signature overrides them, and an invalid one counts against the child
// only if they do not explain it. memo skips signatures that verified before; it may be
// nil.
func checkLink(memo *LinkMemo, child, issuer *chainCert) link {
	if !child.readable() || !issuer.readable() || child.issuer != issuer.subject {
		return linkNone
	}
	if uncheckable(child, issuer) != "" {
		if otherKeyID(child.Certificate, issuer.Certificate) {
			return linkNone
		}
		return linkUnchecked
	}
	if memo.has(child, issuer) {
		return linkVerified
	}
	err := issuer.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature)
	switch {
	case err == nil:
		memo.add(child, issuer)
		return linkVerified
	case otherKeyID(child.Certificate, issuer.Certificate):
		return linkNone
	}
	return linkBroken
}

// otherKeyID reports whether the child names a different key of its issuer than this
// certificate has.
func otherKeyID(child, issuer *x509.Certificate) bool {
	want, have := child.AuthorityKeyId, issuer.SubjectKeyId
	return len(want) > 0 && len(have) > 0 && !bytes.Equal(want, have)
}

// uncheckable describes why the child's signature cannot be checked with the issuer's key,
// or returns "" if it can be.
func uncheckable(child, issuer *chainCert) string {
	switch child.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA:
		return "it is signed with " + child.SignatureAlgorithm.String() + ", which anybody can forge"
	case x509.UnknownSignatureAlgorithm, x509.DSAWithSHA1, x509.DSAWithSHA256:
		return "its signature algorithm is none that a public CA uses (RSA or ECDSA with SHA-2)"
	}
	switch key := issuer.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minCheckedRSABits || bits > maxCheckedRSABits {
			return fmt.Sprintf("its issuer's RSA key of %d bits is outside %d to %d", bits, minCheckedRSABits, maxCheckedRSABits)
		}
	case *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		return "its issuer's key is neither RSA, ECDSA nor Ed25519"
	}
	return ""
}

// isSelfSigned reports whether a certificate was signed with its own key. The same name as
// subject and issuer is not enough: a CA and its leaf are sometimes given the same name by
// mistake.
func isSelfSigned(c *chainCert) bool {
	switch checkLink(nil, c, c) {
	case linkVerified, linkUnchecked:
		return true
	case linkBroken:
		// Tampered with, but its key identifiers still say it.
		return len(c.AuthorityKeyId) > 0 && len(c.SubjectKeyId) > 0
	case linkNone:
	}
	return false
}

// isSelfIssued reports whether subject and issuer are the same name; path lengths do not
// count such certificates (RFC 5280 section 4.2.1.9).
func isSelfIssued(c *chainCert) bool { return c.subject == c.issuer }
