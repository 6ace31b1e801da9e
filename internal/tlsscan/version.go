package tlsscan

import (
	"fmt"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// versionScan is what is known about an origin in one version.
type versionScan struct {
	s       *scan
	version uint16

	// asked means that the version was tried and there was an answer; spoken that it is
	// supported.
	asked, spoken bool
	// refusal is the alert that answered the first hello, if the version is not supported.
	refusal *tlswire.Alert
	suites  facet
	groups  facet
	// signatures are indexed by the kind of key, "RSA" and "ECDSA".
	signatures map[string]*facet
	// first is the question of the first wave, for the versions that have one.
	first part
	// compared are suites that two hellos offered in opposite orders with the same answer:
	// the origin follows its own order if it accepts two of them.
	compared []uint16
	// guessed means that the origin's own order seems to be a usual one.
	guessed bool
	// short means that there are not enough connections for all suites.
	short bool
	// preference says whose order counts, if it had to be asked.
	preference string
	// inferred are suites that the origin is believed to accept because it does in the
	// newer version.
	inferred []uint16
	// excluded means that all suites that the newer version does not accept were tried.
	excluded bool
	// differs means that a suite of the newer version was refused in this one.
	differs bool
	dhBits  int
	// curves are those of the ECDSA keys seen, without which such a suite is refused.
	curves []uint16
}

func newVersionScan(s *scan, version uint16) *versionScan {
	v := &versionScan{s: s, version: version, suites: newFacet(suitesToAsk(version), openSSLOrder), signatures: map[string]*facet{}}
	switch {
	case version == policy.VersionTLS13:
		v.groups = newFacet(filtered(tlswire.AllGroups(), func(g uint16) bool { return g >= 23 && (g < 26 || g > 28) }), usualGroups)
	case version > policy.VersionSSL30:
		v.groups = newFacet(filtered(tlswire.AllGroups(), func(g uint16) bool { return g < 31 }), usualGroups)
	}
	for _, key := range []string{"RSA", "ECDSA"} {
		f := newFacet(nil, nil)
		if version == policy.VersionTLS12 {
			schemes := slices.Concat(policy.SignatureSchemes(), without(tlswire.AllSignatures(), policy.SignatureSchemes()...))
			f = newFacet(filtered(schemes, func(s uint16) bool { return tlswire.SignatureKey(s) == key }), usualSchemes)
		}
		v.signatures[key] = &f
	}
	return v
}

// hello is a question with all values in the order of asking, but no more suites than
// servers accept.
func (v *versionScan) hello() tlswire.ClientHello {
	h := tlswire.ClientHello{
		Versions: []uint16{v.version}, Suites: v.suites.all[:min(len(v.suites.all), manySuites)], Groups: v.groups.all, SNI: v.s.origin.SNI,
		Signatures: tlswire.AllSignatures(), ExtendedMasterSecret: v.version > policy.VersionSSL30,
	}
	if v.version == policy.VersionTLS12 {
		h.Signatures = v.schemes(nil)
	}
	return h
}

// manySuites is the maximum number of suites in a hello: some servers refuse longer lists.
const manySuites = 120

// finite adds what else a hello needs: the finite fields of RFC 7919 for DHE suites, which
// a server may insist on once one is named, and for SSLv3, which has no extensions, the
// suite that signals secure renegotiation.
func (v *versionScan) finite(h tlswire.ClientHello) tlswire.ClientHello {
	switch v.version {
	case policy.VersionTLS13:
	case policy.VersionSSL30:
		h.Suites = append(slices.Clone(h.Suites), renegotiationSCSV)
	default:
		h.Groups = slices.Concat(h.Groups, filtered(tlswire.AllGroups(), tlswire.FiniteFieldGroup))
	}
	return h
}

// renegotiationSCSV is TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746).
const renegotiationSCSV = 0x00ff

// schemes returns all signature schemes, starting with these.
func (v *versionScan) schemes(first []uint16) []uint16 {
	list := slices.Clone(first)
	for _, key := range []string{"RSA", "ECDSA"} {
		list = slices.Concat(list, without(v.signatures[key].rotated(), list...))
	}
	return slices.Concat(list, without(tlswire.AllSignatures(), list...))
}

// firstQuestion tries the version with rare values first: if the order of the hello counts,
// the answer decides about them.
func (v *versionScan) firstQuestion() question {
	v.first.hello = v.hello()
	usual := without(v.first.hello.Suites, without(v.first.hello.Suites, openSSLOrder...)...)
	v.first.hello.Suites = inOrderOf(without(v.first.hello.Suites, usual...), v.first.hello.Suites)
	return v.first.ask(v)
}

// heard notes what an answer says about whether the version is supported.
func (v *versionScan) heard(a answer, offered []uint16) {
	v.note(a, offered)
	v.suites.failed = v.suites.failed || a.flight.Malformed != ""
	v.asked = v.asked || a.asked && (!a.timedOut || v.spoken)
	switch {
	case v.spoken:
		v.refusal = nil
	case a.asked && v.refusal == nil:
		v.refusal = a.flight.Alert
	}
}

// note keeps the facts of an answer in this version to a hello with these suites. A server
// that chooses another one supports the version, but nothing follows from its choice; note
// then returns false.
func (v *versionScan) note(a answer, offered []uint16) bool {
	hello := a.in(v.version)
	if hello == nil {
		return false
	}
	v.spoken = true
	if !slices.Contains(offered, hello.Suite) {
		v.s.limit(fmt.Sprintf("the origin chose %s, which was not offered", tlswire.SuiteName(hello.Suite)))
		return false
	}
	v.suites.accept(hello.Suite)
	if group := chosenGroup(a); group != 0 {
		v.groups.accept(group)
	}
	if key := tlswire.SignatureKey(a.flight.Signature); key != "" {
		v.signatures[key].accept(a.flight.Signature)
	}
	v.dhBits = max(v.dhBits, a.flight.DHBits)
	if curve := curveOfKey(a.leaf()); curve != 0 && !slices.Contains(v.curves, curve) {
		v.curves = append(v.curves, curve)
	}
	return true
}

// chosenGroup returns the group of an answer; 0 if it has none.
func chosenGroup(a answer) uint16 {
	if a.flight.ServerHello == nil {
		return 0
	}
	return max(a.flight.KeyExchangeGroup, a.flight.ServerHello.Group)
}

// compareSuites determines whose order of suites counts from two answers to hellos in
// opposite orders: each choice must have been open to the other hello as well.
func (v *versionScan) compareSuites(p, opposite part) {
	x, y := p.answer.in(v.version), opposite.answer.in(v.version)
	if x == nil || y == nil || !slices.Contains(p.hello.Suites, y.Suite) || !slices.Contains(opposite.hello.Suites, x.Suite) {
		return
	}
	v.suites.byClient = v.suites.byClient || x.Suite != y.Suite
	// ChaCha20 is last in both, and curves come first.
	v.compared = filtered(both(p.hello.Suites, opposite.hello.Suites), func(s uint16) bool {
		return !chacha(s) && ephemeralEC(s) == ephemeralEC(x.Suite)
	})
}

// compareRest determines, from two answers to all groups and schemes in opposite orders,
// whether the origin follows the order of the hello.
func (v *versionScan) compareRest(a, b answer) {
	x, y := a.flight.KeyExchangeGroup, b.flight.KeyExchangeGroup
	v.groups.byClient = v.groups.byClient || x != 0 && y != 0 && x != y
	for key, f := range v.signatures {
		s, t := a.flight.Signature, b.flight.Signature
		f.byClient = f.byClient || s != t && tlswire.SignatureKey(s) == key && tlswire.SignatureKey(t) == key
	}
}

// settleAll processes an answer to a question that offered all its suites for their own
// sake.
func (v *versionScan) settleAll(p part) {
	hello := p.answer.in(v.version)
	if hello == nil || !slices.Contains(p.hello.Suites, hello.Suite) || !slices.Contains(v.suites.accepted, hello.Suite) {
		return
	}
	if v.suites.byClient {
		v.suites.settle(query{focus: p.hello.Suites, guarded: true}, hello.Suite)
	} else {
		v.suites.choices = append(v.suites.choices, choice{hello.Suite, p.hello.Suites})
	}
}

// needsGroup reports whether a suite is useless without a group of the hello.
func (v *versionScan) needsGroup(suite uint16) bool {
	return v.version == policy.VersionTLS13 || ephemeralEC(suite)
}

// groupsWanted reports whether the groups of this version are to be determined: in TLS 1.0
// and 1.1 they are those of TLS 1.2, if that is supported.
func (v *versionScan) groupsWanted() bool {
	switch v.version {
	case policy.VersionTLS13, policy.VersionTLS12:
		return true
	case policy.VersionSSL30:
		return false
	}
	return !v.s.tls12.spoken
}

// decided reports whether all values were decided of a list that is useless without one of
// these suites.
func (v *versionScan) decided(f *facet, needs func(uint16) bool) bool {
	if f.complete() {
		return true
	}
	return v.suites.complete() && !f.failed && !slices.ContainsFunc(v.suites.accepted, needs)
}

// newer returns the newest version before TLS 1.3 that the origin supports, if it is newer
// than this one; otherwise nil.
func (v *versionScan) newer() *versionScan {
	for _, other := range []*versionScan{v.s.tls12, v.s.tls11, v.s.tls10} {
		if v.version < policy.VersionTLS12 && other.version > v.version && other.spoken {
			return other
		}
	}
	return nil
}
