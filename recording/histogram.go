package recording

import "time"

// HistogramBounds are the upper bounds of the buckets of a [Histogram]. The
// highest is the longest origin read timeout that CloudFront allows without a
// quota increase.
var HistogramBounds = [...]time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second,
	10 * time.Second, 30 * time.Second, 60 * time.Second, 120 * time.Second,
}

// Histogram counts durations by length. The zero value is ready to use.
type Histogram struct {
	// Buckets count the durations up to the bound with the same index and above the
	// previous one; the last bucket counts those above all bounds.
	Buckets [len(HistogramBounds) + 1]uint64
	// Sum is the total of all durations, Count their number.
	Sum   time.Duration
	Count uint64
}

// Observe counts a duration.
func (h *Histogram) Observe(d time.Duration) {
	i := 0
	for i < len(HistogramBounds) && d > HistogramBounds[i] {
		i++
	}
	h.Buckets[i]++
	h.Sum += d
	h.Count++
}

// Phases of an attempt, in the order in which they occur.
const (
	PhaseResolve = iota
	PhaseConnect
	PhaseHandshake
	PhaseSend
	PhaseWait
	phaseCount
)

// PhaseNames are the machine-readable names of the phases, indexed by the
// constants.
var PhaseNames = [phaseCount]string{"resolve", "connect", "handshake", "send", "wait"}

// OriginTotals are the counts for one origin.
type OriginTotals struct {
	// Exchanges counts the exchanges that selected the origin, Attempts the attempts
	// to reach it.
	Exchanges, Attempts uint64
	// Causes counts the failed exchanges by cause.
	Causes map[string]uint64
	// Phases hold the durations of attempts by phase. A phase that was not reached,
	// or not needed on a kept-alive connection, is not counted.
	Phases [phaseCount]Histogram
}

func (o *OriginTotals) add(e *Exchange) {
	o.Exchanges++
	if e.Cause != nil {
		o.Causes[string(e.Cause.Name)]++
	}
	if e.Replayed != "" {
		return // its attempts are another exchange's
	}
	for _, a := range e.Attempts {
		if a == nil {
			continue
		}
		o.Attempts++
		for phase, took := range [phaseCount]time.Duration{a.Phases.Resolve, a.Phases.Dial, a.Phases.Handshake, a.Phases.Send, a.Phases.Wait} {
			if took > 0 {
				o.Phases[phase].Observe(took)
			}
		}
	}
}
