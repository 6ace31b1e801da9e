package inspector

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/recording"
)

// metrics shows the counts in the text format of Prometheus.
func (i *inspector) metrics(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	metric := func(name, kind, help string) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	totals := recording.Totals{}
	if i.Counts != nil {
		totals = i.Counts.Totals()
	}
	metric("edgesim_exchanges_total", "counter", "Exchanges finished, by the status the viewer got.")
	for _, status := range slices.Sorted(maps.Keys(totals.Statuses)) {
		fmt.Fprintf(&b, "edgesim_exchanges_total{status=\"%d\"} %d\n", status, totals.Statuses[status])
	}
	metric("edgesim_causes_total", "counter", "Exchanges that ended in an error of the edge's own, by cause.")
	for _, cause := range slices.Sorted(maps.Keys(totals.Causes)) {
		fmt.Fprintf(&b, "edgesim_causes_total{cause=\"%s\"} %d\n", cause, totals.Causes[cause])
	}
	metric("edgesim_exchange_duration_seconds", "histogram", "From the request received to the last byte handed to the viewer.")
	writeHistogram(&b, "edgesim_exchange_duration_seconds", "", &totals.Durations)
	writeOrigins(&b, metric, totals.Origins)
	metric("edgesim_response_body_bytes_total", "counter", "Bytes of bodies handed to viewers.")
	fmt.Fprintf(&b, "edgesim_response_body_bytes_total %d\n", totals.BodyBytes)

	h := i.Recordings.Health()
	failing := 0
	if h.Err != nil {
		failing = 1
	}
	for _, m := range []struct {
		name, kind, help string
		value            any
	}{
		{"edgesim_recorded_exchanges_total", "counter", "Exchanges handed to the recordings.", h.Recorded},
		{"edgesim_lost_exchanges_total", "counter", "Exchanges that could not be recorded and are lost.", h.Lost},
		{"edgesim_record_queue_bytes", "gauge", "Memory of exchanges that wait to be recorded.", h.QueueBytes},
		{"edgesim_record_spooled_exchanges", "gauge", "Exchanges that wait on this machine for a database that cannot be reached.", h.Spooled},
		{"edgesim_record_damaged_exchanges", "gauge", "Recorded exchanges that were asked for and could not be read.", h.Damaged},
		{"edgesim_record_failing", "gauge", "1 while exchanges cannot be recorded.", failing},
	} {
		metric(m.name, m.kind, m.help)
		fmt.Fprintf(&b, "%s %v\n", m.name, m.value)
	}
	for _, m := range processMetrics() {
		metric(m.name, "gauge", m.help)
		fmt.Fprintf(&b, "%s %d\n", m.name, m.value)
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(b.String())) // an error means that the client has left
}
