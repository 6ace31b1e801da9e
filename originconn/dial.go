package originconn

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// dial opens the TCP connection to the attempt's address, unless it is one that must not be
// dialed (CF-CONN-10).
func (c *Client) dial(ctx context.Context, t *Target, endpoints []endpoint, a *Attempt) (net.Conn, *policy.Cause) {
	endpoint := endpoints[turn(a, endpoints)]
	if endpoint.judged.Verdict == policy.Fail {
		return nil, policy.CauseOf(endpoint.judged)
	}
	address := endpoint.String()
	a.Address = address
	started := time.Now()
	conn, err := c.dialContext(ctx, "tcp", address)
	took := time.Since(started)
	a.Phases.Dial += took
	if err != nil {
		facts := policy.DialFacts{Origin: t.Address(), Address: address, Took: took, Failure: failureOf(err)}
		if host, port, mapped := c.mapped(t); mapped {
			facts.ConnectTo = net.JoinHostPort(host, strconv.Itoa(port))
		}
		return nil, policy.JudgeDial(facts)
	}
	return conn, nil
}
