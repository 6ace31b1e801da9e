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

// facts are those of an exchange that failed.
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
