package originconn

import (
	"context"
	"fmt"
	"time"

	"github.com/edgesim/edgesim/internal/tlsscan"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

type (
	// ScanOptions limit a scan. Zero values mean the defaults.
	ScanOptions = tlsscan.Options
	// ScanReport is what a scan found.
	ScanReport = tlsscan.Report
	// VersionScan is what an origin accepts in one TLS version.
	VersionScan = tlsscan.VersionReport
	// ScannedChain is a certificate chain as the origin sent it.
	ScannedChain = tlsscan.Chain
	// NameAnswer is how an origin responds to a ClientHello with a different SNI or
	// none.
	NameAnswer = tlsscan.NameAnswer
	// ExactAnswer is the response to one ClientHello with the exact documented list.
	ExactAnswer = tlsscan.ExactAnswer
)

// Whose cipher suite order takes precedence, in [VersionScan].
const (
	PreferenceServer = tlsscan.PreferenceServer
	PreferenceClient = tlsscan.PreferenceClient
)

// Scan finds out what an origin's TLS would accept. It sends handcrafted
// ClientHellos over connections of its own and reads the responses. It completes
// no handshake and sends no request. It uses the target's SNI but not its offer,
// except that it tries documented values first. It scans only the first address.
//
// The error is a [*policy.Cause] and means that the origin could not be scanned
// at all. An origin that responds, with whatever data, yields a report; if a
// limit ended the scan early, the report says so.
func (c *Client) Scan(ctx context.Context, t Target, options ScanOptions) (*ScanReport, error) {
	started := time.Now()
	ctx, cancel := context.WithTimeout(ctx, options.WithDefaults().Budget)
	defer cancel()
	endpoints, cause := c.resolve(ctx, &t, &Attempt{Number: 1, Start: started})
	if cause != nil {
		return nil, cause
	}
	origin := tlsscan.Origin{Host: t.Address(), SNI: t.SNI, Ask: c.ask(&t, endpoints)}
	for _, other := range endpoints[1:] {
		origin.OtherAddresses = append(origin.OtherAddresses, other.String())
	}
	report, cause := tlsscan.Run(ctx, origin, options)
	if cause != nil {
		return nil, cause
	}
	report.Duration = time.Since(started)
	return report, nil
}

// ProbeExact sends one ClientHello with exactly the target's offer, see
// [tlsscan.ExactHello]. The response is evidence of how the origin treats
// CloudFront. The error is a [*policy.Cause] if the origin could not be reached.
func (c *Client) ProbeExact(ctx context.Context, t Target) (*ExactAnswer, error) {
	endpoints, cause := c.resolve(ctx, &t, &Attempt{Number: 1, Start: time.Now()})
	if cause != nil {
		return nil, cause
	}
	hello := tlsscan.ExactHello(t.Offer, t.SNI)
	sent, err := hello.Build()
	if err != nil {
		return nil, fmt.Errorf("building the hello: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, ScanOptions{Timeout: t.ConnectTimeout}.WithDefaults().Timeout)
	defer cancel()
	answer, cause := c.ask(&t, endpoints)(ctx, sent)
	if cause != nil {
		return nil, cause
	}
	return &ExactAnswer{Address: answer.Address, Hello: sent.Records, Flight: answer.Flight, TimedOut: answer.TimedOut}, nil
}

// ask sends single hellos to a target, through the same resolve and dial as every request.
func (c *Client) ask(t *Target, endpoints []endpoint) tlsscan.Ask {
	return func(ctx context.Context, hello *tlswire.SentHello) (tlsscan.Answer, *policy.Cause) {
		attempt := &Attempt{Number: 1}
		conn, cause := c.dial(ctx, t, endpoints, attempt)
		if cause != nil {
			return tlsscan.Answer{}, cause
		}
		defer conn.Close()
		// A canceled scan wakes the read by setting a deadline in the past.
		stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
		defer stop()
		reader := hello.Reader()
		_, err := conn.Write(hello.Records)
		buf := make([]byte, 8<<10)
		for err == nil && !reader.Settled() {
			var n int
			n, err = conn.Read(buf)
			reader.Write(buf[:n])
		}
		return tlsscan.Answer{Address: attempt.Address, Flight: reader.Flight(), TimedOut: isTimeout(err)}, nil
	}
}
