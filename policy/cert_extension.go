package policy

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
)

var (
	oidKeyUsage           = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidSubjectAltName     = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidNameConstraints    = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidCRLDistribution    = asn1.ObjectIdentifier{2, 5, 29, 31}
	oidExtendedKeyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidOCSPNoCheck        = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	oidUnreadCRLLocations = asn1.ObjectIdentifier{2, 5, 29, 127}
)

// knownExtensions are those whose meaning is known although crypto/x509 reports them as
// unhandled if critical: names and constraints of kinds that it does not read, the mark of
// an OCSP responder (RFC 6960 section 4.2.2.2.1), which means nothing for a TLS server, and
// the locations of revocation lists, which are not fetched here.
var knownExtensions = []asn1.ObjectIdentifier{oidSubjectAltName, oidNameConstraints, oidOCSPNoCheck, oidUnreadCRLLocations}

// has reports whether a certificate has an extension, even an empty one, which is not the
// same as none.
func (c *chainCert) has(id asn1.ObjectIdentifier) bool { return c.extension(id) != nil }

// extension returns the content of an extension in DER; nil if there is none.
func (c *chainCert) extension(id asn1.ObjectIdentifier) []byte {
	for _, e := range c.Extensions {
		if e.Id.Equal(id) {
			if e.Value == nil {
				return []byte{}
			}
			return e.Value
		}
	}
	return nil
}

// parseLenient parses a certificate as crypto/x509 does, and also one that crypto/x509
// refuses only because the location of a revocation list is given relative to the name of
// the issuer (RFC 5280 section 4.2.1.13): such a location is legal, and nothing is fetched
// from it.
func parseLenient(der []byte) (*x509.Certificate, error) {
	cert, err := x509.ParseCertificate(der)
	if err == nil {
		return cert, nil
	}
	// The extension gets a number that the parser does not know; the certificate keeps its
	// own bytes, which were signed.
	old, blind := encodedOID(oidCRLDistribution), encodedOID(oidUnreadCRLLocations)
	at := bytes.Index(der, old)
	if at < 0 || len(old) != len(blind) || bytes.Contains(der[at+len(old):], old) {
		return nil, err
	}
	blinded := slices.Concat(der[:at], blind, der[at+len(old):])
	cert, again := x509.ParseCertificate(blinded)
	if again != nil {
		return nil, err
	}
	read := chainCert{Certificate: cert}
	if !relativeLocations(read.extension(oidUnreadCRLLocations)) {
		return nil, err
	}
	tbs := bytes.Index(blinded, cert.RawTBSCertificate)
	cert.Raw = bytes.Clone(der)
	cert.RawTBSCertificate = cert.Raw[tbs : tbs+len(cert.RawTBSCertificate)]
	return cert, nil
}

func encodedOID(id asn1.ObjectIdentifier) []byte {
	der, _ := asn1.Marshal(id) // constants, which always marshal
	return der
}

// relativeLocations reports whether the content of a CRL distribution points extension is
// well formed: each location is a list of names, a name relative to the issuer's, or
// absent.
func relativeLocations(der []byte) bool {
	var points []struct {
		Name    asn1.RawValue   `asn1:"optional,tag:0"`
		Reasons asn1.BitString  `asn1:"optional,tag:1"`
		Issuer  []asn1.RawValue `asn1:"optional,tag:2"`
	}
	if rest, err := asn1.Unmarshal(der, &points); err != nil || len(rest) > 0 {
		return false
	}
	for _, p := range points {
		if len(p.Name.FullBytes) == 0 {
			continue
		}
		var name asn1.RawValue
		rest, err := asn1.Unmarshal(p.Name.Bytes, &name)
		if err != nil || len(rest) > 0 || name.Class != asn1.ClassContextSpecific || name.Tag > 1 {
			return false
		}
	}
	return true
}
