package originconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// dial opens the TCP connection. Attempt n uses the n-th address, round and
// round; how CloudFront chooses among several is not published.
func (c *Client) dial(ctx context.Context, t *Target, endpoints []endpoint, a *Attempt) (net.Conn, *policy.Cause) {
	address := endpoints[(a.Number-1)%len(endpoints)].String()
	a.Address = address
	started := time.Now()
	conn, err := c.dialContext(ctx, "tcp", address)
	took := time.Since(started)
	a.Phases.Dial += took
	if err != nil {
		cause := dialCause(t, address, took, err)
		if host, port, mapped := c.mapped(t); mapped {
			adviseMapped(cause, t, net.JoinHostPort(host, strconv.Itoa(port)))
		}
		return nil, cause
	}
	return conn, nil
}

// adviseMapped says that nobody answers where ConnectTo leads, which is no fault
// of the origin's settings. A name may be mapped to itself, so that it is looked
// up where it is no public one.
func adviseMapped(cause *policy.Cause, t *Target, to string) {
	if cause.Hint == "" && !strings.EqualFold(to, t.Address()) {
		cause.Hint = fmt.Sprintf("edgesim is told to reach %s at %s (--connect): correct that, or let the origin listen there", t.Address(), to)
	}
}

// dialCause classifies a failed connect by its error number.
func dialCause(t *Target, address string, took time.Duration, err error) *policy.Cause {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return policy.NewCause(policy.CauseConnectRefused, fmt.Sprintf("nothing listens at %s (%s): connection refused", t.Address(), address), err)
	case errors.Is(err, syscall.ECONNRESET):
		return policy.NewCause(policy.CauseConnectReset, fmt.Sprintf("%s (%s) reset the connection while connecting", t.Address(), address), err)
	case isTimeout(err):
		return policy.NewCause(policy.CauseConnectTimeout, fmt.Sprintf("%s (%s) did not answer the connection request within %s", t.Address(), address, round(took)), err)
	}
	cause := policy.NewCause(policy.CauseConnectRefused, fmt.Sprintf("no connection to %s (%s): %v", t.Address(), address, err), err)
	cause.Inferred = true
	if errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH) {
		cause.Hint = "this machine has no route to that address; CloudFront may have one"
	}
	return cause
}

// isTimeout says whether an error is the end of a deadline, ours or the kernel's.
func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT)
}

// round makes a duration readable in a sentence.
func round(d time.Duration) time.Duration {
	if d > time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}
