package recording

import (
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Summary is the part of an Exchange that a list shows: the request, the response
// and the reason for it. Its fields are at the same place as in the complete
// exchange, so that a program can read both in the same way.
type Summary struct {
	e *Exchange
}

// Summary returns the part of the exchange that a list shows.
func (e *Exchange) Summary() Summary { return Summary{e: e} }

type summaryJSON struct {
	ID        string       `json:"id"`
	Start     time.Time    `json:"start"`
	Duration  milliseconds `json:"durationMs"`
	FirstByte milliseconds `json:"firstByteMs"`
	Viewer    struct {
		Address string `json:"address"`
		Method  string `json:"method"`
		Scheme  string `json:"scheme"`
		Host    string `json:"host"`
		URI     string `json:"uri"`
	} `json:"viewer"`
	Behavior string `json:"behavior,omitempty"`
	Origin   string `json:"origin,omitempty"`
	Response struct {
		Status    int   `json:"status"`
		BodyBytes int64 `json:"bodyBytes"`
	} `json:"response"`
	Cause              *policy.Cause `json:"cause,omitempty"`
	Forced             string        `json:"forced,omitempty"`
	Replayed           string        `json:"replayed,omitempty"`
	ResultType         string        `json:"resultType"`
	DetailedResultType string        `json:"detailedResultType"`
}

// MarshalJSON returns the summary in the form that the package comment describes.
func (s Summary) MarshalJSON() ([]byte, error) {
	e := s.e
	j := summaryJSON{
		ID: e.ID, Start: e.Start.UTC(), Duration: milliseconds(e.Duration), FirstByte: milliseconds(e.FirstByte),
		Behavior: e.Behavior, Origin: e.Origin, Cause: e.Cause,
		Forced: e.Forced, Replayed: e.Replayed, ResultType: e.ResultType, DetailedResultType: e.DetailedResultType,
	}
	j.Viewer.Address, j.Viewer.Method, j.Viewer.Scheme = e.Viewer.Address, e.Viewer.Method, e.Viewer.Scheme
	j.Viewer.Host, j.Viewer.URI = e.Viewer.Host, e.Viewer.URI
	j.Response.Status, j.Response.BodyBytes = e.Response.Status, e.Response.BodyBytes
	return encodeReadable(j)
}
