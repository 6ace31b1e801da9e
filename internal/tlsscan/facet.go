package tlsscan

import "slices"

// facet is one list of a hello (suites, groups, signature schemes) whose accepted values
// are being determined.
type facet struct {
	// all are the values to try, in order.
	all []uint16
	// usual are those that servers usually have, in the order that servers with their own
	// order usually use. It is only a guess: a wrong guess costs a connection but changes
	// no result.
	usual []uint16
	// open are those that are still unknown.
	open []uint16
	// accepted are those that the origin chose, in the order of discovery.
	accepted []uint16
	// byClient means that the origin was seen to follow the order of the hello. Then one
	// answer also shows that everything before it is refused.
	byClient bool
	// inOrder means that the origin's order is to be determined, too.
	inOrder bool
	// choices are the answers of an origin that was not seen to do so: its own order
	// follows from them.
	choices []choice
	// passed are open values that a question expected but did not find. They are left for
	// one question about all of them.
	passed []uint16
	// postponed are values that are neither tried nor offered for now, because there are
	// not enough connections for all.
	postponed []uint16
	// alone means that a question was refused, possibly because of this list: from then on
	// it gets separate questions.
	alone bool
	// failed means that some questions had no answer, so open ones stay.
	failed bool
}

// choice is what an origin chose among values that were all open to it.
type choice struct {
	value uint16
	among []uint16
}

// query is what one hello offers of a list, and why.
type query struct {
	// focus are the values that the answer should decide.
	focus []uint16
	// offer is everything offered of this list.
	offer []uint16
	// guarded means that the origin follows the order of the hello, and the focus is
	// followed by an accepted value.
	guarded bool
	// last means that the focus is all that is left, and expected to be refused.
	last bool
}

func newFacet(all, usual []uint16) facet {
	return facet{all: all, usual: both(usual, all), open: slices.Clone(all)}
}

// complete reports whether every value has been decided.
func (f *facet) complete() bool { return len(f.open) == 0 && !f.failed }

// accept notes a value that the origin chose, wherever it was seen.
func (f *facet) accept(value uint16) {
	if !slices.Contains(f.accepted, value) {
		f.accepted = append(f.accepted, value)
	}
	f.refuse(value)
	f.passed = without(f.passed, value)
}

// refuse notes that the origin does not accept these values.
func (f *facet) refuse(values ...uint16) { f.open = without(f.open, values...) }

// settle processes the answer to a query: the value that the origin chose.
func (f *facet) settle(q query, chosen uint16) {
	f.accept(chosen)
	if q.guarded {
		// What precedes the choice is refused; what follows it is still open. A choice
		// after the focus rules out all of the focus.
		if at := slices.Index(q.focus, chosen); at >= 0 {
			f.refuse(q.focus[:at]...)
		} else {
			f.refuse(q.focus...)
		}
		return
	}
	f.choices = append(f.choices, choice{chosen, q.offer})
	switch {
	case q.last && !slices.Contains(q.focus, chosen):
		f.refuse(q.focus...) // none of it is ever chosen before this one
	case q.last:
		f.passed = nil // one was found: the others are expected again
	case slices.Contains(f.open, q.focus[0]) && slices.Contains(q.offer, q.focus[0]):
		f.passed = append(f.passed, q.focus[0])
	}
}

// queries returns what to ask: each usual value by itself, then the rest at once. The
// questions do not depend on each other's answers, so all of them may be asked at the same
// time.
func (f *facet) queries() []query {
	expected := f.expected()
	rest := without(without(f.open, expected...), f.postponed...)
	var list []query
	switch {
	case f.failed:
		return nil
	case f.byClient:
		for _, value := range both(expected, f.open) {
			list = append(list, query{focus: []uint16{value}, offer: f.rotated(value), guarded: true})
		}
		if len(rest) > 0 {
			list = append(list, query{focus: rest, offer: f.rotated(rest...), guarded: true})
		}
		return list
	default:
		list = f.inTurn(expected, rest)
	}
	for part := range slices.Chunk(rest, manySuites) {
		list = append(list, query{focus: part, offer: part, last: true})
	}
	return list
}

// inTurn asks an origin that may have its own order for the values that it is expected to
// accept. Each question offers what is expected to come after the previous ones, so that
// the answers show the order, too.
func (f *facet) inTurn(expected, rest []uint16) []query {
	var list []query
	for i, value := range expected {
		unordered := f.inOrder && i+1 < len(expected) && !f.beats(value, expected[i+1])
		if slices.Contains(f.open, value) || unordered {
			offer := slices.Concat(expected[i:], rest)
			list = append(list, query{focus: []uint16{value}, offer: offer[:min(len(offer), manySuites)]})
		}
	}
	return list
}

// expected returns the accepted values and those open ones that the origin is expected to
// have, in its expected order of preference.
func (f *facet) expected() []uint16 {
	return f.ranked(slices.Concat(f.accepted, without(both(f.usual, f.open), slices.Concat(f.passed, f.postponed)...)))
}

// ordered returns the accepted values: in the order of asking if the origin has no order of
// its own, otherwise in the origin's, as far as its choices tell.
func (f *facet) ordered() []uint16 {
	if f.byClient {
		return inOrderOf(f.all, f.accepted)
	}
	return f.ranked(f.accepted)
}

// rotated returns all values with the focus first, then the accepted ones, then the rest,
// so that a hello with them is never refused because of this list.
func (f *facet) rotated(focus ...uint16) []uint16 {
	list := slices.Concat(focus, without(f.accepted, focus...))
	return slices.Concat(list, without(f.all, list...))
}
