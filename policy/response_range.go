package policy

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// JudgeContentRange rejects a partial response whose Content-Length contradicts
// its Content-Range (CF-RESP-25). It returns nil for an acceptable response;
// length is -1 if none was announced. The status that the viewer gets is not
// documented: 502 is inferred.
func JudgeContentRange(status int, header http.Header, length int64) *Cause {
	value := header.Get("Content-Range")
	if status != http.StatusPartialContent || value == "" || length < 0 {
		return nil
	}
	first, last, ok := parseContentRange(value)
	if !ok || last-first+1 == length {
		return nil
	}
	cause := NewCause(CauseResponseInvalid,
		fmt.Sprintf("Content-Range %q announces %d bytes, Content-Length %d", value, last-first+1, length), nil)
	cause.Rule, cause.DetailedResultType, cause.Inferred = "CF-RESP-25", "OriginContentRangeLengthError", true
	cause.Hint = "send the number of bytes of the part as Content-Length"
	return cause
}

// parseContentRange reads "bytes 0-99/200"; the whole length may be "*".
func parseContentRange(value string) (first, last int64, ok bool) {
	set, found := strings.CutPrefix(strings.TrimSpace(value), "bytes ")
	if !found {
		return 0, 0, false
	}
	set, _, found = strings.Cut(set, "/")
	a, b, dash := strings.Cut(strings.TrimSpace(set), "-")
	if !found || !dash {
		return 0, 0, false
	}
	first, err := strconv.ParseInt(a, 10, 64)
	last, err2 := strconv.ParseInt(b, 10, 64)
	return first, last, err == nil && err2 == nil && first >= 0 && first <= last
}
