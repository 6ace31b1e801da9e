package logline

import (
	"cmp"
	"slices"

	"github.com/sirupsen/logrus"
)

// textOrder is the order in which a person reads a line: when and how bad, what was
// requested and the result, the circumstances, and last what is long.
var textOrder = [...]string{
	logrus.FieldKeyTime, logrus.FieldKeyLevel, logrus.FieldKeyMsg,
	FieldStatus, FieldMethod, FieldURI, FieldCause, FieldRule, FieldForced,
	FieldHost, FieldOrigin, FieldAddress, FieldAttempts, FieldDuration, FieldBytes,
	FieldExchange, FieldDetail,
}

// SortFields is the SortingFunc of a [logrus.TextFormatter] for the lines of
// [Log]: the status, the method, the URI and the cause come first, the detail
// last. Fields of other lines follow by name.
func SortFields(names []string) {
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

// place is the position of a field in the order; unlisted fields come last.
func place(name string) int {
	if at := slices.Index(textOrder[:], name); at >= 0 {
		return at
	}
	return len(textOrder)
}
