package policy

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
)

// trustedIndex is the index of a chainCert that was not sent but is in the trust store.
const trustedIndex = -1

// chainCert is one certificate of a chain, as far as it can be read.
type chainCert struct {
	// Certificate is nil if the certificate cannot be read; err says why.
	*x509.Certificate
	err error
	// index is the position in the chain as sent, from 0.
	index int
	// subject and issuer are the names in a comparable form.
	subject, issuer string
	// outline is what can be read of an unreadable certificate; nil if not even its frame
	// can be.
	outline *outline
}

// parseCertificate parses the certificate at one position of the chain.
func parseCertificate(index int, der []byte) *chainCert {
	cert, err := parseLenient(der)
	if err != nil {
		return &chainCert{index: index, err: err, outline: parseOutline(der)}
	}
	c := readCertificate(index, cert)
	return &c
}

func readCertificate(index int, cert *x509.Certificate) chainCert {
	return chainCert{Certificate: cert, index: index, subject: nameKey(cert.RawSubject), issuer: nameKey(cert.RawIssuer)}
}

// readable reports whether the certificate could be parsed.
func (c *chainCert) readable() bool { return c.Certificate != nil }

// outline is the frame of a certificate. crypto/x509 refuses a whole certificate for a
// single field that it does not know, so the frame distinguishes a broken certificate from
// an unusual one.
type outline struct {
	subject, issuer pkix.RDNSequence
	// keyAlgorithm is the algorithm of the subject's key, curve its curve if
	// it has one.
	keyAlgorithm, curve asn1.ObjectIdentifier
}

var oidECPublicKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

func parseOutline(der []byte) *outline {
	var frame struct {
		TBS struct {
			Version            int `asn1:"optional,explicit,default:0,tag:0"`
			Serial             asn1.RawValue
			SignatureAlgorithm asn1.RawValue
			Issuer             pkix.RDNSequence
			Validity           asn1.RawValue
			Subject            pkix.RDNSequence
			Key                struct {
				Algorithm pkix.AlgorithmIdentifier
				Bits      asn1.BitString
			}
		}
		SignatureAlgorithm asn1.RawValue
		Signature          asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &frame)
	if err != nil || len(rest) > 0 {
		return nil
	}
	o := &outline{subject: frame.TBS.Subject, issuer: frame.TBS.Issuer, keyAlgorithm: frame.TBS.Key.Algorithm.Algorithm}
	if o.keyAlgorithm.Equal(oidECPublicKey) {
		asn1.Unmarshal(frame.TBS.Key.Algorithm.Parameters.FullBytes, &o.curve) // explicit parameters have no name
	}
	return o
}

// unlistedCurve reports whether the certificate uses an elliptic curve that crypto/x509
// does not know, and which is therefore not one of the documented ones.
func (o *outline) unlistedCurve() bool {
	if o == nil || !o.keyAlgorithm.Equal(oidECPublicKey) {
		return false
	}
	known := []asn1.ObjectIdentifier{
		{1, 3, 132, 0, 33}, {1, 2, 840, 10045, 3, 1, 7}, {1, 3, 132, 0, 34}, {1, 3, 132, 0, 35}, // P-224 to P-521
	}
	return !slices.ContainsFunc(known, o.curve.Equal)
}

// nameKey returns a distinguished name in a form that is equal for names that are equal by
// RFC 5280 section 7.1: attribute values are compared regardless of case, repeated spaces
// and string type. Some CAs do encode their own name differently as subject and as issuer.
func nameKey(raw []byte) string {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(raw, &name); err != nil || len(rest) > 0 {
		return string(raw)
	}
	var key strings.Builder
	for _, rdn := range name {
		attributes := make([]string, len(rdn))
		for i, a := range rdn {
			value := fmt.Sprintf("%T %v", a.Value, a.Value)
			if text, ok := a.Value.(string); ok {
				value = strings.ToLower(strings.Join(strings.Fields(text), " "))
			}
			attributes[i] = fmt.Sprintf("%v=%q", a.Type, value)
		}
		slices.Sort(attributes)
		key.WriteString(strings.Join(attributes, "+"))
		key.WriteByte(',')
	}
	return key.String()
}
