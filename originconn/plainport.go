package originconn

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// plainPortWithin limits the request to the origin's HTTP port.
const plainPortWithin = 2 * time.Second

// explainDial checks, in the background, whether an origin that cannot be connected to for
// HTTPS answers HTTP on its other port, and adds the result to the cause once it is known:
// a listener on the wrong port is the most common reason for silence on 443.
func (c *Client) explainDial(ctx context.Context, t *Target, key string, a *Attempt, cause *policy.Cause) *policy.Cause {
	if cause.Name != policy.CauseConnectRefused && cause.Name != policy.CauseConnectTimeout || t.PlainPort == 0 || c.explainWithin() < 0 {
		return cause
	}
	plain := t.plain()
	host, port, _ := c.mapped(t)
	if otherHost, otherPort, _ := c.mapped(&plain); host == otherHost && port == otherPort {
		return cause // --connect sends both ports to the same place
	}
	x := c.explained.get(key, "plain port", c.maxExplanations(), func(ctx context.Context, x *Explanation) {
		x.plain, x.detail = c.askPlainPort(ctx, &plain)
	})
	if x == nil {
		return cause
	}
	a.Explanation = x
	x.wait(ctx, c.explainWithin())
	if !x.Done() || !x.plain {
		return cause
	}
	return policy.OnlyPlainPort(cause, x.detail, t.Port, plain.Port)
}

// plain returns the same origin over HTTP, at its HTTP port.
func (t *Target) plain() Target {
	return Target{Host: t.Host, Port: t.PlainPort, IPAddressType: t.IPAddressType, ConnectTimeout: plainPortWithin}
}

// askPlainPort sends a HEAD for / to an origin's HTTP port, and describes the result in a
// clause.
func (c *Client) askPlainPort(ctx context.Context, t *Target) (answers bool, detail string) {
	ctx, cancel := context.WithTimeout(ctx, plainPortWithin)
	defer cancel()
	nothing := fmt.Sprintf("port %d does not answer either", t.Port)
	conn, cause := c.connect(ctx, t, time.Time{}, &Attempt{Number: 1})
	if cause != nil {
		return false, nothing
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	request := fmt.Sprintf("HEAD / HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n", t.Host, policy.UserAgent)
	if _, err := io.WriteString(conn.plain, request); err != nil {
		return false, nothing
	}
	line, _ := bufio.NewReaderSize(io.LimitReader(conn.plain, 256), 256).ReadString('\n')
	if !strings.HasPrefix(line, "HTTP/") {
		return false, fmt.Sprintf("port %d accepts connections and does not answer HTTP", t.Port)
	}
	return true, fmt.Sprintf("port %d answers HTTP (%q)", t.Port, strings.TrimRight(line, "\r\n"))
}
