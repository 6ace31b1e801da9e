package policy

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// forwardedFor returns X-Forwarded-For with the viewer's address, in its shortest text
// form, added (CF-REQ-58, CF-REQ-59, CF-REQ-60).
func forwardedFor(f *RequestFacts) string {
	ip := viewerIP(f.RemoteAddr)
	before := f.Header["X-Forwarded-For"]
	if len(before) == 0 {
		return ip
	}
	joined := strings.Join(before, ",")
	if !isFieldValue(joined) {
		return ip
	}
	return joined + "," + ip
}

// viewerIP returns the address in ip:port.
func viewerIP(address string) string {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fieldSafe(address)
	}
	if ap.Addr().Is4() { // its text has only one form, which is already here
		return address[:strings.LastIndexByte(address, ':')]
	}
	return ap.Addr().Unmap().WithZone("").String()
}

// via returns Via with the edge's own entry added (CF-REQ-42, CF-REQ-62).
func via(f *RequestFacts) string {
	entry := strings.TrimPrefix(f.Proto, "HTTP/") + " " + f.EdgeHost + " (CloudFront)"
	before := f.Header["Via"]
	if len(before) == 0 {
		return entry
	}
	joined := strings.Join(before, ", ")
	if !isFieldValue(joined) {
		return entry
	}
	return joined + ", " + entry
}

// withCustomHeaders sets the origin's custom headers over what the viewer sent and what a
// policy adds (CF-HDR-01, CF-HDR-02, CF-HDR-04). Package distribution refuses names and
// values that are not valid fields, so none of those comes from a file.
func withCustomHeaders(fields []Field, custom []distribution.Header, log *ChangeLog) []Field {
	for _, h := range custom {
		if !isFieldName(h.Name) || !isFieldValue(h.Value) {
			continue
		}
		if log != nil {
			log.customHeader(fields, h)
		}
		fields = slices.DeleteFunc(fields, func(f Field) bool { return strings.EqualFold(f.Name, h.Name) })
		fields = append(fields, Field(h))
	}
	return fields
}
