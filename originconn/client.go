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

// Client connects to origins and exchanges requests with them. The zero value is
// ready to use: it uses the system's resolver and network, the Mozilla roots and
// the real clock. A Client is safe for concurrent use; its fields must not be
// changed after the first call.
type Client struct {
	// Resolver looks up origin names. Default: net.DefaultResolver.
	Resolver Resolver
	// DialContext opens TCP connections. Default: that of a net.Dialer.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Now returns the time at which certificates are judged. Default: time.Now.
	Now func() time.Time
	// Trust returns the trusted roots. Default: [MozillaRoots].
	Trust func() *policy.TrustStore
	// ConnectTo maps an origin's DOMAIN or DOMAIN:PORT to the HOST:PORT to connect
	// to instead. The certificate name, SNI and Host remain those of the domain.
	ConnectTo map[string]string
	// KeyLog receives TLS session secrets in SSLKEYLOGFILE format, for a packet
	// analyzer. Anyone who has them can decrypt the traffic. Default: none.
	KeyLog io.Writer
	// ExplainWithin is how long a failed exchange waits for the scan that finds out
	// why the origin refused the handshake. The scan runs once per refusal and
	// continues in the background. Default: 250 ms. Negative: do not scan.
	ExplainWithin time.Duration
	// MaxExplanations limits how many of these scans run at once; a refusal beyond
	// the limit stays unexplained. Without a limit, viewers could use forwarded
	// names to make edgesim scan an origin endlessly. Default: 4. A check, which
	// uses only names of its own, raises the limit so that every scan can run.
	MaxExplanations int
	// Answer, if set, is called by Do before it opens a connection; a non-nil result
	// becomes Do's result. This is how a recording replaces origins. If the result
	// is nil, Do sends the request to the origin. A forced failure takes precedence.
	// Default: none.
	Answer func(ctx context.Context, t *Target, r *Request) *Result

	pool      pool
	explained explanations
	roads     roads
	links     policy.LinkMemo
	// listed remembers which targets sign with a listed scheme.
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

// Close closes idle connections and stops running scans. It does not affect
// exchanges in progress.
func (c *Client) Close() error {
	c.pool.closeAll()
	c.explained.close()
	return nil
}

// MozillaRoots returns Mozilla's included CA list as built into the program
// (CF-CERT-07), never the machine's trust store. The list is parsed once, on the
// first call.
var MozillaRoots = sync.OnceValue(func() *policy.TrustStore { return TrustWith() })

// TrustWith returns the Mozilla list plus the given CAs, as set by --origin-ca.
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
