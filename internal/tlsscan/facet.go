package tlsscan

import "slices"

// facet is one list of a hello (suites, groups, signature schemes) of which it
// is being found out what the origin accepts.
type facet struct {
	// all are the values to ask for, in the order of asking.
	all []uint16
	// usual are those that servers usually have, as servers with an order of
	// their own usually order them. It only guesses: a wrong guess costs a
	// connection and changes no result.
	usual []uint16
	// open are those of which nothing is known yet.
	open []uint16
	// accepted are those that the origin chose, in the order of discovery.
	accepted []uint16
	// byClient says that the origin was seen to follow the order of the hello.
	// Then one answer also says that everything before it is refused.
	byClient bool
	// inOrder says that the origin's order is to be found out, too.
	inOrder bool
	// choices are the answers of an origin of which that was not seen: its own
	// order follows from them.
	choices []choice
	// passed are open values that a question expected and did not find. They are
	// left for one question about all of them.
	passed []uint16
	// postponed are values that are neither asked for nor offered for now,
	// because the connections do not suffice for all.
	postponed []uint16
	// alone says that a question was refused that may have been for this list:
	// from then on it is asked for by questions of its own.
	alone bool
	// failed says that some questions had no answer, so open ones stay.
	failed bool
}

// choice is what an origin chose among values all of which were open to it.
type choice struct {
	value uint16
	among []uint16
}

// query is what one hello offers of a list, and why.
type query struct {
	// focus are the values that the answer is to decide.
	focus []uint16
	// offer is all that is offered of this list.
	offer []uint16
	// guarded says that the origin follows the order of the hello, the focus
	// stands in front, and a value that is accepted behind it.
	guarded bool
	// last says that the focus is all that is left, and expected to be refused.
	last bool
}

func newFacet(all, usual []uint16) facet {
	return facet{all: all, usual: both(usual, all), open: slices.Clone(all)}
}

// complete says whether every value was decided.
func (f *facet) complete() bool { return len(f.open) == 0 && !f.failed }

// accept notes a value that the origin chose, wherever it was seen.
func (f *facet) accept(value uint16) {
	if !slices.Contains(f.accepted, value) {
		f.accepted = append(f.accepted, value)
	}
	f.refuse(value)
	f.passed = without(f.passed, value)
}

// refuse notes that the origin does not take these values.
func (f *facet) refuse(values ...uint16) { f.open = without(f.open, values...) }

// settle takes the answer to a query: the value that the origin chose.
func (f *facet) settle(q query, chosen uint16) {
	f.accept(chosen)
	if q.guarded {
		// What stands before the choice is refused; what stands behind it is
		// still open. A choice behind the focus leaves nothing of it.
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
		f.refuse(q.focus...) // nothing of it is ever chosen before this one
	case q.last:
		f.passed = nil // one was found: the others are expected again
	case slices.Contains(f.open, q.focus[0]) && slices.Contains(q.offer, q.focus[0]):
		f.passed = append(f.passed, q.focus[0])
	}
}

// queries returns what there is to ask: each usual value by itself, then the rest
// at once. The questions do not depend on each other's answers, so all of them
// may be asked at the same time.
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

// inTurn asks an origin that may have an order of its own for the values that
// are expected of it. Each question offers what is expected to come behind the
// ones before it, so that the answers tell the order, too.
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

// expected are the accepted values and those of the open ones that the origin is
// expected to have, in the order in which it is expected to prefer them.
func (f *facet) expected() []uint16 {
	return f.ranked(slices.Concat(f.accepted, without(both(f.usual, f.open), slices.Concat(f.passed, f.postponed)...)))
}

// ordered returns the accepted values: in the order of asking where the origin
// has none of its own, else in the origin's, as far as its choices tell.
func (f *facet) ordered() []uint16 {
	if f.byClient {
		return inOrderOf(f.all, f.accepted)
	}
	return f.ranked(f.accepted)
}

// rotated returns all values with the focus first, then the accepted ones, then
// the rest, so that a hello with them is never refused for this list.
func (f *facet) rotated(focus ...uint16) []uint16 {
	list := slices.Concat(focus, without(f.accepted, focus...))
	return slices.Concat(list, without(f.all, list...))
}
