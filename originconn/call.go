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
	// viewer ends when the viewer leaves, ctx also on a timeout.
	viewer, ctx context.Context
	cancel      context.CancelFunc
	silence     *silence
	overall     *time.Timer // the completion timeout; nil if there is none
	upload      *upload     // nil without a request body

	content   io.ReadCloser // the body from net/http; nil before a response
	received  *http.Response
	trailer   http.Header
	delivered int64
	err       error
	ended     bool
}

// abandon ends the exchange, whatever state it is in, and keeps the connection if it is
// sound. Streams are independent: cutting one off does not affect the others.
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

// streamError is how net/http exposes its own stream error: matched by the names and types
// of the fields (errors.As).
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

// facts returns the facts of a failed exchange.
func (c *call) facts(err error, when string) policy.ReadFacts {
	f := c.fetch.readFacts(c.conn, c.attempt, err)
	var upload error
	if c.upload != nil {
		upload = c.upload.failed()
	}
	noteViewer(c.viewer, &f, when, upload)
	var broken streamError
	switch reset := errors.As(err, &broken); {
	case c.silence.tooLong(), c.ctx.Err() != nil:
		f.Failure = &policy.Failure{Err: err, TimedOut: true}
	case reset && broken.Code != streamProtocolError && broken.Code != streamFlowControl:
		c.conn.noteBroken(&f, c.attempt, err)
		f.Stream = &broken.Code
	case isTimeout(err), broken.Code == 0 && !isConnectionError(err) && !c.conn.usable(), c.conn.refusedClientCertificate(err):
		c.conn.noteBroken(&f, c.attempt, err)
	}
	return f
}

// isConnectionError reports whether an error is net/http's verdict that the origin violated
// HTTP/2. Its type is not exported: a four-byte number.
func isConnectionError(err error) bool { return reflect.ValueOf(err).Kind() == reflect.Uint32 }

// usable reports whether an idle connection can take another request.
func (c *Conn) usable() bool {
	if c.h2 != nil { // after GOAWAY it takes no requests either
		return c.h2.Err() == nil && c.h2.Available() > 0
	}
	return !c.wire.peerActed()
}
