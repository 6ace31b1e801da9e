package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/policy"
)

// questions makes this version's questions for the next wave, at most room of them.
func (v *versionScan) questions(room int) []question {
	switch {
	case !v.spoken || v.suites.failed || room <= 0:
		return nil
	case v.newer() != nil:
		return v.olderQuestions(room)
	}
	var list []question
	queries := v.suiteQueries(room)
	lists := v.lists()
	for _, q := range queries {
		list = append(list, v.suiteQuestion(q, lists))
	}
	if v.asksNames() {
		list = v.misname(list, queries)
	}
	rest := without(v.suites.open, slices.Concat(focusOf(queries), v.suites.postponed)...)
	if len(rest) == 0 || v.onlySeldom() {
		list = append(v.preferenceQuestion(), list...)
	}
	if len(rest) == 0 || v.onlySeldom() || !v.suites.byClient && !v.riding() {
		more := v.listQuestions(lists)
		if v.onlySeldom() {
			list = append(more, list...)
		} else {
			list = append(list, more...)
		}
	}
	return list[:min(len(list), room)]
}

// onlySeldom reports whether the only open suites are those tried with the connections that
// the rest leaves.
func (v *versionScan) onlySeldom() bool {
	return v.short && !slices.ContainsFunc(v.suites.open, func(s uint16) bool { return !seldom(s) })
}

// focusOf returns all values that queries decide.
func focusOf(queries []query) []uint16 {
	var all []uint16
	for _, q := range queries {
		all = append(all, q.focus...)
	}
	return all
}

// suiteQueries returns what to ask about suites in the next wave.
func (v *versionScan) suiteQueries(room int) []query {
	f := &v.suites
	if f.byClient {
		return v.clientQueries(room)
	}
	orders := [][]uint16{openSSLOrder, mozillaOrder}
	if v.version == policy.VersionTLS13 {
		orders = [][]uint16{{0x1302, 0x1303, 0x1301}, {0x1301, 0x1302, 0x1303}}
	}
	for i, order := range orders {
		orders[i] = filtered(order, func(s uint16) bool { return likely(s, f.accepted) })
	}
	f.usual = f.likeliest(orders...)
	room = v.postpone(both(f.usual, f.open), room)
	f.inOrder = v.orderedBy() == PreferenceServer && len(f.postponed) == 0 && v.s.free > len(both(f.usual, f.open))+len(f.unordered())+v.s.older()+spare
	v.guessed = f.over(f.usual) == 0
	list := v.serverQueries()
	return list[:max(min(len(list), room), 0)]
}

// serverQueries returns what to ask an origin that may have its own order. If its order
// seems known, it is asked in that order; otherwise the suites that it has are determined
// first, by kind if there are many.
func (v *versionScan) serverQueries() []query {
	f := &v.suites
	open := without(both(f.usual, f.open), f.postponed...)
	var list []query
	ask := func(suites []uint16) { list = append(list, query{focus: suites, offer: suites, last: true}) }
	switch {
	case v.guessed && (v.generous() || len(open) <= fewSuites), len(open) == 0, v.version == policy.VersionTLS13:
		return f.queries()
	case v.guessed:
		for _, q := range f.queries() {
			if !q.last && !cbc(q.focus[0]) {
				list = append(list, q)
			}
		}
		for _, kind := range byKind(filtered(open, cbc)) {
			ask(kind)
		}
	case len(open) <= fewSuites:
		for _, suite := range open {
			ask([]uint16{suite})
		}
	default:
		for _, kind := range byKind(open) {
			ask(kind)
		}
	}
	for rest := range slices.Chunk(without(f.open, slices.Concat(focusOf(list), f.postponed)...), manySuites) {
		ask(rest)
	}
	return list
}

// generous reports whether the origin has a seldom suite, and so is likely to have all of
// OpenSSL's.
func (v *versionScan) generous() bool { return slices.ContainsFunc(v.suites.accepted, seldom) }

// fewSuites is how many suites are few enough to be tried one by one.
const fewSuites = 8

// postpone keeps the seldom suites for later if there are not enough connections for all
// likely ones, and returns how much room there is in the next wave.
func (v *versionScan) postpone(likely []uint16, room int) int {
	f := &v.suites
	f.postponed = nil
	kept := v.s.older()
	if len(likely) <= v.s.free-kept-spare {
		return room
	}
	v.short = true
	if late := filtered(likely, seldom); len(late) < len(f.open) {
		f.postponed = late
		return room
	}
	// Nothing else is left: with what the others do not need.
	for _, l := range v.lists() {
		if slices.ContainsFunc(f.accepted, l.needs) {
			kept += len(l.left)
		}
	}
	return min(room, v.s.free-kept)
}

// older returns how many connections are needed for the older versions.
func (s *scan) older() int {
	n := 0
	if s.tls11.spoken && !s.tls10.asked {
		n++
	}
	for _, v := range s.versions() {
		if v.spoken && v.newer() != nil && !v.excluded {
			n++
		}
	}
	return n
}

// spare is the number of connections reserved for unusual suites.
const spare = 3

// clientQueries returns what to ask an origin that follows the order of the hello: suites
// before one that is known to be accepted. The likely ones are distributed, CloudFront's
// first, so that an incomplete scan knows most about them; the unlikely ones are tried at
// once.
func (v *versionScan) clientQueries(room int) []query {
	f, guard := &v.suites, v.guard()
	wanted := filtered(f.open, func(s uint16) bool { return likely(s, f.accepted) })
	room = v.postpone(wanted, room)
	wanted = without(inOrderOf(policy.CurrentSnapshot().Suites, wanted), f.postponed...)
	var list []query
	for part := range slices.Chunk(without(f.open, slices.Concat(wanted, f.postponed)...), manySuites-1) {
		list = append(list, query{focus: part, offer: append(slices.Clone(part), guard), guarded: true})
	}
	list = list[:max(min(len(list), room), 0)]
	n := max(min(room-len(list), len(wanted)), 0)
	for i := range n {
		var focus []uint16
		for ; i < len(wanted); i += n {
			focus = append(focus, wanted[i])
		}
		list = append(list, query{focus: focus, offer: append(slices.Clone(focus), guard), guarded: true})
	}
	return list
}

// guard returns the suite after a question's own: one with a curve, if there is one.
func (v *versionScan) guard() uint16 {
	if i := slices.IndexFunc(v.suites.accepted, ephemeralEC); i >= 0 {
		return v.suites.accepted[i]
	}
	return v.suites.accepted[0]
}

// orderedBy returns whose order of suites counts; "" means unknown or irrelevant.
func (v *versionScan) orderedBy() string {
	switch {
	case len(v.suites.accepted) < 2:
		return ""
	case v.suites.byClient:
		return PreferenceClient
	case len(both(v.compared, v.suites.accepted)) > 1:
		return PreferenceServer
	}
	return v.preference
}

// preferenceQuestion asks whose order counts, if the answers so far cannot tell: with a
// suite before another one that was chosen when both were offered.
func (v *versionScan) preferenceQuestion() []question {
	f := &v.suites
	if len(f.accepted) < 2 || v.orderedBy() != "" || len(both(v.compared, f.open)) > 0 {
		return nil
	}
	for _, first := range chachaLast(f.accepted, false) {
		for _, chosen := range f.accepted {
			if chosen != first && f.beats(chosen, first) {
				return []question{v.orderQuestion(first, chosen)}
			}
		}
	}
	pair := chachaLast(f.accepted, false)[:2]
	return []question{v.suiteQuestion(query{focus: pair[:1], offer: pair}, nil)}
}

// orderQuestion offers a suite before the one that was chosen otherwise.
func (v *versionScan) orderQuestion(first, chosen uint16) question {
	h := v.hello()
	h.Suites = []uint16{first, chosen}
	return question{hello: v.finite(h), conclude: func(a answer) {
		hello := a.in(v.version)
		switch {
		case a.useless(hello), hello == nil:
			v.suites.failed = true
		case hello.Suite == first:
			v.preference, v.suites.byClient = PreferenceClient, true
		default:
			v.preference = PreferenceServer
		}
	}}
}
