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
	// ScanOptions bound a scan. Zero values mean the defaults.
	ScanOptions = tlsscan.Options
	// ScanReport is what a scan found.
	ScanReport = tlsscan.Report
	// VersionScan is what an origin accepts in one protocol version.
	VersionScan = tlsscan.VersionReport
	// ScannedChain is a chain of certificates as the origin sent it.
	ScannedChain = tlsscan.Chain
	// NameAnswer is how an origin takes a hello with another name or none.
	NameAnswer = tlsscan.NameAnswer
	// ExactAnswer is what one hello with the exact documented list drew.
	ExactAnswer = tlsscan.ExactAnswer
)

// Whose order of suites counts, in [VersionScan].
const (
	PreferenceServer = tlsscan.PreferenceServer
	PreferenceClient = tlsscan.PreferenceClient
)

// Scan finds out what an origin's TLS would accept: it sends hellos made by hand,
// over connections of its own, and reads what each one draws. No handshake is
// completed and no request is sent. What the target offers plays no part, except
// that documented values are asked for first; its SNI does. Only the first address
// is asked.
//
// The error is a [*policy.Cause] and means that the origin could not be asked at
// all. An origin that answers, with whatever it may be, gives a report; where a
// limit cut it short, the report says so.
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

// ProbeExact sends one hello with exactly what the target offers, see
// [tlsscan.ExactHello]. What comes back is the evidence of how the origin treats
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

// ask sends single hellos to a target, on the same road as every request: the
// client's resolve and dial.
func (c *Client) ask(t *Target, endpoints []endpoint) tlsscan.Ask {
	return func(ctx context.Context, hello *tlswire.SentHello) (tlsscan.Answer, *policy.Cause) {
		attempt := &Attempt{Number: 1}
		conn, cause := c.dial(ctx, t, endpoints, attempt)
		if cause != nil {
			return tlsscan.Answer{}, cause
		}
		defer conn.Close()
		// A canceled scan wakes the read; a deadline of the past is the way to.
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
