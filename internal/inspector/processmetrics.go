package inspector

import "runtime/metrics"

// processMetric is a gauge of the process itself.
type processMetric struct {
	name, help string
	value      uint64
}

// processMetrics show whether a long-running edge leaks something, under the names used by
// Prometheus's Go client.
func processMetrics() []processMetric {
	samples := []metrics.Sample{{Name: "/sched/goroutines:goroutines"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	return []processMetric{
		{"go_goroutines", "Goroutines that there are.", samples[0].Value.Uint64()},
		{"go_gc_heap_live_bytes", "Memory that the latest garbage collection found in use.", samples[1].Value.Uint64()},
	}
}
