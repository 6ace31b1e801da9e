package policy

import (
	"net/http"
	"strconv"
	"strings"
)

// ByteRange is a part of an object, from First to Last inclusive.
type ByteRange struct{ First, Last int64 }

// Length returns the number of bytes in the range.
func (r ByteRange) Length() int64 { return r.Last - r.First + 1 }

// ContentRange returns the Content-Range value for this part of an object of the
// given size.
func (r ByteRange) ContentRange(size int64) string {
	b := make([]byte, 0, 48)
	b = append(b, "bytes "...)
	b = strconv.AppendInt(b, r.First, 10)
	b = append(b, '-')
	b = strconv.AppendInt(b, r.Last, 10)
	b = append(b, '/')
	return string(strconv.AppendInt(b, size, 10))
}

// mostRanges limits the parts of one answer.
const mostRanges = 64

// RangeOfCopy returns the parts of a complete cached object that answer a
// viewer's request. Whole means that the viewer gets all of it with 200: it
// requested no range, used a form that CloudFront does not accept (CF-RANGE-04),
// or requested a range of another version (CF-CACHE-82, inferred). If whole is
// false and there are no parts, none of the ranges exists and the response is
// 416. Several parts are sent as multipart/byteranges.
func RangeOfCopy(method string, viewer, copied http.Header, size int64) (parts []ByteRange, whole bool) {
	ranges := viewer["Range"]
	if method != http.MethodGet || len(ranges) == 0 || size < 0 {
		return nil, true
	}
	if ok, _ := JudgeRange(ranges); !ok {
		return nil, true
	}
	if condition := viewer.Get("If-Range"); condition != "" && !sameVersion(condition, copied) {
		return nil, true
	}
	_, set, _ := strings.Cut(ranges[0], "=")
	last := int64(-1)
	for text := range strings.SplitSeq(set, ",") {
		first, end, _ := parseRange(strings.TrimSpace(text))
		switch {
		case first < 0 && end == 0:
			continue // the last 0 bytes: there is no such part
		case first < 0:
			first, end = max(size-end, 0), size-1
		case first >= size:
			continue
		case end < 0 || end >= size:
			end = size - 1
		}
		if first <= last || len(parts) == mostRanges {
			return nil, true // the last bytes overlap a previous range
		}
		if first > end { // of an empty object
			continue
		}
		parts, last = append(parts, ByteRange{first, end}), end
	}
	return parts, false
}

// sameVersion reports whether If-Range refers to the copy: to its strong ETag, or exactly
// to its Last-Modified (RFC 9110 section 13.1.5). The edge's own weak ETag of a body that
// it compressed is compared literally; otherwise no range of such a body could be resumed
// (inferred).
func sameVersion(condition string, copied http.Header) bool {
	if strings.HasPrefix(condition, `"`) || strings.HasPrefix(condition, "W/") {
		return condition == copied.Get("Etag")
	}
	return condition == copied.Get("Last-Modified")
}

// WholeSize returns the size of the complete object from the fields of a part:
// "bytes 0-99/200". Ok is false if they do not state it.
func WholeSize(contentRange string) (part ByteRange, size int64, ok bool) {
	first, last, ok := parseContentRange(contentRange)
	if !ok {
		return ByteRange{}, 0, false
	}
	_, total, _ := strings.Cut(contentRange, "/")
	size, ok = parseBytePosition(strings.TrimSpace(total))
	return ByteRange{first, last}, size, ok && total != "" && last < size
}
