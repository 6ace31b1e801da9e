package policy

import (
	"crypto/x509"
	"time"
)

// judgePath judges one path: each link and each certificate on it, and the constraints of
// its issuers. It ignores everything outside the path, so that superfluous certificates
// cannot spoil a chain. It returns failures and notes; passes are added for the chain as a
// whole.
func (j *judge) judgePath(p path) []ranked {
	var found []ranked
	for i, c := range p.certs {
		switch {
		case i+1 < len(p.certs):
			found = append(found, j.judgeLink(c, p.certs[i+1])...)
		case p.root != nil:
			found = append(found, j.judgeLink(c, &p.root.chainCert)...)
		case !isSelfSigned(c):
			found = append(found, j.judgeDigest(c)...)
		}
		found = append(found, j.judgeDates(c)...)
		if i > 0 {
			found = append(found, judgeIssuerUse(c, pathLength(p.certs[1:i]))...)
			found = append(found, j.judgeBelow(p.certs[:i], c)...)
		}
		found = append(found, judgeExtensions(c)...)
	}
	if p.root != nil {
		root := &p.root.chainCert
		found = append(found, j.judgeDates(root)...)
		found = append(found, judgeIssuerUse(root, pathLength(p.certs[1:]))...)
		found = append(found, judgeExtensions(root)...)
		found = append(found, j.judgeBelow(p.certs, root)...)
		found = append(found, judgeTrust(p)...)
	}
	return found
}

// judgeLink judges the signature that binds a certificate to its issuer.
func (j *judge) judgeLink(child, issuer *chainCert) []ranked {
	l := j.link(child, issuer)
	if l == linkVerified {
		return j.judgeDigest(child)
	}
	f := Finding{
		Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: child.String(),
		Observed: "the signature does not verify with the key of " + issuer.String(),
		Expected: "a signature of its issuer",
		Hint:     "the certificate was changed after it was signed, or its issuer has another key than the certificate of that name sent here: reissue it and send the issuer's current certificate",
	}
	// Without key identifiers on both sides, the two cases look the same.
	f.Inferred = len(child.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0
	if why := uncheckable(child, issuer); why != "" {
		f.Observed = why
		f.Expected = "a signature with RSA or ECDSA and SHA-2"
		f.Hint = "have the certificate reissued by a public CA"
		f.Inferred = true
	}
	return []ranked{{rankSignature, f}}
}

// judgeDigest warns of a SHA-1 signature. No page says how CloudFront treats one in an
// origin's chain, and SHA-1 is on its list for handshakes, so it passes here unless the
// strictness says otherwise.
func (j *judge) judgeDigest(c *chainCert) []ranked {
	switch c.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1:
		f := Finding{
			Rule: "CF-CERT-04", Verdict: Warn, Subject: c.String(),
			Observed: "signed with " + c.SignatureAlgorithm.String(),
			Expected: "a signature with SHA-2; public CAs have made no other since 2016",
			Hint:     "replace the certificate; browsers refuse it, and CloudFront may",
			Inferred: true,
		}
		if !j.facts.Strict.SHA1 {
			return []ranked{{rankNote, f}}
		}
		f.Verdict, f.Cause = Fail, CauseCertInvalid
		return []ranked{{rankSignature, f}}
	case x509.MD2WithRSA, x509.MD5WithRSA:
		return []ranked{{rankSignature, Finding{
			Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: c.String(),
			Observed: "signed with " + c.SignatureAlgorithm.String() + ", which anybody can forge",
			Expected: "a signature with SHA-2",
			Hint:     "have the certificate reissued by a public CA",
			Inferred: true,
		}}}
	}
	return nil
}

// judgeDates judges the validity period of a certificate (CF-CERT-01, -02).
func (j *judge) judgeDates(c *chainCert) []ranked {
	f := Finding{
		Verdict: Fail, Subject: c.String(),
		Expected: "valid at " + instant(j.facts.At) + ", the instant judged at",
		// The documentation covers the origin's certificates, not roots.
		Inferred: c.index == trustedIndex,
	}
	switch at := j.facts.At; {
	case hasEnded(c, at):
		f.Rule, f.Cause = "CF-CERT-01", CauseCertExpired
		f.Observed = "expired at " + instant(c.NotAfter) + ", " + span(at.Sub(c.NotAfter)) + " before"
		f.Hint = "renew the certificate, then reload the server so that it serves the new one"
		if c.index != 0 {
			f.Hint = "replace this certificate in the chain file with its issuer's current one"
		}
		return []ranked{{rankExpired, f}}
	case at.Before(c.NotBefore):
		f.Rule, f.Cause = "CF-CERT-02", CauseCertNotYetValid
		f.Observed = "valid only from " + instant(c.NotBefore) + ", " + span(c.NotBefore.Sub(at)) + " later"
		f.Hint = "wait until then, serve the previous certificate, or correct the clock of the machine that issued it"
		return []ranked{{rankNotYet, f}}
	}
	return nil
}

// hasEnded reports whether a certificate has expired. Its last second is still valid as a
// whole (RFC 5280 section 4.1.2.5).
func hasEnded(c *chainCert, at time.Time) bool {
	return at.Truncate(time.Second).After(c.NotAfter)
}

// judgeTrust judges the conditions on which the root is trusted. Mozilla's list distrusts
// some roots for newer certificates; whether CloudFront does the same is not documented.
func judgeTrust(p path) []ranked {
	if p.root.constraint == nil {
		return nil
	}
	err := p.root.constraint(p.chain())
	if err == nil {
		return nil
	}
	return []ranked{{rankTrust, Finding{
		Rule: "CF-CERT-07", Verdict: Fail, Cause: CauseCertUntrustedRoot, Subject: p.root.String(),
		Observed: "the root is trusted on a condition that this chain does not meet: " + printable(err.Error()),
		Expected: expectedRoot,
		Hint:     "get a certificate from another CA; Mozilla has withdrawn its trust from new certificates of this one",
		Inferred: true,
	}}}
}
