package tlsscan

import "slices"

// beats reports whether the origin chose a when b was open to it.
func (f *facet) beats(a, b uint16) bool {
	return slices.ContainsFunc(f.choices, func(c choice) bool { return c.value == a && slices.Contains(c.among, b) })
}

// ranked sorts values by the origin's preference, as far as its choices tell, and otherwise
// as servers usually do.
func (f *facet) ranked(values []uint16) []uint16 {
	left := inOrderOf(f.usual, values)
	var ranked []uint16
	for len(left) > 0 {
		next := left[0]
		for _, value := range left {
			if !slices.ContainsFunc(left, func(other uint16) bool { return other != value && f.beats(other, value) }) {
				next = value
				break
			}
		}
		ranked = append(ranked, next)
		left = without(left, next)
	}
	return ranked
}

// unordered returns the accepted values that the origin was not seen to prefer to the next
// one.
func (f *facet) unordered() []uint16 {
	ranked := f.ranked(f.accepted)
	var list []uint16
	for i := 0; i+1 < len(ranked); i++ {
		if !f.beats(ranked[i], ranked[i+1]) {
			list = append(list, ranked[i])
		}
	}
	return list
}

// over counts how far the choices contradict an order presumed of the origin: the possibly
// accepted values before a chosen one, and the chosen ones that are not in it. 0 means that
// it may be that order.
func (f *facet) over(order []uint16) int {
	n := 0
	for _, c := range f.choices {
		at := slices.Index(order, c.value)
		if at < 0 {
			n++ // a rare suite
		}
		if at > 0 {
			before := both(order[:at], c.among)
			n += len(both(before, f.open)) + len(both(before, f.accepted))
		}
	}
	return n
}

// likeliest returns the usual order that fits the choices best.
func (f *facet) likeliest(orders ...[]uint16) []uint16 {
	return slices.MinFunc(orders, func(a, b []uint16) int { return f.over(a) - f.over(b) })
}
