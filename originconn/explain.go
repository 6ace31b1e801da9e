package originconn

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Explanation is why an origin refuses handshakes, as determined by a background
// scan. All attempts that met the same refusal share it. It is complete once Done
// returns true.
type Explanation struct {
	done   chan struct{}
	until  time.Time
	cause  policy.CauseName
	detail string
	report *ScanReport
	// plain means that the origin's HTTP port answers HTTP.
	plain bool
}

// Explained returns a complete Explanation, such as one read back from a
// recording.
func Explained(cause policy.CauseName, detail string, report *ScanReport) *Explanation {
	return &Explanation{done: closed, cause: cause, detail: detail, report: report}
}

// closed is the channel of an explanation that was complete from the start.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Done reports whether the scan has ended. Until then, Result returns zero
// values.
func (x *Explanation) Done() bool {
	select {
	case <-x.done:
		return true
	default:
		return false
	}
}

// Result returns the cause that the scan proves ("" if it proves none), one
// sentence about it, and what the origin accepts. The report is nil if the origin
// could not be scanned.
func (x *Explanation) Result() (policy.CauseName, string, *ScanReport) {
	if !x.Done() {
		return "", "", nil
	}
	return x.cause, x.detail, x.report
}

const (
	// explainWithin is how long an answer waits for the explanation of a refusal: enough to
	// scan a nearby origin. A slower scan is in time for the next request, and for the
	// recording.
	explainWithin = 250 * time.Millisecond
	// explanationLifetime is how long an explanation stays valid: an origin that is being
	// repaired changes within minutes.
	explanationLifetime = time.Minute
)

// explanations remembers, per target and refusal, why its handshakes are refused, so that
// an origin is scanned once and not on every request. A successful handshake clears it. It
// owns the scans in progress.
type explanations struct {
	mu       sync.Mutex
	known    map[string]map[string]*Explanation // by target, then by refusal
	scanning sync.WaitGroup
	running  int
	ctx      context.Context
	cancel   context.CancelFunc
}

// maxScans is how many scans may run at once unless the client sets a limit: a viewer must
// not be able to turn edgesim on an origin by forwarding ever new Hosts that are refused.
const maxScans = 4

// get returns the explanation of a refusal, starting to look for it if it is new; nil after
// close, and while too many others are being looked for.
func (e *explanations) get(target, refusal string, most int, scan func(context.Context, *Explanation)) *Explanation {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx == nil {
		e.ctx, e.cancel = context.WithCancel(context.Background())
	}
	if x := e.known[target][refusal]; x != nil && time.Now().Before(x.until) {
		return x
	}
	if e.ctx.Err() != nil || e.running >= most {
		return nil
	}
	if e.known == nil || len(e.known) >= maxNotes {
		e.known = map[string]map[string]*Explanation{}
	}
	if e.known[target] == nil {
		e.known[target] = map[string]*Explanation{}
	}
	x := &Explanation{done: make(chan struct{}), until: time.Now().Add(explanationLifetime)}
	e.known[target][refusal] = x
	e.running++
	e.scanning.Go(func() {
		defer e.ended()
		defer close(x.done)
		scan(e.ctx, x)
	})
	return x
}

// ended makes room for another scan.
func (e *explanations) ended() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running--
}

func (e *explanations) forget(target string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.known, target)
}

// close ends the scans in progress and waits for them.
func (e *explanations) close() {
	e.mu.Lock()
	if e.ctx == nil {
		e.ctx, e.cancel = context.WithCancel(context.Background())
	}
	e.cancel()
	e.mu.Unlock()
	e.scanning.Wait()
}

// explain asks an origin that refused the handshake what it would have
// accepted, and returns a narrower cause, or the given one.
func (c *Client) explain(ctx context.Context, t *Target, key string, a *Attempt, cause *policy.Cause) *policy.Cause {
	h := a.Handshake
	if !policy.MayBeExplained(cause, len(h.PeerCertificates) > 0, h.alertFacts()) {
		return cause
	}
	refusal := string(cause.Name)
	if h.Alert != nil {
		refusal += strconv.Itoa(int(h.Alert.Description))
	}
	target := *t
	x := c.explained.get(key, refusal, c.maxExplanations(), func(ctx context.Context, x *Explanation) { c.scanToExplain(ctx, target, x) })
	if x == nil {
		return cause
	}
	a.Explanation = x
	x.wait(ctx, c.explainWithin())
	name, detail, _ := x.Result()
	return policy.Narrower(cause, name, detail, t.Offer)
}

// wait waits for the result, but not for long.
func (x *Explanation) wait(ctx context.Context, within time.Duration) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-x.done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// scanToExplain scans a target and compares what it accepts with the offer.
func (c *Client) scanToExplain(ctx context.Context, t Target, x *Explanation) {
	report, err := c.Scan(ctx, t, ScanOptions{})
	if err != nil {
		x.detail = "the origin could not be scanned: " + err.Error()
		return
	}
	x.report = report
	x.cause, x.detail = report.Explain(t.Offer)
}
