package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// listScan is a list to explore besides the suites: the groups, or the signature schemes of
// one kind of key.
type listScan struct {
	*facet
	// needs reports whether a suite is useless without the list.
	needs func(suite uint16) bool
	// chosen returns the value that an answer chose; 0 means none.
	chosen func(answer) uint16
	// offer writes a list into a hello, so that these suites can be chosen.
	offer func(h *tlswire.ClientHello, list, suites []uint16)
	// left are the queries of this wave that are not part of a question yet.
	left []query
}

// lists returns the lists of this version besides the suites.
func (v *versionScan) lists() []*listScan {
	var all []*listScan
	if slices.ContainsFunc(v.groups.accepted, func(g uint16) bool { return slices.Contains(hybridGroups, g) }) {
		v.groups.usual = slices.Concat(hybridGroups, usualGroups)
	}
	if v.groupsWanted() {
		all = append(all, &listScan{
			facet: &v.groups, needs: v.needsGroup, chosen: chosenGroup,
			// An ECDSA suite is refused without the curve of the key (RFC 8422 section
			// 5.1).
			offer: func(h *tlswire.ClientHello, list, suites []uint16) {
				if h.Groups = list; slices.ContainsFunc(suites, ecdsaSuite) {
					h.Groups = slices.Concat(list, without(v.curves, list...))
				}
			},
		})
	}
	if v.version == policy.VersionTLS12 {
		for _, key := range []string{"ECDSA", "RSA"} {
			all = append(all, &listScan{
				facet: v.signatures[key], needs: signed(key),
				chosen: func(a answer) uint16 {
					if tlswire.SignatureKey(a.flight.Signature) != key {
						return 0
					}
					return a.flight.Signature
				},
				offer: func(h *tlswire.ClientHello, list, _ []uint16) {
					h.Signatures = slices.Concat(list, filtered(h.Signatures, func(s uint16) bool { return tlswire.SignatureKey(s) != key }))
				},
			})
		}
	}
	for _, l := range all {
		l.left = l.queries()
		if n := len(l.left); l.alone && n > 1 && n > v.s.free-len(both(v.suites.usual, v.suites.open))-spare {
			l.left = []query{{focus: l.open, offer: l.open, last: true}}
		}
	}
	return all
}

// ride takes the next query of the list that may be combined with suites. Without an order
// of the hello to rely on, a refused list makes the origin refuse the whole question, so
// only one that is expected to be accepted may ride, and only if nothing is concluded from
// a guard.
func (l *listScan) ride(suites query, riding bool) (query, bool) {
	if len(l.left) == 0 {
		return query{}, false
	}
	q := l.left[0]
	if l.byClient {
		if !slices.ContainsFunc(suites.focus, l.needs) {
			return q, false
		}
	} else if l.alone || q.last || !riding || suites.last || seldom(suites.focus[0]) || !l.needs(suites.focus[0]) {
		return q, false
	}
	l.left = l.left[1:]
	return q, true
}

// riding reports whether lists that may be refused are combined with suites of an origin:
// only if those are expected to be accepted.
func (v *versionScan) riding() bool {
	return !v.suites.byClient && v.guessed && (v.generous() || v.version == policy.VersionTLS13)
}

// rider is a query of another list that is part of a question about suites.
type rider struct {
	*listScan
	query
}

// suiteQuestion asks about suites, and whatever else may be combined with them.
func (v *versionScan) suiteQuestion(q query, lists []*listScan) question {
	h := v.hello()
	h.Suites = chachaLast(q.offer, v.suites.byClient)
	if v.groupsWanted() {
		h.Groups = v.groups.rotated()
	}
	var riders []rider
	for _, l := range lists {
		if with, ok := l.ride(q, v.riding()); ok {
			l.offer(&h, with.offer, q.focus)
			riders = append(riders, rider{l, with})
		}
	}
	return question{hello: v.finite(h), unsafe: len(unsafeOf(riders)) > 0, conclude: func(a answer) { v.settle(q, riders, a) }}
}

// settle draws the conclusions from the answer to a question about suites.
func (v *versionScan) settle(q query, riders []rider, a answer) {
	hello := a.in(v.version)
	unsafe := unsafeOf(riders)
	switch {
	case a.useless(hello), v.s.dropped(a):
		v.suites.failed = true
		return
	case hello == nil && len(unsafe) > 0:
		for _, r := range unsafe {
			r.alone = true // possibly because of this list
		}
		return
	case hello == nil && q.guarded:
		// The guard was refused, too: the origin is unpredictable.
		v.suites.failed = true
		return
	case hello == nil:
		v.suites.refuse(q.offer...)
		return
	case !v.note(a, q.offer):
		v.suites.failed = true
		return
	}
	if len(unsafe) > 0 {
		// Suites of another kind may have been skipped because of the list.
		q.offer = filtered(q.offer, func(s uint16) bool { return signedBy(s) == signedBy(hello.Suite) || signedBy(s) == "" })
	}
	v.suites.settle(q, hello.Suite)
	for _, r := range riders {
		switch chosen := r.chosen(a); {
		case chosen != 0:
			r.facet.settle(r.query, chosen)
		case !r.guarded:
			r.alone = true
		}
	}
}

// unsafeOf returns those that can make the origin refuse a question.
func unsafeOf(riders []rider) []rider {
	return slices.DeleteFunc(slices.Clone(riders), func(r rider) bool { return r.guarded })
}

// listQuestions asks about what is left of the lists, with suites that are known to be
// accepted and need them: groups and schemes combined.
func (v *versionScan) listQuestions(lists []*listScan) []question {
	var questions []question
	for i := len(lists) - 1; i >= 0; i-- { // the groups are first, and ride
		l := lists[i]
		suites := filtered(v.suites.accepted, l.needs)
		if rsa := filtered(suites, signed("RSA")); len(rsa) > 0 {
			suites = rsa
		}
		for ; len(suites) > 0 && len(l.left) > 0; l.left = l.left[1:] {
			riders := []rider{{l, l.left[0]}}
			with := filtered(suites, v.needsGroup)
			if groups := lists[0]; i > 0 && v.groupsWanted() && len(with) > 0 && riders[0].joins(groups) {
				riders, suites = append(riders, rider{groups, groups.left[0]}), with
				groups.left = groups.left[1:]
			}
			h := v.hello()
			h.Suites = suites
			for _, r := range riders {
				r.listScan.offer(&h, r.query.offer, suites)
			}
			questions = append(questions, question{hello: h, conclude: func(a answer) { v.settleLists(riders, suites, a) }})
		}
	}
	return questions
}

// joins reports whether the next query of another list may be combined with this one: both
// are expected to be accepted, or cannot be refused.
func (r rider) joins(other *listScan) bool {
	if len(other.left) == 0 {
		return false
	}
	safe := func(l *listScan, q query) bool { return q.guarded || !l.alone && !q.last }
	return safe(r.listScan, r.query) && safe(other, other.left[0])
}

// settleLists draws the conclusions from the answer to a question about lists.
func (v *versionScan) settleLists(riders []rider, suites []uint16, a answer) {
	hello := a.in(v.version)
	noted := hello != nil && v.note(a, suites)
	unsafe := len(unsafeOf(riders))
	for _, r := range riders {
		switch {
		case a.useless(hello), v.s.dropped(a), hello != nil && !noted:
			r.failed = true
		case hello == nil && r.guarded && unsafe > 0: // because of the other one
		case hello == nil && unsafe > 1:
			r.alone = true // possibly because of either
		case hello == nil && r.guarded:
			r.refuse(r.focus...)
		case hello == nil:
			r.refuse(r.query.offer...)
		case r.chosen(a) == 0:
			r.failed = true
		default:
			r.facet.settle(r.query, r.chosen(a))
		}
	}
}
