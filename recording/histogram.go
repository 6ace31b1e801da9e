package recording

import "time"

// HistogramBounds are the upper ends of the buckets of a [Histogram], the longest
// being the read timeout an origin may have in CloudFront without a raised quota.
var HistogramBounds = [...]time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second,
	10 * time.Second, 30 * time.Second, 60 * time.Second, 120 * time.Second,
}

// Histogram counts durations by their length. The zero value is ready for use.
type Histogram struct {
	// Buckets count those up to the bound with the same index and above the one
	// before it; the last counts what is longer than all.
	Buckets [len(HistogramBounds) + 1]uint64
	// Sum is the sum of all, Count their number.
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

// Phases of an attempt, in the order in which they follow each other.
const (
	PhaseResolve = iota
	PhaseConnect
	PhaseHandshake
	PhaseSend
	PhaseWait
	phaseCount
)

// PhaseNames are the names of the phases for programs, by their constants.
var PhaseNames = [phaseCount]string{"resolve", "connect", "handshake", "send", "wait"}

// OriginTotals are what was counted of one origin.
type OriginTotals struct {
	// Exchanges counts those for which the origin was chosen, Attempts the tries to
	// reach it.
	Exchanges, Attempts uint64
	// Causes counts the exchanges that failed, by cause.
	Causes map[string]uint64
	// Phases are how long attempts took in each phase; one that was not reached, or
	// was not needed on a kept connection, is not counted.
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
