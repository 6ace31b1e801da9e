package originconn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// call is one exchange over HTTP/2, and the body of its response.
type call struct {
	fetch   *fetch
	conn    *Conn
	attempt *Attempt
	// viewer ends when the viewer leaves, ctx also when a timeout is over.
	viewer, ctx context.Context
	cancel      context.CancelFunc
	silence     *silence
	overall     *time.Timer // the completion timeout; nil if there is none
	upload      *upload     // nil without a request body

	content   io.ReadCloser // the body as net/http has it; nil before a response
	received  *http.Response
	trailer   http.Header
	delivered int64
	err       error
	ended     bool
}

// abandon ends the exchange, whatever is left of it, and keeps the connection
// if it is sound. Streams are independent: one that is cut off harms no other.
func (c *call) abandon(sound bool) {
	if c.ended {
		return
	}
	c.ended = true
	c.silence.heard()
	if c.overall != nil {
		c.overall.Stop()
	}
	if c.content != nil {
		_ = c.content.Close() // resets the stream if it is still open
	}
	c.cancel()
	if !sound || !c.conn.usable() || c.fetch.target.KeepaliveTimeout <= 0 {
		c.conn.Close()
	} else {
		c.fetch.client.pool.put(c.conn, c.fetch.target.KeepaliveTimeout)
	}
	if c.upload != nil {
		c.upload.end()
	}
}

// streamError is how net/http lets others see its own error of a stream: by the
// names and types of the fields (errors.As).
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

// Error is there for errors.As alone.
func (e streamError) Error() string { return fmt.Sprintf("stream error %#x", e.Code) }

// Codes of RST_STREAM with a meaning of their own (RFC 9113 section 7).
const (
	streamProtocolError = 0x1
	streamFlowControl   = 0x3
)

// causeOf classifies an exchange that failed, by its facts.
func (c *call) causeOf(err error, when string) *policy.Cause {
	var broken streamError
	switch {
	case c.viewer.Err() != nil:
		return viewerLeft(c.viewer, when, c.viewer.Err())
	case c.upload != nil && c.upload.failed() != nil:
		return viewerLeft(c.viewer, whileSending, c.upload.failed())
	case c.silence.tooLong(), c.ctx.Err() != nil:
		cause := policy.NewCause(policy.CauseResponseTimeout,
			fmt.Sprintf("the origin was silent for the response timeout of %s %s", c.fetch.target.ResponseTimeout, when), err)
		c.fetch.notIdempotent(cause)
		return cause
	case c.conn.refusedClientCertificate(err):
		return clientCertificateCause(c.attempt, err)
	case errors.As(err, &broken) && broken.Code != streamProtocolError && broken.Code != streamFlowControl:
		return policy.NewCause(policy.CauseOriginClosed, fmt.Sprintf("the origin reset the HTTP/2 stream with code %#x %s", broken.Code, when), err)
	case isTimeout(err):
		cause := policy.NewCause(policy.CauseResponseTimeout, "the origin took no data for the response timeout of "+c.fetch.target.ResponseTimeout.String(), err)
		c.fetch.notIdempotent(cause)
		return cause
	case broken.Code == 0 && !isConnectionError(err) && !c.conn.usable():
		cause := policy.NewCause(policy.CauseOriginClosed, fmt.Sprintf("the HTTP/2 connection with the origin ended %s: %v", when, err), err)
		if c.attempt.Reused {
			cause.Detail += fmt.Sprintf("; it was a kept-alive connection, idle for %s", round(c.attempt.Idle))
		}
		return cause
	}
	cause := policy.NewCause(policy.CauseResponseInvalid, fmt.Sprintf("the origin does not speak HTTP/2 as it should %s: %v", when, err), err)
	cause.Inferred = true
	return cause
}

// isConnectionError says whether an error is net/http's verdict that the origin
// broke the rules of HTTP/2. Its type is not exported: a number of four bytes.
func isConnectionError(err error) bool { return reflect.ValueOf(err).Kind() == reflect.Uint32 }

// usable says whether another request can go over an idle connection.
func (c *Conn) usable() bool {
	if c.h2 != nil { // it cannot take requests any more after GOAWAY either
		return c.h2.Err() == nil && c.h2.Available() > 0
	}
	return !c.wire.peerActed()
}

// noHTTP2 is the cause of an origin that shakes hands, but will not speak
// HTTP/2, without which there is no gRPC (CF-TLS-24).
func noHTTP2(t *Target, detail string, err error) *policy.Cause {
	cause := policy.NewCause(policy.CauseTLSHandshakeFailure, fmt.Sprintf("%s was offered %q by ALPN for a gRPC call, and %s", t.Address(), protocolHTTP2, detail), err)
	cause.Rule, cause.Inferred = "CF-TLS-24", true
	cause.Hint = "let the origin speak HTTP/2 over TLS on this port (in nginx: http2 on)"
	return cause
}
