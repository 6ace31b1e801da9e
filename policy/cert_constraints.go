package policy

import (
	"fmt"
	"net"
	"slices"
	"strings"
)

// Limits of the work with name constraints. Nobody documents CloudFront's;
// those who verify chains for a living have one: OpenSSL and BoringSSL refuse a
// certificate of which names times constraints exceed 2^20 (NAME_CHECK_MAX,
// crypto/x509/v3_ncons.c), Go up to 1.25 one of more than 250,000 comparisons
// (VerifyOptions.MaxConstraintComparisions).
const (
	// maxConstraintChecks bounds names times constraints of one certificate
	// below one CA, as OpenSSL does.
	maxConstraintChecks = 1 << 20
	// maxConstraintWork bounds them over all pairs of one judgement, which is
	// ours: a chain can have a hundred CAs.
	maxConstraintWork = 4 << 20
)

// judgeConstraints judges the names of a certificate by the name constraints of
// one of its issuers (RFC 5280 section 4.2.1.10). DNS names and addresses are
// judged; for other kinds, which do not matter to a TLS client's question, the
// finding says that nobody looked. The answer is remembered: paths share most of
// their certificates.
func (j *judge) judgeConstraints(subject, ca *chainCert) []ranked {
	key := [2]*chainCert{subject, ca}
	if found, ok := j.constrained[key]; ok {
		return found
	}
	found := j.constrain(subject, ca)
	j.constrained[key] = found
	return found
}

func (j *judge) constrain(subject, ca *chainCert) []ranked {
	domains := len(ca.PermittedDNSDomains) + len(ca.ExcludedDNSDomains)
	ranges := len(ca.PermittedIPRanges) + len(ca.ExcludedIPRanges)
	var found []ranked
	if domains+ranges > 0 {
		names := constrainedNames(subject)
		checks := (len(names) + len(subject.IPAddresses)) * (domains + ranges)
		if checks > maxConstraintChecks || j.constraintWork+checks > maxConstraintWork {
			return []ranked{tooManyConstraints(ca, len(names)+len(subject.IPAddresses), domains+ranges)}
		}
		j.constraintWork += checks
		found = append(found, constrainNames(ca, names)...)
		found = append(found, constrainAddresses(ca, subject.IPAddresses)...)
	}
	if otherConstraints(subject, ca) {
		found = append(found, ranked{rankNote, Finding{
			Rule: "CF-CERT-04", Verdict: Unsimulated, Subject: ca.String(),
			Observed: "it has name constraints of other kinds than DNS names and addresses, which edgesim does not judge",
		}})
	}
	return found
}

// constrainNames judges DNS names by the constraints of a CA: one finding for
// all that break them.
func constrainNames(ca *chainCert, names []string) []ranked {
	excluded, permitted := newSubtrees(ca.ExcludedDNSDomains), newSubtrees(ca.PermittedDNSDomains)
	broken, first := 0, ""
	for _, name := range names {
		what := ""
		if tree, ok := excluded.hit(name); ok {
			what = "is in its excluded domain " + printable(tree)
		} else if _, ok := permitted.holds(name); !ok && len(ca.PermittedDNSDomains) > 0 {
			what = "is outside its permitted domains " + listed(ca.PermittedDNSDomains)
		}
		if what == "" {
			continue
		}
		if broken++; broken == 1 {
			first = fmt.Sprintf("the leaf's name %s %s", printable(name), what)
		}
	}
	return violations(ca, first, broken)
}

// constrainAddresses judges addresses by the constraints of a CA.
func constrainAddresses(ca *chainCert, ips []net.IP) []ranked {
	broken, first := 0, ""
	for _, ip := range ips {
		what := ipConstraint(ca, ip)
		if what == "" {
			continue
		}
		if broken++; broken == 1 {
			first = fmt.Sprintf("the leaf's address %s %s", ip, what)
		}
	}
	return violations(ca, first, broken)
}

// violations is the finding about names that break the constraints, none of
// them by the first.
func violations(ca *chainCert, first string, broken int) []ranked {
	switch {
	case broken == 0:
		return nil
	case broken > 1:
		first += fmt.Sprintf(", and %d more of its names break the constraints", broken-1)
	}
	return []ranked{violation(ca, first)}
}

// tooManyConstraints refuses what costs more than anybody is willing to pay.
func tooManyConstraints(ca *chainCert, names, constraints int) ranked {
	f := violation(ca, fmt.Sprintf("%d names would have to be compared with its %d name constraints", names, constraints))
	f.Expected = fmt.Sprintf("at most %d comparisons, which is where OpenSSL and BoringSSL give a chain up", maxConstraintChecks)
	f.Hint = "use a certificate for the names that this origin needs, issued by a public CA"
	f.Inferred = true
	return f
}

func violation(ca *chainCert, observed string) ranked {
	return ranked{rankUse, Finding{
		Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: ca.String(), Observed: observed,
		Expected: "only names that the CA may issue for",
		Hint:     "have the leaf issued by a CA that is not restricted to other names",
	}}
}

// constrainedNames are the leaf's DNS names; without any, those common names
// that look like one, since CloudFront matches these too (CF-CERT-16).
func constrainedNames(leaf *chainCert) []string {
	if len(leaf.DNSNames) > 0 {
		return leaf.DNSNames
	}
	return slices.DeleteFunc(commonNames(leaf.Certificate), func(name string) bool {
		return !strings.Contains(name, ".") || strings.ContainsAny(name, " /:@") || net.ParseIP(name) != nil
	})
}

// ipConstraint says in words how an address breaks the constraints, or "".
func ipConstraint(ca *chainCert, ip net.IP) string {
	contains := func(tree *net.IPNet) bool { return sameFamily(tree.IP, ip) && tree.Contains(ip) }
	if slices.ContainsFunc(ca.ExcludedIPRanges, contains) {
		return "is in one of its excluded ranges"
	}
	if len(ca.PermittedIPRanges) > 0 && !slices.ContainsFunc(ca.PermittedIPRanges, contains) {
		return "is outside its permitted ranges"
	}
	return ""
}

func sameFamily(a, b net.IP) bool { return (a.To4() == nil) == (b.To4() == nil) }

// otherConstraints says whether constraints are left that could matter.
func otherConstraints(leaf, ca *chainCert) bool {
	if slices.ContainsFunc(ca.UnhandledCriticalExtensions, oidNameConstraints.Equal) {
		return true
	}
	emails := len(ca.PermittedEmailAddresses)+len(ca.ExcludedEmailAddresses) > 0 && len(leaf.EmailAddresses) > 0
	uris := len(ca.PermittedURIDomains)+len(ca.ExcludedURIDomains) > 0 && len(leaf.URIs) > 0
	return emails || uris
}
