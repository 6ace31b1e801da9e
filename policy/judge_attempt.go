package policy

import (
	"fmt"
	"time"
)

// Retries reports whether a failure is followed by another attempt, if one is
// left. A failure to connect is, whatever the method, because no byte of the
// request was sent (CF-CONN-11). A response timeout is only if the request is
// repeatable (CF-TIME-02, CF-TIME-05). That nothing else is retried, in
// particular a refused handshake or certificate, is inferred.
func Retries(c *Cause, repeatable bool) bool {
	switch c.Name {
	case CauseConnectRefused, CauseConnectReset, CauseConnectTimeout:
		return true
	case CauseResponseTimeout:
		return repeatable
	}
	return false
}

// Repeatable reports whether a request may be sent again after a timeout
// (CF-TIME-02, CF-TIME-05).
func Repeatable(method string, hasBody bool) bool {
	return (method == "GET" || method == "HEAD") && !hasBody
}

// notRepeated explains why a response timeout is not tried again (CF-TIME-05).
func notRepeated(c *Cause, method string, repeatable bool) {
	if c.Name == CauseResponseTimeout && !repeatable {
		c.Rule = "CF-TIME-05"
		c.Detail += "; a " + method + " is not sent again"
	}
}

// Overdue converts a timeout into that of the response completion timeout, which
// has expired and was what ended the wait (CF-TIME-07). Other causes are
// unchanged.
func Overdue(c *Cause, timeout time.Duration) *Cause {
	if c.Name != CauseConnectTimeout && c.Name != CauseResponseTimeout {
		return c
	}
	return NewCause(CauseResponseCompletionTimeout,
		fmt.Sprintf("no complete response within the response completion timeout of %s, attempts included; %s", timeout, c.Detail), c)
}

// ForcedFacts describes a failure that is played instead of the origin's own
// behavior.
type ForcedFacts struct {
	// Name is the failure; By is what forced it.
	Name CauseName
	By   string
	// Origin is the host:port that was not contacted.
	Origin string
	// Method and Repeatable are as in [ReadFacts].
	Method     string
	Repeatable bool
	// Timeout is the setting behind a timeout, 0 for other causes; Waited is how
	// long it took here.
	Timeout, Waited time.Duration
	// Err distinguishes it from real failures.
	Err error
}

// JudgeForced returns the cause of a forced failure.
func JudgeForced(f ForcedFacts) *Cause {
	detail := fmt.Sprintf("%s of %s", f.Name, f.Origin)
	if limit := timeoutNames[f.Name]; limit != "" {
		detail = fmt.Sprintf("%s of %s", limit, f.Timeout)
		if f.Waited != f.Timeout {
			detail += fmt.Sprintf(" (here %s)", f.Waited)
		}
	}
	cause := NewCause(f.Name, detail+", forced by "+f.By, f.Err).
		hinted("the origin was not asked; DELETE /api/faults, or POST /api/reset, ends what is forced")
	notRepeated(cause, f.Method, f.Repeatable)
	return cause
}

// timeoutNames describe, for each cause that is a timeout, what timed out.
var timeoutNames = map[CauseName]string{
	CauseConnectTimeout:            "no connection within the connection timeout",
	CauseResponseTimeout:           "no response within the response timeout",
	CauseResponseCompletionTimeout: "no complete response within the response completion timeout",
}
