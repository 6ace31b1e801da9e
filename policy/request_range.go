package policy

import (
	"strconv"
	"strings"
)

// rangeField returns Range or If-Range of a GET as sent to the origin. A range is forwarded
// regardless of the policies (CF-RANGE-01), and If-Range with it, as only one of the two
// would ask for something else (inferred). Invalid ranges are not forwarded: the origin
// then sends the whole object with 200 (CF-RANGE-04).
func (s *selection) rangeField(name string, f *RequestFacts) []string {
	ranges, values := f.Header["Range"], f.Header[name]
	if len(ranges) == 0 { // an If-Range alone means nothing: it is treated like any field
		if s.legacy || s.header(name) {
			return values
		}
		return nil
	}
	if ok, _ := JudgeRange(ranges); !ok {
		return nil
	}
	return values
}

// JudgeRange reports whether CloudFront honors a viewer's Range header: one field
// in bytes, every range valid, in ascending order, without overlaps
// (CF-RANGE-04). If not, why gives the reason, and the viewer gets the whole
// object.
func JudgeRange(values []string) (ok bool, why string) {
	if len(values) != 1 {
		return false, "there are several Range fields"
	}
	unit, set, found := strings.Cut(values[0], "=")
	if !found || !strings.EqualFold(strings.TrimSpace(unit), "bytes") {
		return false, "the unit is not bytes"
	}
	last, open := int64(-1), false
	for text := range strings.SplitSeq(set, ",") {
		text = strings.TrimSpace(text)
		first, end, valid := parseRange(text)
		switch {
		case !valid:
			return false, strconv.Quote(text) + " is not a range"
		case open:
			return false, "another range follows one that reaches the end"
		case first < 0: // the last bytes: where they start is not known here
			open = true
			continue
		case first <= last:
			return false, strconv.Quote(text) + " is out of order or overlaps"
		case end < 0:
			open = true
		}
		last = end
	}
	return true, ""
}

// parseRange reads "a-b", "a-" (end is -1) or "-n" (first is -1).
func parseRange(text string) (first, end int64, ok bool) {
	a, b, found := strings.Cut(text, "-")
	if !found || a == "" && b == "" {
		return 0, 0, false
	}
	first, end = -1, -1
	if a != "" {
		if first, ok = parseBytePosition(a); !ok {
			return 0, 0, false
		}
	}
	if b != "" {
		if end, ok = parseBytePosition(b); !ok {
			return 0, 0, false
		}
	}
	return first, end, a == "" || b == "" || first <= end
}

// parseBytePosition parses digits only, unlike ParseInt.
func parseBytePosition(text string) (int64, bool) {
	if strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
