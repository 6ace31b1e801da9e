package originconn

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// explanations remembers, per target, why its handshakes are refused, so that
// an origin is asked once and not at every request. A handshake that succeeds
// forgets it.
type explanations struct {
	mu    sync.Mutex
	known map[string]explanation
}

type explanation struct {
	name   policy.CauseName
	detail string
	until  time.Time
}

// explanationLifetime bounds how long an explanation is believed without asking
// again: an origin that is being repaired changes within minutes.
const explanationLifetime = 15 * time.Second

func (e *explanations) get(key string) (explanation, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x, ok := e.known[key]
	return x, ok && time.Now().Before(x.until)
}

func (e *explanations) put(key string, x explanation) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil {
		e.known = make(map[string]explanation)
	}
	x.until = time.Now().Add(explanationLifetime)
	e.known[key] = x
}

func (e *explanations) forget(key string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.known, key)
}

// explain asks an origin that refused the handshake without saying why, what it
// would have accepted, and returns a narrower cause, or the given one. A server
// that shares no version, no suite or no curve gives the same answer to all
// three, so hand-built hellos vary one of them at a time. It asks only when
// nothing of the origin's side was seen: neither hello nor certificate.
func (c *Client) explain(ctx context.Context, t *Target, a *Attempt, cause *policy.Cause) *policy.Cause {
	h := a.Handshake
	unspoken := h.Alert == nil || h.Alert.Description == alertHandshakeFailure
	if h.Version != 0 || len(h.PeerCertificates) > 0 || !unspoken {
		return cause
	}
	x, ok := c.explained.get(t.key())
	if !ok {
		x = c.ask(ctx, t, a.Address)
		c.explained.put(t.key(), x)
	}
	if x.name == "" {
		return cause
	}
	return policy.NewCause(x.name, cause.Detail+"; "+x.detail, cause.Err)
}

// ask sends the varied hellos, the most telling first, each over a connection
// of its own.
func (c *Client) ask(ctx context.Context, t *Target, address string) explanation {
	documented := tlswire.ClientHello{
		Versions: t.Offer.Versions, Suites: withTLS13(t.Offer), Groups: t.Offer.Groups,
		Signatures: tlswire.AllSignatures(), SNI: t.SNI,
	}
	for _, probe := range []struct {
		name policy.CauseName
		vary func(*tlswire.ClientHello)
		says func(*tlswire.ServerHello) string
	}{
		{policy.CauseTLSProtocolMismatch, func(h *tlswire.ClientHello) {
			h.Versions = tlswire.AllVersions()
		}, func(s *tlswire.ServerHello) string {
			return fmt.Sprintf("it speaks %s, the origin's OriginSslProtocols allow %s", policy.VersionName(s.Version), t.Offer.VersionNames())
		}},
		{policy.CauseTLSNoSharedCipher, func(h *tlswire.ClientHello) {
			h.Suites = tlswire.AllSuites()
		}, func(s *tlswire.ServerHello) string {
			return fmt.Sprintf("it accepts %s, which CloudFront does not offer", tlswire.SuiteName(s.Suite))
		}},
		{policy.CauseTLSNoSharedCurve, func(h *tlswire.ClientHello) {
			h.Groups = tlswire.AllGroups()
		}, func(*tlswire.ServerHello) string {
			return "it accepts other curves than P-256, P-384 and X25519, the ones CloudFront offers"
		}},
		{policy.CauseTLSNoSharedCipher, func(h *tlswire.ClientHello) {
			h.Suites, h.Groups = tlswire.AllSuites(), tlswire.AllGroups()
		}, func(s *tlswire.ServerHello) string {
			return fmt.Sprintf("it accepts %s, which CloudFront does not offer", tlswire.SuiteName(s.Suite))
		}},
	} {
		hello := documented
		probe.vary(&hello)
		answer, err := c.probe(ctx, hello, address)
		if err != nil {
			return explanation{}
		}
		if answer != nil && differs(probe.name, t, answer) {
			return explanation{name: probe.name, detail: probe.says(answer)}
		}
	}
	return explanation{}
}

// differs says whether an accepted hello proves the cause that it was varied for.
func differs(name policy.CauseName, t *Target, s *tlswire.ServerHello) bool {
	switch name {
	case policy.CauseTLSProtocolMismatch:
		return !t.Offer.Allows(s.Version)
	case policy.CauseTLSNoSharedCipher:
		return s.Version <= policy.VersionTLS12 && !slices.Contains(t.Offer.Suites, s.Suite)
	}
	return true
}

// withTLS13 adds the TLS 1.3 suites where the offer has that version.
func withTLS13(o policy.Offer) []uint16 {
	if !o.Allows(policy.VersionTLS13) {
		return o.Suites
	}
	return append([]uint16{0x1301, 0x1302, 0x1303}, o.Suites...)
}

// probe sends one hello and returns the ServerHello it draws, or nil when it
// was refused. The error says that it could not be asked at all.
func (c *Client) probe(ctx context.Context, hello tlswire.ClientHello, address string) (*tlswire.ServerHello, error) {
	conn, err := c.dialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	if _, err := conn.Write(hello.Marshal()); err != nil {
		return nil, nil
	}
	return readServerHello(conn), nil
}

// readServerHello reads until the origin's hello or refusal is complete.
func readServerHello(conn net.Conn) *tlswire.ServerHello {
	var stream []byte
	buf := make([]byte, 4<<10)
	for len(stream) < transcriptLimit {
		n, err := conn.Read(buf)
		stream = append(stream, buf[:n]...)
		if f := tlswire.ParseFlight(stream); f.ServerHello != nil || f.Alert != nil || f.NotTLS != nil {
			return f.ServerHello
		}
		if err != nil {
			return nil
		}
	}
	return nil
}
