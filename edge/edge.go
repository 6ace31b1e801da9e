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

// Edge serves viewers for one distribution, or for several. Its fields must not
// be changed after the first call of Serve; what it serves is changed by
// [Edge.Replace].
type Edge struct {
	// Distribution is what is served, unless [Edge.Replace] says otherwise; then it
	// is not looked at.
	Distribution *distribution.Distribution
	// Client goes to the origins; required.
	Client *originconn.Client
	// Snapshot is the state of the documented lists. Default: the current one.
	Snapshot policy.Snapshot
	// ClientCertificates are what the edge presents to origins that ask for a
	// client certificate, by origin id (origin mTLS), for Distribution. Default: none.
	ClientCertificates map[string]*tls.Certificate
	// Functions are the edge functions of Distribution. Default: none.
	Functions *functions.Set
	// FunctionLog gets the runs of functions that wrote to their log, with the id of
	// the exchange. Default: nobody does.
	FunctionLog func(exchange string, run *recording.FunctionRun)
	// Clock is the time by which the edge decides. Default: the real one. The Client
	// has a clock of its own, for certificates.
	Clock *Clock
	// Geography has the values of the CloudFront-Viewer-* fields that tell where
	// viewers are, by name, e.g. "CloudFront-Viewer-Country". Default: none, and
	// origins get placeholders (see policy.EdgeHeaders).
	Geography map[string]string
	// Credentials sign requests to origins with an origin access control, by the id of
	// that. Default: made-up ones, [sigv4.MadeUp].
	Credentials map[string]sigv4.Credentials
	// Strict says how to judge what the documentation leaves open about chains.
	// Default: tolerate and warn.
	Strict policy.Strictness
	// HostOnly demands that the certificate covers the viewer's Host wherever
	// that is forwarded (CF-NAME-03). Default: the origin's own name is enough,
	// too (CF-NAME-02).
	HostOnly bool
	// Cache keeps answers as long as CloudFront would. Default: none, and the origin
	// is asked each time.
	Cache *Cache
	// Name tells this edge from others in recordings. Default: it has none.
	Name string
	// Recorder gets every finished exchange. Default: none.
	Recorder recording.Recorder
	// Faithful leaves out the X-Edgesim-* response headers.
	Faithful bool
	// BodyLimit is how many bytes of each request and response body are recorded.
	// Default 0: none.
	BodyLimit int
	// Faults are the failures to force on requests to origins. Default: none.
	Faults *faults.Set
	// AnyHost serves every Host: one that names no distribution is the first one's.
	AnyHost bool
	// MaxRequests is how many requests may be under way at a time, of all viewers;
	// more are answered with 503 (CF-ERR-10). Default: [DefaultMaxRequests].
	MaxRequests int
	// Listeners are where viewers reach this edge, for redirects to HTTPS. Default:
	// not known, and they all go to the Host that the viewer named.
	Listeners Listeners

	// served is what is served, swapped whole.
	served   atomic.Pointer[locations]
	capacity capacity
}

// ViewerRequest is one request as the edge received it: read-only input.
type ViewerRequest struct {
	// Method, Scheme ("http" or "https"), Host and Proto are the request's own.
	Method, Scheme, Host, Proto string
	// URI is the path and query as sent, undecoded, e.g. "/a%20b?x=1".
	URI string
	// Header are the fields without Host. Serve does not change them.
	Header http.Header
	// Fields are all fields in the order and letter case in which they came, Host
	// included; nil where that is not known, as over HTTP/2.
	Fields []policy.Field
	// HeaderBytes is the size of the request head as far as it is known; HeaderCut
	// says that there was more of it.
	HeaderBytes int
	HeaderCut   bool
	// Malformed says why the request cannot be read; "" if it can be. The rest is
	// then what could be read of it.
	Malformed string
	// Body is nil when there is none. Close must end a Read under way.
	Body io.ReadCloser
	// ContentLength is the body's length; -1 if it is not known.
	ContentLength int64
	// RemoteAddr is the viewer's ip:port.
	RemoteAddr string
	// TLS is the viewer's connection; nil on HTTP.
	TLS *tls.ConnectionState
	// Close says that the viewer wants its connection closed afterwards.
	Close bool
	// Form is how the request came: FormOrigin, FormAbsolute or FormConnect.
	Form string
	// Received is when the request was received; zero means now.
	Received time.Time
}

// The forms in which a viewer's request comes.
const (
	FormOrigin   = "origin"   // GET /path
	FormAbsolute = "absolute" // GET http://host/path
	FormConnect  = "connect"  // inside a CONNECT tunnel
	// FormBackground is a request of the edge itself: a copy that was served stale is
	// fetched again (CF-CACHE-15).
	FormBackground = recording.FormBackground
)

// WithCutOff lets the contexts of requests tell who ended them: cut says that the
// edge has cut its viewers off, as at the end of a shutdown. Without it, it is
// the viewer who left.
func WithCutOff(ctx context.Context, cut func() bool) context.Context {
	return originconn.WithCutOff(ctx, cut)
}

// Response is the answer to the viewer. Its body is never nil; the caller reads
// and closes it, which completes the recording.
type Response struct {
	Status int
	Header http.Header
	Body   io.ReadCloser
	// OriginHead is the head of the origin's response as it came over HTTP/1.1,
	// whose order and spelling the fields of Header keep; "" for a response that
	// the edge made.
	OriginHead string
	// ContentLength is the body's length; -1 if it is not known.
	ContentLength int64
	// Trailer has the fields that follow the body of a gRPC call (CF-GRPC-01). It
	// is filled when Body has returned io.EOF; nil for every other response.
	Trailer http.Header
	// Close says that the viewer's connection is to be closed afterwards.
	Close bool
	// Upgrade is set with status 101, and with no other: the caller writes the
	// head, has Upgrade carry what follows, and closes Body then.
	Upgrade *Upgrade
}
