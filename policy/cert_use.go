package policy

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
)

// keyUsageTLS are the key usages of which a TLS server's certificate needs one,
// if it names any (RFC 5280 section 4.2.1.12).
const keyUsageTLS = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement

// judgeLeafUse judges whether the leaf is meant for a TLS server (CF-CERT-04).
func (j *judge) judgeLeafUse(leaf *chainCert) {
	f := Finding{
		Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: leaf.String(),
		Expected: "a certificate for a TLS server",
		Hint:     "issue the certificate with extended key usage serverAuth and key usage digitalSignature",
	}
	if !servesTLS(leaf.Certificate) {
		f.Observed = "its extended key usage does not contain serverAuth"
		j.add(rankUse, f)
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&keyUsageTLS == 0 {
		f.Observed = "its key usage allows neither digitalSignature, keyEncipherment nor keyAgreement"
		j.add(rankUse, f)
	} else if leaf.IsCA {
		j.add(rankNote, Finding{
			Rule: "CF-CERT-04", Verdict: Warn, Subject: leaf.String(),
			Observed: "a CA certificate is used as the server's own",
			Expected: "a leaf certificate",
			Hint:     "issue a leaf for the server; some clients refuse a CA certificate here",
			Inferred: true,
		})
	}
}

// servesTLS says whether a certificate's extended key usages, if it has any,
// include TLS servers.
func servesTLS(c *x509.Certificate) bool {
	return len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 ||
		slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)
}

// judgeIssuerUse judges whether a certificate may issue others, with that many
// intermediates between it and the leaf (RFC 5280 section 6.1.4).
func judgeIssuerUse(c *chainCert, below int) []ranked {
	var observed []string
	root := c.index == trustedIndex
	switch {
	case root && c.Version < 3:
		// Roots of the first version have no extensions and may issue.
	case !c.BasicConstraintsValid || !c.IsCA:
		observed = append(observed, "it issued another certificate without being a CA (basic constraints)")
	}
	if c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0 {
		observed = append(observed, "its key usage does not allow it to sign certificates (keyCertSign)")
	}
	limited := c.BasicConstraintsValid && (c.MaxPathLen > 0 || c.MaxPathLenZero)
	if limited && below > c.MaxPathLen {
		observed = append(observed, fmt.Sprintf("it allows %s below it, and there are %d (path length)", plural(c.MaxPathLen, "intermediate"), below))
	}
	if !root && !servesTLS(c.Certificate) {
		observed = append(observed, "its extended key usage does not contain serverAuth, so it may not issue for TLS servers")
	}
	found := make([]ranked, len(observed))
	for i, what := range observed {
		found[i] = ranked{rankUse, Finding{
			Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: c.String(), Observed: what,
			Expected: "a CA that may issue this chain",
			Hint:     "have the leaf issued by a CA whose certificate allows it",
		}}
	}
	return found
}

// pathLength counts the intermediates that a path length limits: those that
// did not issue themselves.
func pathLength(intermediates []*chainCert) int {
	n := 0
	for _, c := range intermediates {
		if !isSelfIssued(c) {
			n++
		}
	}
	return n
}

var (
	oidSubjectAltName  = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}
)

// judgeExtensions refuses a certificate with a critical extension that nobody
// knows (RFC 5280 section 4.2). Alternative names and name constraints are
// known; crypto/x509 reports them only for kinds of names it does not read.
func judgeExtensions(c *chainCert) []ranked {
	var found []ranked
	for _, id := range c.UnhandledCriticalExtensions {
		if id.Equal(oidSubjectAltName) || id.Equal(oidNameConstraints) {
			continue
		}
		found = append(found, ranked{rankUse, Finding{
			Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: c.String(),
			Observed: fmt.Sprintf("it has an unknown extension (%v) that is marked critical", id),
			Expected: "no critical extension beyond RFC 5280",
			Hint:     "issue the certificate without this extension, or not marked critical",
			Inferred: true, // CloudFront may know one that we do not
		}})
	}
	return found
}
