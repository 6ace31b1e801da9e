package policy_test

import (
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestNoWebSocket: a key over HTTP/2 is reported (CF-WS-03); over HTTP/1.1, or without a
// key, there is no finding.
func TestNoWebSocket(t *testing.T) {
	t.Parallel()
	key := http.Header{"Sec-Websocket-Key": {"x"}}
	for _, row := range []struct {
		proto  string
		header http.Header
		want   bool
	}{{"HTTP/2.0", key, true}, {"HTTP/1.0", key, true}, {"HTTP/1.1", key, false}, {"HTTP/2.0", http.Header{}, false}} {
		got := policy.JudgeNoWebSocket(row.proto, row.header)
		if (len(got) == 1 && got[0].Rule == "CF-WS-03" && got[0].Hint != "") != row.want {
			t.Errorf("%s %v: got %+v", row.proto, row.header, got)
		}
	}
}
