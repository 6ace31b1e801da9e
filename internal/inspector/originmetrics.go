package inspector

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/recording"
)

// writeOrigins writes the counts by origin: the values of the labels are limited by the
// number of origins counted separately and of causes.
func writeOrigins(b *strings.Builder, metric func(name, kind, help string), origins map[string]recording.OriginTotals) {
	ids := slices.Sorted(maps.Keys(origins))
	metric("edgesim_origin_exchanges_total", "counter", "Exchanges for which an origin was chosen.")
	for _, id := range ids {
		fmt.Fprintf(b, "edgesim_origin_exchanges_total{origin=%s} %d\n", label(id), origins[id].Exchanges)
	}
	metric("edgesim_origin_attempts_total", "counter", "Attempts to get a response from an origin.")
	for _, id := range ids {
		fmt.Fprintf(b, "edgesim_origin_attempts_total{origin=%s} %d\n", label(id), origins[id].Attempts)
	}
	metric("edgesim_origin_causes_total", "counter", "Exchanges that ended in an error of the edge's own, by origin and cause.")
	for _, id := range ids {
		for _, cause := range slices.Sorted(maps.Keys(origins[id].Causes)) {
			fmt.Fprintf(b, "edgesim_origin_causes_total{origin=%s,cause=%s} %d\n", label(id), label(cause), origins[id].Causes[cause])
		}
	}
	metric("edgesim_origin_phase_seconds", "histogram", "How long attempts took in each phase, by origin.")
	for _, id := range ids {
		o := origins[id]
		for phase, name := range recording.PhaseNames {
			if o.Phases[phase].Count > 0 {
				writeHistogram(b, "edgesim_origin_phase_seconds", "origin="+label(id)+",phase="+label(name), &o.Phases[phase])
			}
		}
	}
}

// writeHistogram writes a histogram with cumulative buckets.
func writeHistogram(b *strings.Builder, name, labels string, h *recording.Histogram) {
	with, alone := labels, ""
	if labels != "" {
		with, alone = labels+",", "{"+labels+"}"
	}
	var sum uint64
	for i, bound := range recording.HistogramBounds {
		sum += h.Buckets[i]
		fmt.Fprintf(b, "%s_bucket{%sle=\"%g\"} %d\n", name, with, bound.Seconds(), sum)
	}
	fmt.Fprintf(b, "%s_bucket{%sle=\"+Inf\"} %d\n%s_sum%s %g\n%s_count%s %d\n", name, with, h.Count, name, alone, h.Sum.Seconds(), name, alone, h.Count)
}

// label quotes the value of a label: the format escapes only these three.
func label(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(strings.ToValidUTF8(value, "\ufffd")) + `"`
}
