package policy

import (
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// EdgeHeader is a row in the table of fields that the edge adds to an origin
// request if a policy or a whitelist names them (CF-REQ-61).
type EdgeHeader struct {
	// Rule is the rule of the row.
	Rule RuleID
	// Name is the field's name.
	Name string
	// Geography says that the value depends on the viewer's location, which is not
	// known here: it comes from the configuration, or else it is the placeholder.
	Geography bool
	// Placeholder is the value for a location that is not configured; a field
	// without a placeholder is then omitted. Placeholders are ours: no viewer of
	// CloudFront has these values.
	Placeholder string
	// device is the class that the value affirms or denies; 0 for other rows.
	device device
	// value computes the value; false leaves the field out.
	value func(f *RequestFacts) (string, bool)
}

// edgeHeaders is the documented table, in the order in which fields are added. The
// placeholders are a country code that ISO 3166 reserves for users, an AS number reserved
// for documentation (RFC 5398), and the place at 0, 0.
var edgeHeaders = []EdgeHeader{
	{Rule: "CF-HDR-14", Name: "CloudFront-Forwarded-Proto", value: func(f *RequestFacts) (string, bool) { return f.Scheme, f.Scheme != "" }},
	{Rule: "CF-HDR-05", Name: "CloudFront-Is-Android-Viewer", device: deviceAndroid},
	{Rule: "CF-HDR-05", Name: "CloudFront-Is-Desktop-Viewer", device: deviceDesktop},
	{Rule: "CF-HDR-05", Name: "CloudFront-Is-IOS-Viewer", device: deviceIOS},
	{Rule: "CF-HDR-05", Name: "CloudFront-Is-Mobile-Viewer", device: deviceMobile},
	{Rule: "CF-HDR-05", Name: "CloudFront-Is-SmartTV-Viewer", device: deviceSmartTV},
	{Rule: "CF-HDR-05", Name: "CloudFront-Is-Tablet-Viewer", device: deviceTablet},
	{Rule: "CF-HDR-06", Name: "CloudFront-Viewer-Address", value: viewerAddress},
	{Rule: "CF-HDR-07", Name: "CloudFront-Viewer-ASN", Geography: true, Placeholder: "64496"},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-City", Geography: true, Placeholder: "Unknown"},
	{Rule: "CF-HDR-08", Name: "CloudFront-Viewer-Country", Geography: true, Placeholder: "ZZ"},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Country-Name", Geography: true, Placeholder: "Unknown"},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Country-Region", Geography: true, Placeholder: "ZZ"},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Country-Region-Name", Geography: true, Placeholder: "Unknown"},
	{Rule: "CF-HDR-15", Name: "CloudFront-Viewer-Http-Version", value: func(f *RequestFacts) (string, bool) {
		return strings.TrimPrefix(f.Proto, "HTTP/"), f.Proto != ""
	}},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Latitude", Geography: true, Placeholder: "0.00000"},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Longitude", Geography: true, Placeholder: "0.00000"},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Metro-Code", Geography: true}, // in the United States only
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Postal-Code", Geography: true, Placeholder: "00000"},
	{Rule: "CF-HDR-09", Name: "CloudFront-Viewer-Time-Zone", Geography: true, Placeholder: "Etc/UTC"},
	{Rule: "CF-HDR-13", Name: "CloudFront-Viewer-TLS", value: viewerTLS},
	{Rule: "CF-HDR-10", Name: "CloudFront-Viewer-Header-Order", value: viewerHeaderOrder},
	{Rule: "CF-HDR-11", Name: "CloudFront-Viewer-Header-Count", value: func(f *RequestFacts) (string, bool) {
		return strconv.Itoa(viewerHeaderCount(f)), true
	}},
	{Rule: "CF-HDR-12", Name: "CloudFront-Viewer-JA3-Fingerprint", value: unknownFingerprint},
	{Rule: "CF-HDR-12", Name: "CloudFront-Viewer-JA4-Fingerprint", value: unknownFingerprint},
	{Rule: "CF-HDR-16", Name: "CloudFront-Error-Uri", value: func(f *RequestFacts) (string, bool) {
		path, _, _ := strings.Cut(f.ErrorURI, "?")
		return path, path != ""
	}},
	{Rule: "CF-HDR-16", Name: "CloudFront-Error-Args", value: func(f *RequestFacts) (string, bool) {
		_, args, found := strings.Cut(f.ErrorURI, "?")
		return args, found
	}},
}

// EdgeHeaders returns the table of the fields that the edge can add. The result
// is shared: do not modify it.
func EdgeHeaders() []EdgeHeader { return edgeHeaders }

// edgeHeaderIndex maps names to positions in the table.
var edgeHeaderIndex = func() map[string]int {
	index := make(map[string]int, len(edgeHeaders))
	for i := range edgeHeaders {
		index[edgeHeaders[i].Name] = i
	}
	return index
}()

// edgeHeaderByName returns a row's position in the table, ignoring the letter case of the
// name; -1 if there is none.
func edgeHeaderByName(name string) int {
	if i, ok := edgeHeaderIndex[name]; ok {
		return i
	}
	if len(name) > len("cloudfront-") && strings.EqualFold(name[:len("cloudfront-")], "cloudfront-") {
		for i := range edgeHeaders {
			if strings.EqualFold(edgeHeaders[i].Name, name) {
				return i
			}
		}
	}
	return -1
}

// edgeNames are the lists that may name the edge's own fields.
type edgeNames [3][]string

// cloudFrontNames returns the names that the behavior's settings list. Selecting all viewer
// headers lists none: these are not the viewer's.
func (s *selection) cloudFrontNames() edgeNames {
	var names edgeNames
	for i, v := range [...]distribution.ValueSelection{s.cacheHeaders, s.headers} {
		if v.Behavior == distribution.SelectWhitelist || v.Behavior == distribution.SelectAllViewerAndCloudFront {
			names[i] = v.Items
		}
	}
	names[2] = s.added
	return names
}

func (n *edgeNames) len() int { return len(n[0]) + len(n[1]) + len(n[2]) }

// appendTo adds the listed fields, each once.
func (n *edgeNames) appendTo(fields []Field, f *RequestFacts) []Field {
	var seen uint64
	var classes device
	for place, list := range n {
		for _, name := range list {
			i := edgeHeaderByName(name)
			if i < 0 || seen&(1<<i) != 0 {
				continue
			}
			seen |= 1 << i
			row := &edgeHeaders[i]
			if row.device != 0 && classes == 0 {
				classes = classify(f.Header["User-Agent"])
			}
			if value, ok := row.valueFor(f, classes); ok {
				fields = append(fields, Field{row.Name, fieldSafe(value)})
				if f.Log != nil {
					f.Log.Add(Change{LegRequest, row.Name, ChangeAdded, "", fieldSafe(value), settingNamed(f.Behavior, place > 0), row.Rule})
				}
			}
		}
	}
	return fields
}

// valueFor returns the value of the field for a request.
func (h *EdgeHeader) valueFor(f *RequestFacts, classes device) (string, bool) {
	switch {
	case h.device != 0:
		return strconv.FormatBool(classes&h.device != 0), true
	case h.Geography:
		value := h.Placeholder
		if given, ok := f.Geography[h.Name]; ok {
			value = percentEncode(given)
		}
		return value, value != ""
	}
	return h.value(f)
}

// forwardsDevice reports whether a field with the viewer's device class is added, which
// decides about Vary: User-Agent (CF-RESP-07).
func (n *edgeNames) forwardsDevice() bool {
	for _, list := range n {
		for _, name := range list {
			if i := edgeHeaderByName(name); i >= 0 && edgeHeaders[i].device != 0 {
				return true
			}
		}
	}
	return false
}

// CloudFrontFields returns the edge's own fields that a behavior's policies name
// (CF-FN-65).
func CloudFrontFields(f RequestFacts) []Field {
	s := selectionOf(f.Behavior)
	names := s.cloudFrontNames()
	if names.len() == 0 {
		return nil
	}
	return names.appendTo(nil, &f)
}
