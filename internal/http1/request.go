package http1

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Form is the form of a request target (RFC 9112 section 3.2).
type Form int

// The forms.
const (
	FormOrigin    Form = iota // GET /path
	FormAbsolute              // GET http://host/path
	FormAuthority             // CONNECT host:port
	FormAsterisk              // OPTIONS *
)

// Request is one request as it was received. It belongs to the handler: nothing in it is
// reused, except Body, which ends with the request.
type Request struct {
	// Method and Target are from the request line, as sent.
	Method, Target string
	// Proto is "HTTP/1.1" or "HTTP/1.0".
	Proto string
	// Form is the form of Target, and URI is Target in origin-form, or as received if it
	// has none. Scheme is "http" or "https" for an absolute one, otherwise "".
	Form        Form
	URI, Scheme string
	// Host is from an absolute target or a CONNECT, otherwise from the Host field.
	Host string
	// Fields are all fields in their original order and letter case, including Host,
	// without the white space around the values.
	Fields []policy.Field
	// Header holds the fields except Host by canonical name.
	Header http.Header
	// HeadBytes is the size of the head; HeadCut means that there was more of it, which was
	// not read.
	HeadBytes int
	HeadCut   bool
	// Body is nil if there is none; a length of 0 counts as none.
	Body *Body
	// ContentLength is the body's length; -1 if it is chunked.
	ContentLength int64
	// Close means that the viewer wants the connection closed afterward.
	Close bool
	// Received is when the head was complete.
	Received time.Time
	// RemoteAddr is the viewer's ip:port.
	RemoteAddr string
	// TLS is the connection's; nil without TLS.
	TLS *tls.ConnectionState
	// Tag is the tag that Server.Open set for the connection.
	Tag any

	expects bool // Expect: 100-continue
	chunked bool
	refused bool // it cannot be parsed, so the viewer may be sending more of it
	context viewerContext
}

// Context returns the context of the request. It ends when the viewer hangs up or closes
// its sending side, when the handler returns, and, after a Hijack, when the server shuts
// down.
func (r *Request) Context() context.Context { return &r.context }

// Fault says why a request cannot be read.
type Fault struct {
	// Reason is one clause of evidence.
	Reason string
}

// Error returns the reason.
func (f *Fault) Error() string { return f.Reason }
