package policy

import (
	"bytes"
	"fmt"
	"slices"
)

// judgeExtras notes what was sent in addition to the path (CF-CERT-15): the root, duplicates,
// cross-certificates, unrelated ones. The guide says to leave them out, but not what
// happens if they are present; they are tolerated here, even if expired (CF-CERT-19),
// unless the strictness says otherwise.
func (j *judge) judgeExtras(p path) {
	var extras, expired []string
	for _, c := range j.sent {
		if !c.readable() || slices.Contains(p.certs, c) {
			continue
		}
		kind, crossed := j.extraKind(c, p)
		what := fmt.Sprintf("%d (%s), %s", c.index, c.shortName(), kind)
		if crossed && hasEnded(c, j.facts.At) {
			expired = append(expired, what)
		} else {
			extras = append(extras, what)
		}
	}
	more := len(j.facts.Raw) - len(j.sent)
	if len(expired) > 0 {
		j.add(rankNote, Finding{
			Rule: "CF-CERT-19", Verdict: Warn, Subject: "chain",
			Observed: "expired beside the path: " + listed(expired),
			Hint:     "remove it from the chain file; old clients may follow it and fail",
			Inferred: true,
		})
	}
	f := Finding{Rule: "CF-CERT-15", Verdict: Pass, Subject: "chain", Observed: "nothing was sent beside the path"}
	if len(extras)+len(expired)+more > 0 {
		f.Verdict, f.Inferred = Warn, true
		f.Observed = "sent beside the path: " + listed(append(extras, expired...))
		f.Expected = "the leaf and its intermediates, without the root"
		f.Hint = "remove them from the chain file; they only make each handshake larger"
		if more > 0 {
			f.Observed += fmt.Sprintf("; and %d more that nobody looked at", more)
		}
	}
	if f.Verdict == Warn && j.facts.Strict.Superfluous {
		f.Verdict, f.Cause = Fail, CauseCertInvalid
		j.add(rankUse, f)
		return
	}
	j.add(rankNote, f)
}

// extraKind describes a certificate outside the path, and reports whether it is another
// certificate of an issuer on it: its root, or a cross-certificate.
func (j *judge) extraKind(c *chainCert, p path) (kind string, crossed bool) {
	for _, used := range p.certs {
		if used.Equal(c.Certificate) {
			return "a second copy", false
		}
		if used.subject == c.subject && bytes.Equal(used.RawSubjectPublicKeyInfo, c.RawSubjectPublicKeyInfo) {
			return fmt.Sprintf("another certificate for the CA of certificate %d", used.index), true
		}
	}
	switch {
	case j.facts.Trust.Contains(c.Certificate):
		return "a trusted root itself", true
	case j.facts.Trust.ContainsKey(c.Certificate):
		return "a cross-certificate for a trusted root", true
	case isSelfIssued(c) && !otherKeyID(c.Certificate, c.Certificate):
		return "a root", true
	}
	return "not needed", false
}
