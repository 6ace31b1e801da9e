package originconn

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// versionScan finds out what an origin accepts in one version.
type versionScan struct {
	s       *scan
	version uint16

	mu      sync.Mutex
	changed sync.Cond // for mu: an answer came
	// asking counts the questions of the pool that are under way, hits and
	// misses those that found an accepted suite and those that found none.
	asking, hits, misses int

	// asked says that it was asked whether the version is spoken, and that
	// there was an answer.
	asked, spoken bool
	// refusal is the alert that answered the first hello, if the version is not
	// spoken.
	refusal *tlswire.Alert
	suites  facet
	groups  facet
	// signatures are by the kind of key, "RSA" and "ECDSA".
	signatures map[string]*facet
	// compared says that two hellos with opposite orders had the same answer.
	compared bool
	// preference names whose order counts.
	preference string
	dhBits     int
	// curves are those of the ECDSA keys seen, without which such a suite is
	// refused.
	curves []uint16
}

func newVersionScan(s *scan, version uint16) *versionScan {
	v := &versionScan{s: s, version: version, suites: newFacet(suitesToAsk(version)), signatures: map[string]*facet{}}
	v.changed.L = &v.mu
	switch {
	case version == policy.VersionTLS13:
		v.groups = newFacet(filtered(tlswire.AllGroups(), func(g uint16) bool { return g >= 23 && (g < 26 || g > 28) }))
	case version > policy.VersionSSL30:
		v.groups = newFacet(filtered(tlswire.AllGroups(), func(g uint16) bool { return g < 31 }))
	}
	for _, key := range []string{"RSA", "ECDSA"} {
		f := newFacet(nil)
		if version == policy.VersionTLS12 {
			schemes := slices.Concat(policy.SignatureSchemes(), without(tlswire.AllSignatures(), policy.SignatureSchemes()...))
			f = newFacet(filtered(schemes, func(s uint16) bool { return signsWith(s) == key }))
		}
		v.signatures[key] = &f
	}
	return v
}

// hello is a question with all values in the order of asking, but no more suites
// than servers take.
func (v *versionScan) hello() tlswire.ClientHello {
	h := tlswire.ClientHello{
		Versions: []uint16{v.version}, Suites: v.suites.all[:min(len(v.suites.all), manySuites)], Groups: v.groups.all, SNI: v.s.target.SNI,
		Signatures: tlswire.AllSignatures(), ExtendedMasterSecret: v.version > policy.VersionSSL30,
	}
	if v.version == policy.VersionTLS12 {
		h.Signatures = v.schemes(nil)
	}
	return v.finite(h)
}

// finite adds what a hello needs besides: the finite fields of RFC 7919 for
// DHE suites, which a server may insist on once one is named, and for SSLv3,
// which has no extensions, the suite that stands for secure renegotiation.
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

// schemes returns all signature schemes, these first.
func (v *versionScan) schemes(first []uint16) []uint16 {
	list := slices.Clone(first)
	for _, key := range []string{"RSA", "ECDSA"} {
		f := v.signatures[key]
		list = slices.Concat(list, without(f.rotated(nil), list...))
	}
	return slices.Concat(list, without(tlswire.AllSignatures(), list...))
}

// note keeps the facts of an answer in this version to a hello with these
// suites. A server that chooses another one speaks the version, but nothing
// follows from its choice. The lock is held.
func (v *versionScan) note(a answer, offered []uint16) {
	hello := a.in(v.version)
	if hello == nil {
		return
	}
	if !v.spoken { // once: from then on others read it without the lock
		v.spoken = true
	}
	if !slices.Contains(offered, hello.Suite) {
		v.s.limit(fmt.Sprintf("the origin chose %s, which was not offered", tlswire.SuiteName(hello.Suite)))
		return
	}
	v.suites.accept(hello.Suite)
	if group := max(a.flight.KeyExchangeGroup, hello.Group); group != 0 {
		v.groups.accept(group)
	}
	if key := signsWith(a.flight.Signature); key != "" {
		v.signatures[key].accept(a.flight.Signature)
	}
	v.dhBits = max(v.dhBits, a.flight.DHBits)
	if curve := curveOfKey(a.leaf()); curve != 0 && !slices.Contains(v.curves, curve) {
		v.curves = append(v.curves, curve)
	}
}

// compareSuites tells from two answers to hellos in opposite orders whose order
// of suites counts: each choice must have been open to the other hello as well.
// The lock is held.
func (v *versionScan) compareSuites(a, b answer, offeredA, offeredB []uint16) {
	x, y := a.in(v.version), b.in(v.version)
	if x == nil || y == nil || !slices.Contains(offeredA, y.Suite) || !slices.Contains(offeredB, x.Suite) {
		return
	}
	v.suites.byClient, v.compared = x.Suite != y.Suite, true
}

// compareRest tells from two answers to all groups and schemes in opposite
// orders whether the origin follows the order of the hello. The lock is held.
func (v *versionScan) compareRest(a, b answer) {
	x, y := a.flight.KeyExchangeGroup, b.flight.KeyExchangeGroup
	v.groups.byClient = v.groups.byClient || x != 0 && y != 0 && x != y
	for key, f := range v.signatures {
		s, t := a.flight.Signature, b.flight.Signature
		f.byClient = f.byClient || s != t && signsWith(s) == key && signsWith(t) == key
	}
}

// explore asks until all that the origin accepts in this version is known.
func (v *versionScan) explore(ctx context.Context) {
	if !v.spoken {
		return
	}
	if v.suites.byClient {
		v.pool(ctx)
	} else {
		v.suiteChain(ctx)
		if v.startOver() {
			v.suiteChain(ctx)
		}
	}
	// Where the connections do not suffice for all, the suites matter most.
	v.decidePreference(ctx)
	v.finishRest(ctx)
}

// decided says whether all values of a list were, that is of no use without one
// of these suites.
func (v *versionScan) decided(f *facet, needs func(uint16) bool) bool {
	if f.complete() {
		return true
	}
	return v.suites.complete() && !f.failed && !slices.ContainsFunc(v.suites.accepted, needs)
}

// startOver opens the accepted suites again where the order in which they were
// found means nothing: the first hello of TLS 1.3 is without the rare ones.
func (v *versionScan) startOver() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.version != policy.VersionTLS13 || !v.suites.complete() || len(without(v.suites.accepted, suites13...)) == 0 {
		return false
	}
	v.suites.open, v.suites.accepted = v.suites.accepted, nil
	return true
}

// decidePreference names whose order of suites counts, with one more question
// where the answers so far cannot tell.
func (v *versionScan) decidePreference(ctx context.Context) {
	v.mu.Lock()
	h, accepted := v.hello(), slices.Clone(v.suites.accepted)
	switch {
	case len(accepted) < 2:
	case v.suites.byClient:
		v.preference = PreferenceClient
	case v.compared && len(filtered(accepted, ephemeralEC)) > 1:
		// The first two hellos had these in opposite orders, before all others.
		v.preference = PreferenceServer
	}
	decided := len(accepted) < 2 || v.preference != ""
	v.mu.Unlock()
	if decided {
		return
	}
	if h.Suites = reorder(accepted); h.Suites[0] == accepted[0] {
		h.Suites = reversed(accepted)
	}
	a := v.s.ask(ctx, v.finite(h))
	if hello := a.in(v.version); hello != nil {
		v.preference = PreferenceServer
		if hello.Suite == h.Suites[0] {
			v.preference = PreferenceClient
		}
	}
}
