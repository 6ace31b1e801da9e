package policy

import (
	"crypto/x509"
	"fmt"
	"slices"
)

// judgeLeafUse judges whether the leaf may be used by a TLS server (CF-CERT-04).
func (j *judge) judgeLeafUse(leaf *chainCert) {
	f := Finding{
		Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: leaf.String(),
		Expected: "a certificate for a TLS server",
		Hint:     "issue the certificate with extended key usage serverAuth and key usage digitalSignature",
	}
	if !leaf.servesTLS() {
		f.Observed = "its extended key usage does not contain serverAuth"
		j.add(rankUse, f)
	}
	switch observed := leaf.unusableKey(j.facts.Agreed); {
	case observed != "":
		f.Observed = observed
		// RFC 5246 section 7.4.2 and RFC 8446 section 4.4.2.2 forbid it; some clients do
		// not check.
		f.Inferred = leaf.KeyUsage != 0
		j.add(rankUse, f)
	case leaf.IsCA:
		j.add(rankNote, Finding{
			Rule: "CF-CERT-04", Verdict: Warn, Subject: leaf.String(),
			Observed: "a CA certificate is used as the server's own",
			Expected: "a leaf certificate",
			Hint:     "issue a leaf for the server; some clients refuse a CA certificate here",
			Inferred: true,
		})
	}
}

// unusableKey describes why the leaf's key usage forbids what its key did in the handshake,
// or returns "". If the handshake is unknown, one use that TLS has for such a key is
// enough. An extension without any use allows none.
func (c *chainCert) unusableKey(agreed Agreed) string {
	if !c.has(oidKeyUsage) {
		return ""
	}
	signs, decrypts := c.KeyUsage&x509.KeyUsageDigitalSignature != 0, c.KeyUsage&x509.KeyUsageKeyEncipherment != 0
	rsaKey := c.PublicKeyAlgorithm == x509.RSA
	switch {
	case c.KeyUsage == 0:
		return "its key usage is there and allows nothing"
	case agreed.Version == 0 && rsaKey && (signs || decrypts), signs && !(rsaKey && agreed.staticRSA()):
		return ""
	case !rsaKey:
		return "its key usage does not allow digitalSignature, and an ECDSA key can only sign the handshake"
	case agreed.Version == 0:
		return "its key usage allows neither digitalSignature nor keyEncipherment"
	case !agreed.staticRSA():
		return "its key usage does not allow digitalSignature, with which the key exchange of " + VersionName(agreed.Version) + " is signed"
	case !decrypts:
		return "its key usage does not allow keyEncipherment, which static RSA needs"
	}
	return ""
}

// Agreed is what a handshake negotiated, as far as it affects the use of the
// leaf's key. The zero value means unknown.
type Agreed struct {
	// Version and Suite are the wire numbers.
	Version, Suite uint16
}

// staticRSA reports whether the client encrypts the secret with the leaf's key (the last
// four suites of CF-TLS-09), instead of a signed key exchange.
func (a Agreed) staticRSA() bool {
	switch a.Suite {
	case 0x0035, 0x002F, 0x000A, 0x0004:
		return a.Version != 0 && a.Version < VersionTLS13
	}
	return false
}

// servesTLS reports whether a certificate's extended key usages, if it has the extension,
// include TLS servers. An empty one allows nothing.
func (c *chainCert) servesTLS() bool {
	return !c.has(oidExtendedKeyUsage) ||
		slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)
}

// judgeIssuerUse judges whether a certificate may issue others, with below intermediates
// between it and the leaf (RFC 5280 section 6.1.4).
func judgeIssuerUse(c *chainCert, below int) []ranked {
	var observed []string
	root := c.index == trustedIndex
	switch {
	case root && c.Version < 3:
		// Version 1 roots have no extensions and may issue.
	case !c.BasicConstraintsValid || !c.IsCA:
		observed = append(observed, "it issued another certificate without being a CA (basic constraints)")
	}
	if c.has(oidKeyUsage) && c.KeyUsage&x509.KeyUsageCertSign == 0 {
		observed = append(observed, "its key usage does not allow it to sign certificates (keyCertSign)")
	}
	limited := c.BasicConstraintsValid && (c.MaxPathLen > 0 || c.MaxPathLenZero)
	if limited && below > c.MaxPathLen {
		observed = append(observed, fmt.Sprintf("it allows %s below it, and there are %d (path length)", plural(c.MaxPathLen, "intermediate"), below))
	}
	if !c.servesTLS() {
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

// pathLength counts the intermediates that a path length limits: those that are not
// self-issued.
func pathLength(intermediates []*chainCert) int {
	n := 0
	for _, c := range intermediates {
		if !isSelfIssued(c) {
			n++
		}
	}
	return n
}

// judgeExtensions refuses a certificate with an unknown critical extension (RFC 5280
// section 4.2). Alternative names and name constraints are known; crypto/x509 reports them
// only for kinds of names that it does not parse.
func judgeExtensions(c *chainCert) []ranked {
	var found []ranked
	for _, id := range c.UnhandledCriticalExtensions {
		if slices.ContainsFunc(knownExtensions, id.Equal) {
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
