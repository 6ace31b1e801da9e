package edge

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/sigv4"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Edge serves viewers for one or more distributions. Its fields must not be changed
// after the first call of Serve; [Edge.Replace] changes the distributions that it
// serves.
type Edge struct {
	// Distribution is the distribution to serve. It is ignored once [Edge.Replace]
	// has been called.
	Distribution *distribution.Distribution
	// Client sends requests to the origins; required.
	Client *originconn.Client
	// Snapshot is the version of the documented lists to use. Default: the current
	// one.
	Snapshot policy.Snapshot
	// ClientCertificates are the certificates that the edge presents to origins
	// that request one (origin mTLS), by origin id, for Distribution. Default:
	// none.
	ClientCertificates map[string]*tls.Certificate
	// Functions are the edge functions of Distribution. Default: none.
	Functions *functions.Set
	// FunctionLog receives the function runs that wrote to their log, with the id
	// of the exchange. Default: they are dropped.
	FunctionLog func(exchange string, run *recording.FunctionRun)
	// Clock is the time on which the edge bases its decisions. Default: the system
	// clock. The Client has its own clock, for certificates.
	Clock *Clock
	// Geography holds the values of the CloudFront-Viewer-* headers that describe
	// the viewer's location, by name, e.g. "CloudFront-Viewer-Country". Default:
	// none, and origins receive placeholders (see policy.EdgeHeaders).
	Geography map[string]string
	// Credentials sign requests to origins with an origin access control, by the id
	// of the origin access control. Default: made-up ones, [sigv4.MadeUp].
	Credentials map[string]sigv4.Credentials
	// Strict selects how to judge certificate chains where the documentation leaves
	// it open. Default: tolerate and warn.
	Strict policy.Strictness
	// HostOnly requires the certificate to cover the viewer's Host whenever Host is
	// forwarded (CF-NAME-03). Default: a certificate that covers the origin's
	// domain name is also accepted (CF-NAME-02).
	HostOnly bool
	// Cache stores responses for as long as CloudFront would. Default: none, and
	// every request goes to the origin.
	Cache *Cache
	// Name identifies this edge in recordings. Default: none.
	Name string
	// Recorder receives every finished exchange. Default: none.
	Recorder recording.Recorder
	// Faithful leaves out the X-Edgesim-* response headers.
	Faithful bool
	// BodyLimit is the maximum number of bytes to record of each request and
	// response body. Default 0: none.
	BodyLimit int
	// Faults are the failures to force on requests to origins. Default: none.
	Faults *faults.Set
	// AnyHost accepts every Host. Requests whose Host matches no distribution go to
	// the first one.
	AnyHost bool
	// MaxRequests is the maximum number of concurrent requests, from all viewers;
	// further requests are answered with 503 (CF-ERR-10). Default:
	// [DefaultMaxRequests].
	MaxRequests int
	// Listeners are the addresses at which viewers reach this edge, used for
	// redirects to HTTPS. Default: unknown, and redirects use the viewer's Host.
	Listeners Listeners

	// served is what the edge serves, swapped as a whole.
	served   atomic.Pointer[locations]
	capacity capacity
}

// ViewerRequest is a request as the edge received it. It is read-only input.
type ViewerRequest struct {
	// Method, Scheme ("http" or "https"), Host and Proto are those of the request.
	Method, Scheme, Host, Proto string
	// URI is the path and query as sent, undecoded, e.g. "/a%20b?x=1".
	URI string
	// Header holds the header fields except Host. Serve does not modify it.
	Header http.Header
	// Fields holds all header fields, including Host, in their original order and
	// letter case; nil if these are unknown, as over HTTP/2.
	Fields []policy.Field
	// HeaderBytes is the size of the request head, as far as it is known. HeaderCut
	// reports whether the head was truncated.
	HeaderBytes int
	HeaderCut   bool
	// Malformed explains why the request cannot be parsed; "" if it can. If set,
	// the other fields hold what could be parsed.
	Malformed string
	// Body is nil if there is none. Close must unblock a Read in progress.
	Body io.ReadCloser
	// ContentLength is the length of the body; -1 if unknown.
	ContentLength int64
	// RemoteAddr is the viewer's ip:port.
	RemoteAddr string
	// TLS is the state of the viewer's TLS connection; nil over HTTP.
	TLS *tls.ConnectionState
	// Close reports whether the viewer asked to close its connection afterward.
	Close bool
	// Form is the form of the request: FormOrigin, FormAbsolute or FormConnect.
	Form string
	// Received is when the request arrived; the zero time means now.
	Received time.Time
}

// The forms of a viewer request.
const (
	FormOrigin   = "origin"   // GET /path
	FormAbsolute = "absolute" // GET http://host/path
	FormConnect  = "connect"  // inside a CONNECT tunnel
	// FormBackground is a request by the edge itself, which refetches a response
	// that was served stale (CF-CACHE-15).
	FormBackground = recording.FormBackground
)

// WithCutOff lets request contexts tell who ended them: cut reports whether the
// edge has disconnected its viewers, as at the end of a shutdown. Without it, a
// canceled request counts as closed by the viewer.
func WithCutOff(ctx context.Context, cut func() bool) context.Context {
	return originconn.WithCutOff(ctx, cut)
}

// Response is the response to the viewer. Its Body is never nil. The caller must
// read and close Body, which completes the recording.
type Response struct {
	Status int
	Header http.Header
	Body   io.ReadCloser
	// OriginHead is the head of the origin's response as received over HTTP/1.1; it
	// preserves the order and letter case of the fields in Header. It is "" for a
	// response generated by the edge.
	OriginHead string
	// ContentLength is the length of the body; -1 if unknown.
	ContentLength int64
	// Trailer holds the trailer fields of a gRPC call (CF-GRPC-01). It is filled
	// once Body has returned io.EOF; nil for every other response.
	Trailer http.Header
	// Close reports whether to close the viewer's connection afterward.
	Close bool
	// Upgrade is set if, and only if, the status is 101: the caller writes the
	// head, calls Upgrade to relay the rest, and then closes Body.
	Upgrade *Upgrade
}
