package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// listScan is a list besides the suites that is explored: the groups, or the
// signature schemes of one kind of key.
type listScan struct {
	*facet
	// needs says whether a suite is of no use without the list.
	needs func(suite uint16) bool
	// chosen is the value that an answer chose; 0 is none.
	chosen func(answer) uint16
	// offer writes a list into a hello, so that these suites can be chosen.
	offer func(h *tlswire.ClientHello, list, suites []uint16)
	// left are the queries of this wave that no question asks yet.
	left []query
}

// lists are those that this version has besides the suites.
func (v *versionScan) lists() []*listScan {
	var all []*listScan
	if slices.ContainsFunc(v.groups.accepted, func(g uint16) bool { return slices.Contains(hybridGroups, g) }) {
		v.groups.usual = slices.Concat(hybridGroups, usualGroups)
	}
	if v.groupsWanted() {
		all = append(all, &listScan{
			facet: &v.groups, needs: v.needsGroup, chosen: chosenGroup,
			// A suite of ECDSA is refused without the curve of the key (RFC 8422
			// section 5.1).
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

// ride takes the next query of the list that may be asked along with suites.
// Without an order of the hello to go by, a list that turns out to be refused
// makes the whole question be refused, so only one that is expected to be
// accepted may ride, and only where nothing is concluded from a guard.
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

// riding says whether lists that may be refused are asked along with suites of an
// origin: only where those are expected to be accepted.
func (v *versionScan) riding() bool {
	return !v.suites.byClient && v.guessed && (v.generous() || v.version == policy.VersionTLS13)
}

// rider is a query of another list that a question for suites carries.
type rider struct {
	*listScan
	query
}

// suiteQuestion asks for suites, and for what else may be asked along.
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

// settle draws the conclusions from the answer to a question for suites.
func (v *versionScan) settle(q query, riders []rider, a answer) {
	hello := a.in(v.version)
	unsafe := unsafeOf(riders)
	switch {
	case a.useless(hello), v.s.dropped(a):
		v.suites.failed = true
		return
	case hello == nil && len(unsafe) > 0:
		for _, r := range unsafe {
			r.alone = true // it may have been for this list
		}
		return
	case hello == nil && q.guarded:
		// The guard was refused, too: the origin does as it likes.
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
		// Suites of another kind may have been passed over for the list.
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

// unsafeOf are those for which a question can be refused.
func unsafeOf(riders []rider) []rider {
	return slices.DeleteFunc(slices.Clone(riders), func(r rider) bool { return r.guarded })
}

// listQuestions asks for what is left of the lists, with suites that are known
// to be accepted and need them: groups and schemes along with each other.
func (v *versionScan) listQuestions(lists []*listScan) []question {
	var questions []question
	for i := len(lists) - 1; i >= 0; i-- { // the groups are the first, and ride
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

// joins says whether the next query of another list may be asked along: both are
// expected to be accepted, or cannot be refused.
func (r rider) joins(other *listScan) bool {
	if len(other.left) == 0 {
		return false
	}
	safe := func(l *listScan, q query) bool { return q.guarded || !l.alone && !q.last }
	return safe(r.listScan, r.query) && safe(other, other.left[0])
}

// settleLists draws the conclusions from the answer to a question for lists.
func (v *versionScan) settleLists(riders []rider, suites []uint16, a answer) {
	hello := a.in(v.version)
	noted := hello != nil && v.note(a, suites)
	unsafe := len(unsafeOf(riders))
	for _, r := range riders {
		switch {
		case a.useless(hello), v.s.dropped(a), hello != nil && !noted:
			r.failed = true
		case hello == nil && r.guarded && unsafe > 0: // it was for the other one
		case hello == nil && unsafe > 1:
			r.alone = true // it may have been for either
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
