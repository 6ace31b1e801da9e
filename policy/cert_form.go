package policy

import "fmt"

// judgeForm reports whether the leaf can be read at all. If not, the rules that need it are
// blocked.
func (j *judge) judgeForm() bool {
	if len(j.sent) == 0 {
		j.add(rankLeaf, Finding{
			Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: "chain",
			Observed: "the origin sent no certificate",
			Expected: "a leaf and its issuers",
			Hint:     "configure a certificate for this name on the origin",
		})
		j.block("CF-CERT-11", rankKey, "there is no leaf")
		j.blockPath("there is no leaf")
		return false
	}
	leaf := j.sent[0]
	if leaf.readable() {
		return true
	}
	if leaf.outline.unlistedCurve() {
		j.add(rankKey, Finding{
			Rule: "CF-CERT-13", Verdict: Fail, Cause: CauseCertInvalid, Subject: leaf.String(),
			Observed: fmt.Sprintf("an elliptic-curve key on the curve %v", leaf.outline.curve),
			Expected: expectedCurves, Hint: hintKey,
		})
	} else {
		j.add(rankLeaf, Finding{
			Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: leaf.String(),
			Observed: "the certificate cannot be read: " + printable(leaf.err.Error()),
			Expected: "a certificate as RFC 5280 describes it",
			Hint:     "reissue the certificate; `openssl x509 -in cert.pem -text` shows whether it can be parsed",
			Inferred: leaf.outline != nil, // CloudFront's parser may be more lenient than ours
		})
		j.block("CF-CERT-11", rankKey, "the leaf cannot be read")
	}
	j.blockPath("the leaf cannot be read")
	return false
}

// blockPath notes that what follows the leaf could not be judged.
func (j *judge) blockPath(why string) {
	j.block("CF-CERT-03", rankSelfSigned, why)
	j.block("CF-CERT-05", rankOrder, why)
	j.block("CF-CERT-06", rankIncomplete, why)
	j.block("CF-CERT-07", rankTrust, why)
	j.block("CF-CERT-01", rankExpired, why)
	j.block("CF-CERT-02", rankNotYet, why)
	j.block("CF-NAME-05", rankName, why)
}

func (j *judge) block(rule RuleID, r rank, why string) {
	j.add(r, Finding{Rule: rule, Verdict: Blocked, Observed: "not judged: " + why})
}

// judgeUnreadable judges the certificates after the leaf that cannot be read. One that is
// not needed and is only unusual is tolerated; one that is not a certificate at all is not,
// since a TLS stack parses the whole message before it builds a path. Both are inferred.
func (j *judge) judgeUnreadable(p path) {
	for _, c := range j.sent[1:] {
		if c.readable() {
			continue
		}
		f := Finding{
			Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: c.String(),
			Observed: "the certificate cannot be read: " + printable(c.err.Error()),
			Expected: "certificates as RFC 5280 describes them",
			Hint:     "remove this certificate from the chain file, or replace it with its issuer's current one",
			Inferred: true,
		}
		if c.outline != nil && p.root != nil && c.index > p.end().index {
			f.Verdict, f.Cause = Warn, ""
			f.Observed += "; it is not needed for the path"
		}
		j.add(rankSignature, f)
	}
}
