package recording_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// success returns the n-th exchange that went well.
func success(n int) *recording.Exchange {
	return &recording.Exchange{
		ID: fmt.Sprintf("ok-%d", n), Start: noon.Add(time.Duration(n) * time.Second), Duration: time.Millisecond,
		Viewer: recording.Viewer{
			Address: "127.0.0.1:5000", Method: "GET", Scheme: "https", Host: "www.example.com", URI: "/a/b?x=1",
			Proto: "HTTP/1.1", Form: "origin", Header: http.Header{"Accept": {"*/*"}, "User-Agent": {"curl/8.5.0"}},
		},
		Behavior: "*", Origin: "app",
		Sent: &recording.Sent{
			Method: "GET", Host: "app.example.com:443", TLS: true, URI: "/a/b?x=1",
			Header: []policy.Field{{Name: "Host", Value: "app.example.com"}, {Name: "User-Agent", Value: "Amazon CloudFront"}},
		},
		Response: recording.Response{
			Status: 200, Header: http.Header{"Content-Type": {"text/plain"}},
			OriginHead: "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n", BodyBytes: 5,
		},
		ResultType: "Miss", DetailedResultType: "Miss",
	}
}

// failure returns the n-th exchange that failed.
func failure(n int) *recording.Exchange {
	e := success(n)
	e.ID = fmt.Sprintf("bad-%d", n)
	e.Cause = policy.NewCause(policy.CauseConnectRefused, "nothing listens there", nil)
	e.Forced = "fault-1"
	e.Response = recording.Response{Status: e.Cause.Status}
	return e
}

// ids returns the ids of a list.
func ids(exchanges []*recording.Exchange) []string {
	out := make([]string, len(exchanges))
	for i, e := range exchanges {
		out[i] = e.ID
	}
	return out
}

// list returns the ids a filter lets through and the next cursor.
func list(t *testing.T, r *recording.Ring, f recording.Filter) ([]string, string) {
	t.Helper()
	page, err := r.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return ids(page.Exchanges), page.Next
}
