package originconn

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/edgesim/edgesim/policy"
)

// Client goes to origins. The zero value works: the system's resolver and
// network, the Mozilla roots, the real clock. It is safe for concurrent use;
// its fields must not be changed after the first call.
type Client struct {
	// Resolver looks up origin names. Default: net.DefaultResolver.
	Resolver Resolver
	// DialContext opens TCP connections. Default: a net.Dialer's.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the time at which certificates are judged. Default: time.Now.
	Now func() time.Time
	// Trust are the trusted roots. Default: [MozillaRoots].
	Trust func() *policy.TrustStore
	// ConnectTo maps an origin's DOMAIN or DOMAIN:PORT to the HOST:PORT at which
	// it is reached instead; name, SNI and Host stay those of the domain.
	ConnectTo map[string]string
	// KeyLog gets the secrets of TLS connections in the format of
	// SSLKEYLOGFILE, for a packet analyzer. Whoever has it can read the
	// traffic. Default: none.
	KeyLog io.Writer
	// ExplainWithin is how long a failed exchange waits for the scan that tells
	// why the origin refused the handshake; it is done once per refusal, and
	// goes on in the background. Default: 250 ms. Negative: not at all.
	ExplainWithin time.Duration
	// MaxExplanations is how many such scans may be under way; a refusal beyond
	// them stays unexplained, so that viewers cannot turn edgesim on an origin
	// by forwarded names without end. Default: 4. A check, which asks for names
	// of its own only, has room for all.
	MaxExplanations int
	// Answer, where it is set, is asked by Do before a connection is made, and its
	// result is Do's: this is where a recording stands in for origins. A nil
	// result sends the request on its way. A forced failure goes before it.
	// Default: none.
	Answer func(ctx context.Context, t *Target, r *Request) *Result

	pool      pool
	explained explanations
	roads     roads
	links     policy.LinkMemo
	// listed remembers whether targets sign with a listed scheme.
	listed roads
}

// Resolver looks up the addresses of a name. *net.Resolver is one.
type Resolver interface {
	// LookupNetIP returns the addresses of host; network is "ip4", "ip6" or "ip".
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

var _ Resolver = (*net.Resolver)(nil)

func (c *Client) resolver() Resolver {
	if c.Resolver != nil {
		return c.Resolver
	}
	return net.DefaultResolver
}

func (c *Client) dialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if c.DialContext != nil {
		return c.DialContext(ctx, network, address)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) trust() *policy.TrustStore {
	if c.Trust != nil {
		return c.Trust()
	}
	return MozillaRoots()
}

func (c *Client) explainWithin() time.Duration {
	if c.ExplainWithin == 0 {
		return explainWithin
	}
	return c.ExplainWithin
}

func (c *Client) maxExplanations() int {
	if c.MaxExplanations <= 0 {
		return maxScans
	}
	return c.MaxExplanations
}

// Close closes the idle connections and ends scans under way. Exchanges under
// way are not disturbed.
func (c *Client) Close() error {
	c.pool.closeAll()
	c.explained.close()
	return nil
}

// MozillaRoots returns Mozilla's included CA list as built into the program
// (CF-CERT-07), never the machine's. It is parsed once, at the first call.
var MozillaRoots = sync.OnceValue(func() *policy.TrustStore { return TrustWith() })

// TrustWith returns the Mozilla list and these CAs besides, as --origin-ca
// gives them.
func TrustWith(extra ...*x509.Certificate) *policy.TrustStore {
	var roots []policy.TrustedRoot
	for r := range bundle.Roots() {
		if cert, err := x509.ParseCertificate(r.Certificate); err == nil {
			roots = append(roots, policy.TrustedRoot{Certificate: cert, Constraint: r.Constraint})
		}
	}
	for _, cert := range extra {
		roots = append(roots, policy.TrustedRoot{Certificate: cert})
	}
	return policy.NewConstrainedTrustStore(roots)
}
