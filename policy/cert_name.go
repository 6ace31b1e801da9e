package policy

import (
	"fmt"
	"strings"
)

// judgeNames judges whether the leaf has one of the accepted names (CF-NAME-01, -02, -05),
// and how (CF-CERT-16, -17).
func (j *judge) judgeNames(leaf *chainCert) {
	tried := listed(j.facts.Names)
	match, ok := j.facts.matchName(leaf)
	if !ok {
		f := Finding{
			Rule: "CF-NAME-05", Verdict: Fail, Cause: CauseCertNameMismatch, Subject: leaf.String(),
			Observed: "the certificate is for " + carriedNames(leaf),
			Expected: "one of the names tried: " + tried,
			Hint:     j.nameHint(),
		}
		if wide, ok := j.facts.Names.match(leaf.Certificate, true); ok {
			f.Observed += fmt.Sprintf("; %s is a wildcard directly below a public suffix, and OpenSSL wants two labels behind the star", printable(wide.carried))
			f.Hint += "; no page says what CloudFront makes of it: --host-name-check either-wide lets it count"
			f.Inferred = true
		}
		if short := shortWildcard(leaf, j.facts.Names); short != "" {
			f.Observed += "; " + short
		}
		j.add(rankName, f)
		return
	}
	rule := RuleID("CF-NAME-01")
	if len(j.facts.Names) > 1 {
		rule = "CF-NAME-02"
	}
	j.add(rankName, Finding{
		Rule: rule, Verdict: Pass, Subject: leaf.String(),
		Observed: fmt.Sprintf("the certificate carries %s", printable(match.accepted)),
		Expected: "one of the names tried: " + tried,
	})
	if strings.HasPrefix(match.carried, "*.") && match.carried != match.accepted {
		j.add(rankNote, Finding{
			Rule: "CF-CERT-17", Verdict: Pass, Subject: leaf.String(),
			Observed: fmt.Sprintf("%s covers %s", printable(match.carried), printable(match.accepted)),
		})
	}
	if match.common {
		j.judgeCommonName(leaf, match)
	}
}

// shortWildcard explains which rule rejects a wildcard that is too short for a name
// (CF-CERT-17); "" if there is no such wildcard.
func shortWildcard(leaf *chainCert, names AcceptedNames) string {
	for _, name := range names {
		for _, carried := range leaf.DNSNames {
			parent, ok := strings.CutPrefix(canonicalName(carried), "*.")
			if above, below := strings.CutSuffix(canonicalName(name), "."+parent); ok && below && parent != "" && strings.Contains(above, ".") {
				return fmt.Sprintf("%s stands for one label, and %s has more before %s (CF-CERT-17)", printable(carried), printable(name), printable(parent))
			}
		}
	}
	return ""
}

// matchName matches the accepted names against a certificate.
func (f *ChainFacts) matchName(c *chainCert) (nameMatch, bool) {
	match, ok := f.Names.match(c.Certificate, f.Strict.WideWildcard)
	if !ok && f.NamePatterns {
		return f.Names.matchPattern(c.Certificate)
	}
	return match, ok
}

// judgeCommonName warns of a name that appears only in the common name. The page allows it
// besides the alternative names; other clients ignore it.
func (j *judge) judgeCommonName(leaf *chainCert, match nameMatch) {
	observed := fmt.Sprintf("%s is only in the common name", printable(match.accepted))
	if len(leaf.DNSNames) > 0 {
		observed += "; the alternative names are " + listed(leaf.DNSNames)
	}
	j.add(rankNote, Finding{
		Rule: "CF-CERT-16", Verdict: Warn, Subject: leaf.String(), Observed: observed,
		Expected: "the name among the subject alternative names",
		Hint:     "issue the certificate with the name as an alternative name; browsers ignore the common name",
		// RFC 6125 forbids using the common name if there are DNS names.
		Inferred: len(leaf.DNSNames) > 0,
	})
}

// carriedNames lists every name of the certificate, for the evidence.
func carriedNames(leaf *chainCert) string {
	carried := append([]string(nil), leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		carried = append(carried, ip.String())
	}
	for _, name := range commonNames(leaf.Certificate) {
		carried = append(carried, "CN="+name)
	}
	return listed(carried)
}

// nameHint says for which name to get a certificate: never for one of AWS's names.
func (j *judge) nameHint() string {
	var own, foreign []string
	for _, name := range j.facts.Names {
		if NamedByAWS(name) {
			foreign = append(foreign, name)
		} else {
			own = append(own, name)
		}
	}
	const forward = "if the certificate is for the site's name, forward the viewer's Host header (origin request policy AllViewer), so that it matches that"
	switch {
	case len(own) == 0 && len(foreign) == 1 && !strings.HasSuffix(foreign[0], ".cloudfront.net"):
		return fmt.Sprintf("no CA issues a certificate for %s to you: give the origin a domain name of your own, with a certificate for that; or, %s", printable(foreign[0]), forward)
	case len(own) == 0 && len(foreign) > 0:
		return fmt.Sprintf("no CA issues a certificate for %s to you: give the distribution an alias, with a certificate for that", listed(foreign))
	case len(foreign) > 0:
		return fmt.Sprintf("get a certificate for %s (no CA issues one for %s to you)", listed(own), listed(foreign))
	case len(own) > 1:
		return "get a certificate for one of these names"
	}
	return "get a certificate for this name; or, " + forward
}
