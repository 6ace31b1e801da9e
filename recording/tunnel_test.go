package recording_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// TestTunnelJSON: a WebSocket comes back as it was recorded.
func TestTunnelJSON(t *testing.T) {
	t.Parallel()
	e := success(1)
	e.Response.Status = 101
	e.Tunnel = &recording.Tunnel{Protocol: "wss", FromViewer: 5, FromOrigin: 7, Duration: 90 * time.Second, Ended: recording.TunnelIdle}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"tunnel":{"protocol":"wss","fromViewerBytes":5,"fromOriginBytes":7,"durationMs":90000,"ended":"idle"}`; !strings.Contains(string(data), want) {
		t.Errorf("got %s, want %s in it", data, want)
	}
	var back recording.Exchange
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(&back, e) {
		t.Errorf("came back as %+v, %v", back.Tunnel, err)
	}
}
