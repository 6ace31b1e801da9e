package policy

import (
	"fmt"
	"slices"
	"time"
)

// ChainFacts is the chain that an origin sent, and what it is judged against.
type ChainFacts struct {
	// Raw is the chain in the order sent, each certificate in DER.
	Raw [][]byte
	// Names are the names of which the leaf must cover at least one.
	Names AcceptedNames
	// NamePatterns allows a wildcard in Names to match the leaf's names, as for the
	// names set by a function (CF-NAME-08).
	NamePatterns bool
	// At is the time of the judgment. There is no default: the zero time is before
	// every certificate.
	At time.Time
	// Agreed is what the handshake negotiated; the zero value means unknown.
	Agreed Agreed
	// Strict says how to judge what the documentation leaves open.
	Strict Strictness
	// Memo remembers verified signatures between judgments; nil disables this.
	Memo *LinkMemo
	// Trust is the set of roots that a chain may end at; nil trusts none.
	Trust *TrustStore
	// Stop reports that the verdict is no longer needed: the judgment then ends at
	// the next step, and its findings must be discarded. Default: nil, which means
	// never.
	Stop func() bool
}

// Strictness decides what the documentation leaves open about a chain. The zero
// value tolerates and warns, as edgesim does by default.
type Strictness struct {
	// Superfluous rejects a chain with certificates that are not on the path
	// (CF-CERT-15, CF-CERT-19).
	Superfluous bool
	// SHA1 rejects a path that contains a SHA-1 signature.
	SHA1 bool
	// WideWildcard allows a wildcard directly below a public suffix, such as
	// "*.com", to match names (CF-CERT-17).
	WideWildcard bool
}

// rank is the place of a finding in the precedence of causes. When a chain breaks several
// rules, the viewer gets one error; it is attributed to the first failure in this table.
//
//	rank           rule                   why it comes before the next
//	rankLeaf       CF-CERT-04             an unreadable leaf says nothing more
//	rankSelfSigned CF-CERT-03             there is no chain to judge
//	rankSignature  CF-CERT-04             a forged link voids everything after it
//	rankOrder      CF-CERT-05             the rest is judged on the corrected order
//	rankIncomplete CF-CERT-06             nothing is known about a missing issuer
//	rankTrust      CF-CERT-07, -08        an untrusted root makes the dates moot
//	rankExpired    CF-CERT-01             from here on the chain is genuine:
//	rankNotYet     CF-CERT-02             first whether it is valid today,
//	rankUse        CF-CERT-04             then whether it may be used for this,
//	rankKey        CF-CERT-11, -12, -13   then how,
//	rankName       CF-NAME-05             and last for whom
//	rankNote       CF-CERT-15 and others  never fails
//
// The documentation lists the conditions but no precedence. This one tells the operator to
// fix first what makes the other findings unreliable or moot: someone who needs a new
// certificate anyway need not hear about its dates first.
type rank int

const (
	rankLeaf rank = iota
	rankSelfSigned
	rankSignature
	rankOrder
	rankIncomplete
	rankTrust
	rankExpired
	rankNotYet
	rankUse
	rankKey
	rankName
	rankNote
)

// ranked is a finding with its place in the precedence.
type ranked struct {
	rank rank
	Finding
}

// worst returns the rank of the first failure, or rankNote if nothing fails.
func worst(findings []ranked) rank {
	r := rankNote
	for _, f := range findings {
		if f.Verdict == Fail {
			r = min(r, f.rank)
		}
	}
	return r
}

// judge is the state of one judgment.
type judge struct {
	facts ChainFacts
	// sent holds the first MaxJudgedCertificates; bySubject holds the readable ones by
	// name.
	sent      []*chainCert
	bySubject map[string][]*chainCert
	links     map[[2]*chainCert]link
	parents   map[*chainCert]parents
	placed    map[int]bool
	orderedTo int
	// constrained caches judgeConstraints; constraintWork is what it has cost so far.
	constrained    map[[2]*chainCert][]ranked
	constraintWork int
	limits         map[*chainCert]*limits
	names          map[*chainCert]*constrainable
	// leafCert is the certificate that the chain is about.
	leafCert *chainCert
	// exhausted is set when maxLinkChecks prevented the check of a signature.
	exhausted bool
	findings  []ranked
}

func newJudge(f ChainFacts) *judge {
	j := &judge{
		facts: f, bySubject: map[string][]*chainCert{},
		links: map[[2]*chainCert]link{}, parents: map[*chainCert]parents{}, placed: map[int]bool{},
		constrained: map[[2]*chainCert][]ranked{}, limits: map[*chainCert]*limits{}, names: map[*chainCert]*constrainable{},
	}
	for i, der := range f.Raw[:min(len(f.Raw), MaxJudgedCertificates)] {
		c := parseCertificate(i, der)
		j.sent = append(j.sent, c)
		if c.readable() {
			j.bySubject[c.subject] = append(j.bySubject[c.subject], c)
		}
	}
	return j
}

// stopped reports whether the verdict is no longer needed.
func (j *judge) stopped() bool { return j.facts.Stop != nil && j.facts.Stop() }

func (j *judge) add(r rank, f Finding) { j.findings = append(j.findings, ranked{r, f}) }

// JudgeChain judges an origin's certificate chain by every rule of CF-CERT and
// CF-NAME that can be checked on it. It returns a finding for each rule checked,
// passed or failed, in the precedence of causes: the first failure decides. It
// performs no I/O and fetches nothing, and a hostile chain cannot make it
// expensive.
func JudgeChain(f ChainFacts) []Finding {
	j := newJudge(f)
	if j.judgeForm() {
		j.judgeReadable()
	}
	slices.SortStableFunc(j.findings, func(a, b ranked) int { return int(a.rank - b.rank) })
	findings := make([]Finding, len(j.findings))
	for i, f := range j.findings {
		findings[i] = f.Finding
	}
	return findings
}

// DecidingFinding returns the deciding failure among the findings of
// [JudgeChain], given in their order, and false if none failed.
func DecidingFinding(findings []Finding) (Finding, bool) {
	for _, f := range findings {
		if f.Verdict == Fail {
			return f, true
		}
	}
	return Finding{}, false
}

// judgeReadable judges a chain whose leaf can be read.
func (j *judge) judgeReadable() {
	leaf := j.leaf()
	j.leafCert = leaf
	p := j.judgeStructure(leaf)
	j.findings = append(j.findings, j.judgePath(p)...)
	j.judgeUnreadable(p)
	j.judgeExtras(p)
	j.judgeLeafUse(leaf)
	j.judgeLeafKey(leaf)
	j.judgeNames(leaf)
	j.addPasses(leaf, p)
}

// addPasses adds a pass for each of the rules checked in several steps that did not fail.
func (j *judge) addPasses(leaf *chainCert, p path) {
	count := fmt.Sprintf("%s on the path", plural(len(p.certs), "certificate"))
	for _, pass := range []struct {
		rank     rank
		rule     RuleID
		observed string
	}{
		{rankExpired, "CF-CERT-01", count + " not past their end at " + instant(j.facts.At)},
		{rankNotYet, "CF-CERT-02", count + " past their beginning at " + instant(j.facts.At)},
		{rankUse, "CF-CERT-04", count + " readable, rightly signed and meant for this"},
	} {
		failed := slices.ContainsFunc(j.findings, func(f ranked) bool { return f.Rule == pass.rule && f.Verdict == Fail })
		if !failed {
			j.add(pass.rank, Finding{Rule: pass.rule, Verdict: Pass, Subject: leaf.String(), Observed: pass.observed})
		}
	}
}
