package policy

import (
	"net/http"
	"strings"
)

// ResponseHeader is a row in the documented table of origin response fields that
// do not reach the viewer unmodified.
type ResponseHeader struct {
	// Rule is the rule of the row; "" if it comes from HTTP itself (RFC 9110 section
	// 7.6.1) or from edgesim's contract instead of CloudFront.
	Rule RuleID
	// Name is the field's name; a trailing "*" matches all names with that prefix.
	Name string
	// Treatment is what the edge does with the field.
	Treatment ResponseTreatment
}

// ResponseTreatment is what the edge does with an origin response field.
type ResponseTreatment string

// The treatments.
const (
	// ResponseRemoved never reaches the viewer.
	ResponseRemoved ResponseTreatment = "removed"
	// ResponseReplaced is set by the edge, whatever the origin sent.
	ResponseReplaced ResponseTreatment = "replaced"
	// ResponseFraming describes the body and is written together with it.
	ResponseFraming ResponseTreatment = "written with the body"
	// ResponseFiltered reaches the viewer in part or under a condition.
	ResponseFiltered ResponseTreatment = "filtered"
)

// responseHeaders is the documented table. Unlisted fields are passed on.
var responseHeaders = []ResponseHeader{
	{"CF-RESP-02", "Set-Cookie", ResponseFiltered},
	{"CF-RESP-03", "Trailer", ResponseRemoved},
	{"CF-RESP-04", "Upgrade", ResponseRemoved},
	{"CF-RESP-05", "Transfer-Encoding", ResponseFraming},
	{"CF-RESP-09", "Vary", ResponseFiltered},
	{"CF-RESP-12", "X-Cache", ResponseReplaced},
	{"CF-RESP-13", "X-Amz-Cf-Pop", ResponseReplaced},
	{"CF-RESP-14", "X-Amz-Cf-Id", ResponseReplaced},
	{"", "Connection", ResponseRemoved},
	{"", "Keep-Alive", ResponseRemoved},
	{"", "Proxy-Connection", ResponseRemoved},
	{"", "Proxy-Authenticate", ResponseRemoved},
	{"", "TE", ResponseRemoved},
	{"", "X-Edgesim-*", ResponseRemoved},
}

// ResponseHeaders returns the table of response fields. The result is shared: do
// not modify it.
func ResponseHeaders() []ResponseHeader { return responseHeaders }

// withheld holds, by canonical name, the fields that ViewerHeader leaves out.
var withheld, withheldPrefixes = func() (map[string]bool, []string) {
	names, prefixes := map[string]bool{}, []string{}
	for _, row := range responseHeaders {
		prefix, isPrefix := strings.CutSuffix(row.Name, "*")
		switch {
		case row.Treatment == ResponseFiltered:
		case isPrefix:
			prefixes = append(prefixes, prefix)
		default:
			names[http.CanonicalHeaderKey(row.Name)] = true
		}
	}
	return names, prefixes
}()

// removedFromResponse reports whether a field of an origin's response never reaches the
// viewer or is written by the edge itself.
func removedFromResponse(name string) bool {
	if withheld[name] {
		return true
	}
	for _, prefix := range withheldPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
