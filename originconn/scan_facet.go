package originconn

import (
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// facet is one list of a hello (suites, groups, signature schemes) of which it
// is being found out what the origin accepts.
type facet struct {
	// all are the values to ask for, in the order of asking.
	all []uint16
	// open are those of which nothing is known and no question is under way.
	open []uint16
	// accepted are those that the origin chose, in the order of discovery.
	accepted []uint16
	// byClient says that the origin was seen to follow the order of the hello.
	// Then one answer also says that everything before it is refused.
	byClient bool
	// pending counts the values that a question under way asks for.
	pending int
	// failed says that some questions had no answer, so open ones stay.
	failed bool
}

func newFacet(all []uint16) facet { return facet{all: all, open: slices.Clone(all)} }

// complete says whether every value was decided.
func (f *facet) complete() bool { return len(f.open) == 0 && f.pending == 0 && !f.failed }

// accept notes a value that the origin chose, wherever it was seen.
func (f *facet) accept(value uint16) {
	if !slices.Contains(f.accepted, value) {
		f.accepted = append(f.accepted, value)
	}
	f.open = without(f.open, value)
}

// take removes values from the open ones, for a question.
func (f *facet) take(values []uint16) {
	f.open = without(f.open, values...)
	f.pending += len(values)
}

// one takes what one of several questions asks for at a time: a value that
// servers usually accept, or, when there is none left, all the others.
func (f *facet) one(usual []uint16) []uint16 {
	focus := both(usual, f.open)
	if len(focus) == 0 {
		focus = slices.Clone(f.open)
	} else {
		focus = focus[:1]
	}
	f.take(focus)
	return focus
}

// back returns the values of a question that found nothing out.
func (f *facet) back(focus []uint16) {
	f.pending -= len(focus)
	for _, v := range focus {
		if !slices.Contains(f.accepted, v) && !slices.Contains(f.open, v) {
			f.open = append(f.open, v)
		}
	}
	f.open = inOrderOf(f.all, f.open)
}

// settle takes the answer to a question that asked for the focus first and for
// values known to be accepted behind it. What stands before the choice is
// refused; what stands behind it is still open.
func (f *facet) settle(focus []uint16, chosen uint16) {
	at := slices.Index(focus, chosen)
	if at < 0 { // something behind the focus: all of the focus is refused
		f.pending -= len(focus)
		f.accept(chosen)
		return
	}
	f.back(focus[at+1:])
	f.pending -= at + 1
	f.accept(chosen)
}

// ordered returns the accepted values: in the order of asking where the origin
// has none of its own, else in the order of discovery, which is the origin's.
func (f *facet) ordered() []uint16 {
	if f.byClient {
		return inOrderOf(f.all, f.accepted)
	}
	return f.accepted
}

// rotated returns all values with the focus first, then the accepted ones, then
// the rest, so that a hello with them is never refused for this list.
func (f *facet) rotated(focus []uint16) []uint16 {
	list := slices.Concat(focus, without(f.accepted, focus...))
	return slices.Concat(list, without(f.all, list...))
}

// without returns the list without these values; the list itself is kept.
func without(list []uint16, values ...uint16) []uint16 {
	var kept []uint16
	for _, v := range list {
		if !slices.Contains(values, v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// both returns the values of a that are in b, too, in the order of a.
func both(a, b []uint16) []uint16 {
	var shared []uint16
	for _, v := range a {
		if slices.Contains(b, v) {
			shared = append(shared, v)
		}
	}
	return shared
}

// inOrderOf sorts a list as another one orders its values; values that are not
// there come last.
func inOrderOf(order, list []uint16) []uint16 {
	return slices.Concat(both(order, list), without(list, order...))
}

func reversed(list []uint16) []uint16 {
	r := slices.Clone(list)
	slices.Reverse(r)
	return r
}

// filtered returns the values for which keep is true, in their order.
func filtered(list []uint16, keep func(uint16) bool) []uint16 {
	var kept []uint16
	for _, v := range list {
		if keep(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// ephemeralEC says whether a suite needs a group of the hello.
func ephemeralEC(suite uint16) bool {
	exchange, _ := tlswire.KeyExchange(suite)
	return exchange == "ECDHE"
}

// signedBy returns the kind of key that signs the key exchange of a suite:
// "RSA", "ECDSA", or "" where nothing is signed.
func signedBy(suite uint16) string {
	exchange, auth := tlswire.KeyExchange(suite)
	if (exchange == "ECDHE" || exchange == "DHE") && (auth == "RSA" || auth == "ECDSA") {
		return auth
	}
	return ""
}

// signed returns whether a suite's key exchange is signed with this kind of key.
func signed(key string) func(uint16) bool {
	return func(suite uint16) bool { return signedBy(suite) == key }
}

// signsWith returns the kind of key that a signature scheme is for, in the sense
// of signedBy: Ed25519 and Ed448 go along with the ECDSA suites (RFC 8422).
func signsWith(scheme uint16) string {
	switch {
	case scheme >= 0x0804 && scheme <= 0x0806, scheme >= 0x0809 && scheme <= 0x080b, scheme < 0x0700 && scheme&0xff == 1:
		return "RSA"
	case scheme == 0x0807, scheme == 0x0808, scheme >= 0x081a && scheme <= 0x081c, scheme < 0x0700 && scheme&0xff == 3:
		return "ECDSA"
	}
	return ""
}
