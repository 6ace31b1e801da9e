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

// Request is one request as it came. It belongs to whoever gets it: nothing of
// it is used again, but for Body, which ends with the request.
type Request struct {
	// Method and Target are those of the request line, as sent.
	Method, Target string
	// Proto is "HTTP/1.1" or "HTTP/1.0".
	Proto string
	// Form is the form of Target, and URI is Target in origin-form, or as it came
	// where it has none. Scheme is "http" or "https" of an absolute one, else "".
	Form        Form
	URI, Scheme string
	// Host is that of an absolute target or of a CONNECT, else of the Host field.
	Host string
	// Fields are all fields in the order and the letter case in which they
	// came, Host included, without the white space around the values.
	Fields []policy.Field
	// Header has the fields but Host by their canonical names.
	Header http.Header
	// HeadBytes is the size of the head; HeadCut says that there was more of it,
	// which was not read.
	HeadBytes int
	HeadCut   bool
	// Body is nil when there is none; a length of 0 is none, too.
	Body *Body
	// ContentLength is the body's length; -1 if it is chunked.
	ContentLength int64
	// Close says that the viewer wants the connection closed afterwards.
	Close bool
	// Received is when the head was complete.
	Received time.Time
	// RemoteAddr is the viewer's ip:port.
	RemoteAddr string
	// TLS is the connection's; nil without TLS.
	TLS *tls.ConnectionState
	// Tag is what Server.Open said of the connection.
	Tag any

	expects bool // Expect: 100-continue
	chunked bool
	refused bool // it cannot be read, so the viewer may be sending more of it
	context viewerContext
}

// Context returns the context of the request. It ends when the viewer hangs up
// or says that it will send no more, when the handler returns, and, after a
// Hijack, when the server shuts down.
func (r *Request) Context() context.Context { return &r.context }

// Fault says why a request cannot be read.
type Fault struct {
	// Reason is one clause of evidence.
	Reason string
}

// Error returns the reason.
func (f *Fault) Error() string { return f.Reason }
