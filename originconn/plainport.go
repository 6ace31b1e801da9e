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

// plainPortWithin bounds the question what the origin's HTTP port says.
const plainPortWithin = 2 * time.Second

// explainDial asks, in the background, whether an origin that cannot be connected
// for HTTPS answers HTTP at its other port, and says so in the cause once that is
// known: a listener on the wrong port is the commonest reason for silence on 443.
func (c *Client) explainDial(ctx context.Context, t *Target, key string, a *Attempt, cause *policy.Cause) *policy.Cause {
	if cause.Name != policy.CauseConnectRefused && cause.Name != policy.CauseConnectTimeout || t.PlainPort == 0 || c.explainWithin() < 0 {
		return cause
	}
	plain := t.plain()
	host, port, _ := c.mapped(t)
	if otherHost, otherPort, _ := c.mapped(&plain); host == otherHost && port == otherPort {
		return cause // --connect sends both ports to one place
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

// plain is the same origin over HTTP, at its HTTP port.
func (t *Target) plain() Target {
	return Target{Host: t.Host, Port: t.PlainPort, IPAddressType: t.IPAddressType, ConnectTimeout: plainPortWithin}
}

// askPlainPort asks an origin's HTTP port for the head of its root, and says in a
// clause what came of it.
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
