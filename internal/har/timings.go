package har

import (
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/recording"
)

// none is a phase that did not happen.
const none = -1

// timingsOf returns the phases of an exchange and their sum.
func timingsOf(e *recording.Exchange) (timings, float64) {
	t := timings{Blocked: none, DNS: none, Connect: none, SSL: none}
	a := answering(e)
	if a == nil {
		t.Wait = millis(e.FirstByte)
	} else {
		p := a.Phases
		t.DNS, t.Connect, t.SSL = phase(p.Resolve), phase(p.Dial+p.Handshake), phase(p.Handshake)
		t.Send, t.Wait = millis(p.Send), millis(p.Wait)
		// The rest of the time to the first byte: planning, earlier attempts and, for a
		// failure, the edge's own answer.
		t.Blocked = millis(e.FirstByte - p.Resolve - p.Dial - p.Handshake - p.Send - p.Wait)
	}
	t.Receive = millis(e.Duration - e.FirstByte)
	// ssl is already part of connect.
	return t, max(t.Blocked, 0) + max(t.DNS, 0) + max(t.Connect, 0) + t.Send + t.Wait + t.Receive
}

// answering returns the attempt that the first byte came from: the last one that started
// before it, as a stalled body may have been fetched again.
func answering(e *recording.Exchange) *originconn.Attempt {
	if e.Replayed != "" {
		return nil // its attempts belong to another exchange
	}
	var found *originconn.Attempt
	for _, a := range e.Attempts {
		if a != nil && (found == nil || !a.Start.After(e.Start.Add(e.FirstByte))) {
			found = a
		}
	}
	return found
}

// phase is a duration, or none if the step did not run.
func phase(d time.Duration) float64 {
	if d <= 0 {
		return none
	}
	return millis(d)
}

// millis returns a duration in milliseconds, never negative.
func millis(d time.Duration) float64 { return max(0, float64(d)/float64(time.Millisecond)) }
