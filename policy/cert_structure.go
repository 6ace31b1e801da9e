package policy

import (
	"fmt"
	"slices"
)

// leaf returns the certificate that the chain is about: the first one, unless that is a
// CA's and the chain has the leaf further back (CF-CERT-05).
func (j *judge) leaf() *chainCert {
	first := j.sent[0]
	if !first.IsCA && !(first.Version < 3 && isSelfIssued(first)) {
		return first
	}
	carries := func(c *chainCert) bool {
		_, ok := j.facts.matchName(c)
		return ok
	}
	var below *chainCert
	for _, c := range j.sent[1:] {
		if !c.readable() || c.IsCA {
			continue
		}
		issuedByFirst := slices.Contains(j.longestPath(c, false).certs, first)
		switch {
		case issuedByFirst && carries(c), carries(c) && !carries(first):
			return c
		case issuedByFirst && below == nil:
			below = c
		}
	}
	if below != nil {
		return below
	}
	return first
}

// judgeStructure judges the structure of the chain (CF-CERT-03, CF-CERT-05 to CF-CERT-08)
// and returns the path that the other rules are judged on.
func (j *judge) judgeStructure(leaf *chainCert) path {
	if isSelfSigned(leaf) {
		j.add(rankSelfSigned, Finding{
			Rule: "CF-CERT-03", Verdict: Fail, Cause: CauseCertSelfSigned, Subject: leaf.String(),
			Observed: "the certificate is signed with its own key",
			Expected: "a certificate issued by a CA of Mozilla's included-CA list",
			Hint:     "get a certificate from a public CA (Let's Encrypt, ACM on an ELB); CloudFront cannot be made to trust this one",
		})
		why := "a self-signed leaf has no chain"
		j.block("CF-CERT-05", rankOrder, why)
		j.block("CF-CERT-06", rankIncomplete, why)
		j.block("CF-CERT-07", rankTrust, why)
		return path{certs: []*chainCert{leaf}}
	}
	j.add(rankSelfSigned, Finding{
		Rule: "CF-CERT-03", Verdict: Pass, Subject: leaf.String(), Observed: "issued by " + leaf.issuerName(),
	})
	p := j.judgeOrder(leaf)
	j.judgeEnd(p)
	return p
}

// judgeOrder finds the path and judges whether the chain was sent in that order
// (CF-CERT-05).
func (j *judge) judgeOrder(leaf *chainCert) path {
	if leaf.index == 0 {
		if p, ok := j.anchoredPath(leaf, true); ok {
			return j.rightOrder(p)
		}
	}
	p, anchored := j.anchoredPath(leaf, false)
	if !anchored {
		p = j.longestPath(leaf, false)
		if leaf.index == 0 {
			if inOrder := j.longestPath(leaf, true); len(inOrder.certs) >= len(p.certs) {
				return j.rightOrder(inOrder)
			}
		}
	}
	// A stray certificate in between violates the letter of the rule; whether CloudFront
	// cares is not documented.
	interposed := slices.IsSortedFunc(p.certs, func(a, b *chainCert) int { return a.index - b.index }) && leaf.index == 0
	f := Finding{
		Rule: "CF-CERT-05", Verdict: Fail, Cause: CauseCertWrongOrder, Subject: "chain",
		Observed: "sent as " + names(j.sent),
		Expected: "the leaf, its issuer, the next issuer: " + names(p.certs),
		Hint:     "put the certificates into the chain file in this order; the leaf comes first",
		Inferred: interposed,
	}
	if interposed {
		f.Hint = "remove the certificates that do not belong between the others"
	}
	j.add(rankOrder, f)
	return p
}

func (j *judge) rightOrder(p path) path {
	j.add(rankOrder, Finding{
		Rule: "CF-CERT-05", Verdict: Pass, Subject: "chain", Observed: "in order: " + names(p.certs),
	})
	return p
}

// judgeEnd judges whether the path reaches a trusted root and, if not, whether something is
// missing or untrusted (CF-CERT-06 to -08).
func (j *judge) judgeEnd(p path) {
	end := p.end()
	if p.root != nil {
		j.add(rankIncomplete, Finding{
			Rule: "CF-CERT-06", Verdict: Pass, Subject: end.String(), Observed: "issued by a trusted root",
		})
		j.add(rankTrust, Finding{
			Rule: "CF-CERT-07", Verdict: Pass, Subject: p.root.String(), Observed: "the root is in the trust store",
		})
		return
	}
	j.judgeLimits()
	switch {
	case len(p.certs) > 1 && isSelfSigned(end):
		j.addComplete(end, "the chain goes up to a self-signed CA")
		j.add(rankTrust, Finding{
			Rule: "CF-CERT-07", Verdict: Fail, Cause: CauseCertUntrustedRoot, Subject: end.String(),
			Observed: "the chain ends at this root, which is not trusted",
			Expected: expectedRoot,
			Hint:     hintRoot,
		})
	case len(p.certs) > 1 && len(end.IssuingCertificateURL) == 0:
		// A public CA says where its issuer's certificate is; a private one rarely does,
		// and usually leaves its root out of the chain.
		j.addComplete(end, "the chain lacks nothing but the root")
		j.add(rankTrust, Finding{
			Rule: "CF-CERT-08", Verdict: Fail, Cause: CauseCertUntrustedRoot, Subject: end.String(),
			Observed: "its issuer " + end.issuerName() + " is not a trusted root" + j.namesake(end),
			Expected: expectedRoot,
			Hint:     hintRoot + "; if the issuer is an intermediate of a public CA, it is missing from the chain",
			Inferred: true,
		})
	default:
		j.judgeMissing(p)
	}
}

func (j *judge) addComplete(end *chainCert, observed string) {
	j.add(rankIncomplete, Finding{Rule: "CF-CERT-06", Verdict: Pass, Subject: end.String(), Observed: observed})
}

// judgeMissing reports that an intermediate was not sent (CF-CERT-06). If the chain ends at
// a CA's certificate, it could also end just below a private root: then this is inferred.
func (j *judge) judgeMissing(p path) {
	end := p.end()
	j.add(rankIncomplete, Finding{
		Rule: "CF-CERT-06", Verdict: Fail, Cause: CauseCertIncompleteChain, Subject: end.String(),
		Observed: "the chain stops at issuer " + end.issuerName() + ", which was not sent and is not a trusted root" +
			"; browsers fetch it or have it cached, CloudFront does not" + j.namesake(end),
		Expected: "every certificate from the leaf up to one issued by a trusted root",
		Hint: "serve the full chain (fullchain.pem instead of cert.pem)" +
			"; CloudFront does not trust private CAs: if the issuer is one, get a certificate from a public CA, or, to test with yours in edgesim, use --origin-ca FILE",
		Inferred: len(p.certs) > 1,
	})
	j.block("CF-CERT-07", rankTrust, "the chain stops before a root")
}

// namesake reports a CA with the right name but another key, as left behind by a CA that
// was set up again under its old name.
func (j *judge) namesake(end *chainCert) string {
	for _, c := range j.bySubject[end.issuer] {
		if c != end && !isSelfSigned(end) {
			return fmt.Sprintf("; %s has that name but another key", c)
		}
	}
	for _, root := range j.facts.Trust.named(end.issuer) {
		return fmt.Sprintf("; the %s has that name but another key", root)
	}
	return ""
}

// judgeLimits notes that a path may exist beyond what was examined.
func (j *judge) judgeLimits() {
	observed := ""
	switch {
	case len(j.facts.Raw) > len(j.sent):
		observed = fmt.Sprintf("%d certificates were sent; the first %d lead to no trusted root", len(j.facts.Raw), len(j.sent))
	case j.exhausted:
		observed = fmt.Sprintf("no trusted root was found within %d signatures", maxLinkChecks)
	default:
		return
	}
	j.add(rankSignature, Finding{
		Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: "chain", Observed: observed,
		Expected: "a chain of a few certificates", Hint: "send the leaf and its issuers, nothing else", Inferred: true,
	})
}

const (
	expectedRoot = "a chain that ends at a CA of Mozilla's included-CA list"
	hintRoot     = "use a certificate of a public CA; CloudFront can neither be given a private CA nor be told to skip the check" + hintStandIn
	hintStandIn  = "; to test with a CA of your own as if it were public, use --origin-ca FILE"
)
