package policy

import "fmt"

// Limits of the work with name constraints. Nobody documents CloudFront's;
// those who verify chains for a living have one: OpenSSL and BoringSSL refuse a
// certificate of which names times constraints exceed 2^20 (NAME_CHECK_MAX,
// crypto/x509/v3_ncons.c), Go up to 1.25 one of more than 250,000 comparisons
// (VerifyOptions.MaxConstraintComparisions).
const (
	// maxConstraintChecks bounds names times constraints of one certificate
	// below one CA, as OpenSSL does.
	maxConstraintChecks = 1 << 20
	// maxConstraintWork bounds them over all pairs of one judgment, which is
	// ours: a chain can have a hundred CAs.
	maxConstraintWork = 4 << 20
)

// judgeBelow judges the certificates of a path below a CA by its name
// constraints, an intermediate's own names included (RFC 5280 section 6.1.3).
// They do not bind an intermediate that issued itself.
func (j *judge) judgeBelow(below []*chainCert, ca *chainCert) []ranked {
	if !ca.has(oidNameConstraints) {
		return nil
	}
	var found []ranked
	for i, c := range below {
		if i == 0 || !isSelfIssued(c) {
			found = append(found, j.judgeConstraints(c, ca)...)
		}
	}
	return found
}

// judgeConstraints judges the names of a certificate by the name constraints of
// one of its issuers (RFC 5280 section 4.2.1.10): DNS names, addresses, mail
// addresses, URIs and directory names. The answer is remembered: paths share
// most of their certificates.
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
	limits, names := j.limitsOf(ca), j.namesOf(subject)
	if limits.err != "" {
		f := violation(ca, limits.err)
		f.Inferred = true // RFC 5280 leaves the choice between this and obeying
		return []ranked{f}
	}
	// As OpenSSL counts: all names, whatever their kind, times all constraints.
	checks := names.count * limits.count
	if checks > maxConstraintChecks || j.constraintWork+checks > maxConstraintWork {
		return []ranked{tooManyConstraints(ca, names.count, limits.count)}
	}
	j.constraintWork += checks
	whose := "the leaf's"
	if subject != j.leafCert {
		whose = fmt.Sprintf("certificate %d's", subject.index)
	}
	found := breaches(whose, ca, "name", names.dns, limits.dns())
	for _, f := range breaches(whose, ca, "common name", names.common, limits.dns()) {
		// Nobody asked for this common name, so it does not count as a name;
		// other clients look at it all the same.
		f.rank, f.Verdict, f.Cause, f.Inferred = rankNote, Warn, "", true
		found = append(found, f)
	}
	found = append(found, breaches(whose, ca, "address", subject.IPAddresses, limits.addresses())...)
	found = append(found, breaches(whose, ca, "mail address", names.mail, limits.mail())...)
	found = append(found, breaches(whose, ca, "URI", subject.URIs, limits.uris())...)
	found = append(found, breaches(whose, ca, "directory name", names.directory, limits.directory())...)
	for _, kind := range names.kinds {
		if limits.unread[kind] {
			f := violation(ca, fmt.Sprintf("%s has a name of kind %d, which it constrains in a form that nobody reads", subject, kind))
			f.Inferred = true
			found = append(found, f)
		}
	}
	return found
}

// breaches judges names of one kind: one finding for all that break the
// constraints. The check says in words how a name breaks them, or "".
func breaches[N any](whose string, ca *chainCert, kind string, names []N, check func(N) string) []ranked {
	broken, first := 0, ""
	for _, name := range names {
		what := check(name)
		if what == "" {
			continue
		}
		if broken++; broken == 1 {
			first = fmt.Sprintf("%s %s %s %s", whose, kind, printable(fmt.Sprint(name)), what)
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
