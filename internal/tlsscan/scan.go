package tlsscan

import (
	"context"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Options limit a scan. Zero values mean the defaults.
type Options struct {
	// MaxConnections is the maximum number of connections opened. Default: 40.
	MaxConnections int
	// Parallelism is the maximum number of connections open at a time, including those
	// still being opened. Default: 16.
	Parallelism int
	// Timeout limits one connection, including dialing. Default: 5 s.
	Timeout time.Duration
	// Budget limits the scan. Default: 20 s.
	Budget time.Duration
}

// WithDefaults returns the options with the default in each field that is zero.
func (o Options) WithDefaults() Options {
	if o.MaxConnections <= 0 {
		o.MaxConnections = 40
	}
	if o.Parallelism <= 0 {
		o.Parallelism = 16
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Budget <= 0 {
		o.Budget = 20 * time.Second
	}
	return o
}

// Answer is the origin's answer to one hello.
type Answer struct {
	// Address is the ip:port that was asked.
	Address string
	// Flight is the response, as far as it is readable.
	Flight tlswire.Flight
	// TimedOut means that the origin neither finished answering nor closed before the
	// context's deadline.
	TimedOut bool
}

// Ask sends a hello over a new connection, reads the answer until its end or ctx's, and
// closes the connection. The cause means that no connection could be opened. It is called
// concurrently.
type Ask func(ctx context.Context, hello *tlswire.SentHello) (Answer, *policy.Cause)

// Origin is the origin to scan.
type Origin struct {
	// Host is the origin's host:port as configured; it is only shown, not dialed.
	Host string
	// OtherAddresses are the addresses other than the one that Ask uses.
	OtherAddresses []string
	// SNI is the server name of the hellos; "" sends none.
	SNI string
	// Ask contacts the origin.
	Ask Ask
}

// Run scans an origin. It asks in waves of independent questions; an ordinary server takes
// two to four waves of two round trips. Each accepted suite takes a connection to detect:
// for a server with more than about thirty, the rare ones (CCM, ARIA, Camellia) remain
// unknown, and the report says so.
//
// The cause is set if the origin could not be asked at all. An origin that answers, no
// matter what, gives a report; if a limit cut it short, the report says so. Its Duration is
// left to the caller.
func Run(ctx context.Context, origin Origin, options Options) (*Report, *policy.Cause) {
	o := options.WithDefaults()
	ctx, cancel := context.WithTimeout(ctx, o.Budget)
	defer cancel()
	s := &scan{asker: asker{origin: origin, options: o, slots: make(chan struct{}, o.Parallelism)}, stop: cancel}
	s.run(ctx)
	if s.answered == 0 && s.dialCause != nil {
		return nil, s.dialCause
	}
	return s.report(), nil
}
