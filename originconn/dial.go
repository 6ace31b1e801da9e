package originconn

import (
	"context"
	"net"
	"strconv"
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
		facts := policy.DialFacts{Origin: t.Address(), Address: address, Took: took, Failure: failureOf(err)}
		if host, port, mapped := c.mapped(t); mapped {
			facts.ConnectTo = net.JoinHostPort(host, strconv.Itoa(port))
		}
		return nil, policy.JudgeDial(facts)
	}
	return conn, nil
}
