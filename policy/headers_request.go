package policy

import (
	"net/http"
	"slices"
	"strings"
)

// HeaderTreatment is what the edge does with a viewer's field on the way to the
// origin if no policy and no whitelist names it.
type HeaderTreatment string

// The treatments. A policy or a whitelist that names the field overrides only the
// first three.
const (
	// HeaderForwarded is forwarded in legacy mode; in policy mode only selected
	// fields are (CF-REQ-02).
	HeaderForwarded HeaderTreatment = "forwarded"
	// HeaderRemoved is forwarded only if selected.
	HeaderRemoved HeaderTreatment = "removed unless selected"
	// HeaderNormalized is forwarded in a form normalized by the edge.
	HeaderNormalized HeaderTreatment = "normalized"
	// HeaderNever is always removed, whatever the configuration.
	HeaderNever HeaderTreatment = "always removed"
	// HeaderWritten is set or extended by the edge itself.
	HeaderWritten HeaderTreatment = "written by the edge"
	// HeaderFraming describes the body and is written together with it.
	HeaderFraming HeaderTreatment = "written with the body"
)

// RequestHeader is a row in the documented table of request headers.
type RequestHeader struct {
	// Rule is the rule of the row.
	Rule RuleID
	// Name is the field's name; a trailing "*" matches all names with that prefix,
	// and "*" alone matches every name without a row of its own.
	Name string
	// Methods limits the row to these methods; nil means all methods.
	Methods []string
	// WhenCached limits the row to behaviors that cache the method.
	WhenCached bool
	// Unlisted is the treatment of the field if nothing names it.
	Unlisted HeaderTreatment
	// NotInKey says that the field cannot be part of a cache key, so a legacy
	// whitelist cannot name it.
	NotInKey bool
}

// requestHeaders is the table of RequestAndResponseBehaviorCustomOrigin. The first row that
// matches a field and a method decides.
var requestHeaders = []RequestHeader{
	{Rule: "CF-REQ-13", Name: "Accept", Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-14", Name: "Accept-Charset", Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-15", Name: "Accept-Language", Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-16", Name: "Referer", Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-17", Name: "Expect", Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-18", Name: "X-HTTP-Method-Override", Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-19", Name: "Accept-Encoding", Unlisted: HeaderNormalized},
	{Rule: "CF-REQ-20", Name: "Authorization", Methods: []string{"GET", "HEAD"}, Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-21", Name: "Authorization", Methods: []string{"OPTIONS"}, WhenCached: true, Unlisted: HeaderRemoved},
	{Rule: "CF-REQ-22", Name: "Authorization", Methods: []string{"OPTIONS"}, Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-23", Name: "Authorization", Methods: []string{"DELETE", "PATCH", "POST", "PUT"}, Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-25", Name: "Cache-Control", Unlisted: HeaderForwarded, NotInKey: true},
	{Rule: "CF-REQ-26", Name: "Content-Length", Unlisted: HeaderFraming, NotInKey: true},
	{Rule: "CF-REQ-27", Name: "Content-MD5", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-28", Name: "Content-Type", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-29", Name: "Date", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-30", Name: "From", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-31", Name: "If-Match", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-32", Name: "If-Modified-Since", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-33", Name: "If-None-Match", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-34", Name: "If-Range", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-35", Name: "If-Unmodified-Since", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-36", Name: "Max-Forwards", Unlisted: HeaderForwarded, NotInKey: true},
	{Rule: "CF-REQ-37", Name: "Origin", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-38", Name: "Pragma", Unlisted: HeaderForwarded, NotInKey: true},
	{Rule: "CF-REQ-39", Name: "Range", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-40", Name: "Request-Range", Unlisted: HeaderForwarded, NotInKey: true},
	{Rule: "CF-REQ-41", Name: "Transfer-Encoding", Unlisted: HeaderFraming, NotInKey: true},
	{Rule: "CF-REQ-42", Name: "Via", Unlisted: HeaderWritten},
	{Rule: "CF-REQ-43", Name: "Warning", Unlisted: HeaderForwarded},
	{Rule: "CF-REQ-44", Name: "Proxy-Authenticate", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-45", Name: "Proxy-Authorization", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-46", Name: "Proxy-Connection", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-47", Name: "TE", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-48", Name: "Trailer", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-49", Name: "X-Forwarded-Proto", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-50", Name: "X-Real-IP", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-51", Name: "X-Edge-*", Unlisted: HeaderNever, NotInKey: true},
	{Rule: "CF-REQ-52", Name: "Upgrade", Unlisted: HeaderNever}, // except for a WebSocket, see OriginRequest
	{Rule: "CF-REQ-53", Name: "Connection", Unlisted: HeaderWritten, NotInKey: true},
	{Rule: "CF-REQ-53", Name: "Keep-Alive", Unlisted: HeaderNever, NotInKey: true}, // also concerns the connection
	{Rule: "CF-REQ-54", Name: "Host", Unlisted: HeaderWritten},
	{Rule: "CF-REQ-55", Name: "User-Agent", Unlisted: HeaderNormalized},
	{Rule: "CF-REQ-57", Name: "X-Amz-Cf-Id", Unlisted: HeaderWritten},
	{Rule: "CF-REQ-58", Name: "X-Forwarded-For", Unlisted: HeaderWritten},
	{Rule: "CF-COOKIE-01", Name: "Cookie", Unlisted: HeaderNormalized},
	// A viewer cannot set the edge's own fields; that its fields of these names are dropped
	// is inferred.
	{Rule: "CF-REQ-61", Name: "CloudFront-*", Unlisted: HeaderNever},
	{Rule: "CF-REQ-12", Name: "*", Unlisted: HeaderForwarded},
}

// RequestHeaders returns the documented table of request headers, in its order.
// The result is shared: do not modify it.
func RequestHeaders() []RequestHeader { return requestHeaders }

// requestHeaderIndex holds the rows by canonical name; requestHeaderPrefixes holds those
// for prefixes.
var requestHeaderIndex, requestHeaderPrefixes = indexRequestHeaders()

// anyRequestHeader is the row of every name without its own row.
var anyRequestHeader = &requestHeaders[len(requestHeaders)-1]

func indexRequestHeaders() (map[string][]*RequestHeader, []*RequestHeader) {
	index := make(map[string][]*RequestHeader, len(requestHeaders))
	var prefixes []*RequestHeader
	for i := range requestHeaders {
		row := &requestHeaders[i]
		switch {
		case row.Name == "*":
		case strings.HasSuffix(row.Name, "*"):
			prefixes = append(prefixes, row)
		default:
			name := http.CanonicalHeaderKey(row.Name)
			index[name] = append(index[name], row)
		}
	}
	return index, prefixes
}

// requestHeader returns the row for a field, by its canonical name, and a method.
func requestHeader(name, method string, cached []string) *RequestHeader {
	for _, row := range requestHeaderIndex[name] {
		if (row.Methods == nil || slices.Contains(row.Methods, method)) && (!row.WhenCached || slices.Contains(cached, method)) {
			return row
		}
	}
	for _, row := range requestHeaderPrefixes {
		if n := len(row.Name) - 1; len(name) > n && strings.EqualFold(name[:n], row.Name[:n]) {
			return row
		}
	}
	return anyRequestHeader
}
