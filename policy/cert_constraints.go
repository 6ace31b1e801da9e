package policy

import "fmt"

// Limits on the work with name constraints. CloudFront's are not documented; other
// verifiers have some: OpenSSL and BoringSSL refuse a certificate whose names times
// constraints exceed 2^20 (NAME_CHECK_MAX, crypto/x509/v3_ncons.c), Go up to 1.25 refuses
// more than 250,000 comparisons (VerifyOptions.MaxConstraintComparisions).
const (
	// maxConstraintChecks limits names times constraints of one certificate below one CA,
	// as in OpenSSL.
	maxConstraintChecks = 1 << 20
	// maxConstraintWork limits them over all pairs of one judgment. This limit is ours: a
	// chain can have a hundred CAs.
	maxConstraintWork = 4 << 20
)

// judgeBelow judges the certificates of a path below a CA by its name constraints,
// including an intermediate's own names (RFC 5280 section 6.1.3). They do not apply to a
// self-issued intermediate.
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

// judgeConstraints judges the names of a certificate by the name constraints of one of its
// issuers (RFC 5280 section 4.2.1.10): DNS names, addresses, mail addresses, URIs and
// directory names. The result is cached: paths share most of their certificates.
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
		f.Inferred = true // RFC 5280 allows this or applying them
		return []ranked{f}
	}
	// Counted as in OpenSSL: all names of any kind times all constraints.
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
		// This common name was not asked for, so it does not count as a name; other clients
		// check it anyway.
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

// breaches judges names of one kind and returns one finding for all that violate the
// constraints. check describes how a name violates them, or returns "".
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

// violations returns the finding about names that violate the constraints, or none; first
// describes the first violation.
func violations(ca *chainCert, first string, broken int) []ranked {
	switch {
	case broken == 0:
		return nil
	case broken > 1:
		first += fmt.Sprintf(", and %d more of its names break the constraints", broken-1)
	}
	return []ranked{violation(ca, first)}
}

// tooManyConstraints refuses constraints that are too expensive to check.
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
