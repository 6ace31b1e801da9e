package inspector

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// changes reports, for each field of the request and response, what the edge did to it, and
// why.
func (i *inspector) changes(w http.ResponseWriter, r *http.Request) {
	e, err := i.named(r.Context(), exchangeID(r))
	if err != nil {
		i.refuseError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Request  []policy.Change `json:"request"`
		Response []policy.Change `json:"response"`
	}{requestChanges(e), responseChanges(e)})
}

func requestChanges(e *recording.Exchange) []policy.Change {
	came := e.Viewer.Fields
	if came == nil { // over HTTP/2 their order is unknown
		came = append([]policy.Field{{Name: "Host", Value: e.Viewer.Host}}, fieldsOf(e.Viewer.Header)...)
	}
	if e.Sent == nil {
		return []policy.Change{}
	}
	return policy.AllChanges(policy.LegRequest, came, e.Sent.Header, e.Changes)
}

func responseChanges(e *recording.Exchange) []policy.Change {
	if e.Response.OriginHead == "" {
		return []policy.Change{}
	}
	return policy.AllChanges(policy.LegResponse, headFields(e.Response.OriginHead), fieldsOf(e.Response.Header), e.Changes)
}

// fieldsOf returns a header as a list, sorted by name.
func fieldsOf(header http.Header) []policy.Field {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	var all []policy.Field
	for _, name := range names {
		for _, value := range header[name] {
			all = append(all, policy.Field{Name: name, Value: value})
		}
	}
	return all
}

// headFields returns the fields of a response head as received. Lines that are not fields
// are skipped.
func headFields(head string) []policy.Field {
	var all []policy.Field
	first := true
	for line := range strings.Lines(head) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if !first && ok && name != "" && name[0] != ' ' && name[0] != '\t' {
			all = append(all, policy.Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
		}
		first = false
	}
	return all
}
