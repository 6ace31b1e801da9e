package originconn

import (
	"io"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Result is what Do returns. Exactly one of Response and Cause is set.
type Result struct {
	// Attempts are the attempts, in order. It is empty if no attempt was made: a
	// recording had no answer ([Client.Answer]), or the viewer disconnected before
	// the first one.
	Attempts []*Attempt
	// Response is the origin's answer. The caller closes its Body.
	Response *Response
	// Cause is why there is no response.
	Cause *policy.Cause
	// Replayed is the id of the recorded exchange that answered instead of the
	// origin, see [Client.Answer]; "" if the origin answered.
	Replayed string
}

// Response is the origin's response, its body still unread.
type Response struct {
	// Status is the status code and Reason the reason phrase as sent.
	Status int
	Reason string
	// Proto is "HTTP/1.1", "HTTP/1.0" or "HTTP/2.0".
	Proto string
	// Header holds the fields by canonical name, without the framing field
	// Transfer-Encoding (see Chunked).
	Header http.Header
	// RawHead is the status line and the fields as received, with their order and
	// letter case, up to the empty line. HTTP/2 has no such text: RawHead is then
	// written in the same form, sorted by name.
	RawHead string
	// ContentLength is the announced length, or -1 if none was announced.
	ContentLength int64
	// Chunked says that the body was sent chunked.
	Chunked bool
	// Trailer holds the trailer fields once Body has returned io.EOF. It is nil over
	// HTTP/1.1, whose trailers are not passed on (CF-RESP-03).
	Trailer http.Header
	// Tunnel is the connection after a 101 response, which only a WebSocket request
	// can get; otherwise nil. The caller closes it.
	Tunnel *Tunnel
	// Body is never nil. The caller closes it, which returns the connection to the
	// pool if the body was read completely. A read error is a *policy.Cause.
	Body io.ReadCloser
}

// Buffered is an optional interface of a response body: it reports how many bytes
// a Read returns without waiting for the origin, so that code copying the body
// can combine writes. The bodies that [Client.Do] returns implement it, except
// those of HTTP/2.
type Buffered interface {
	Buffered() int
}

// Attempt is one attempt to get a response, with everything that was observed.
type Attempt struct {
	// Number counts from 1.
	Number int `json:"number"`
	// Target is the host:port of the request, as configured.
	Target string `json:"target,omitempty"`
	// Start is when the attempt began.
	Start time.Time `json:"start"`
	// Addresses are the addresses that the name resolved to.
	Addresses []string `json:"addresses,omitempty"`
	// Address is the ip:port dialed.
	Address string `json:"address,omitempty"`
	// Reused says that the attempt used a kept-alive connection, which had been idle
	// for Idle.
	Reused bool          `json:"reused,omitempty"`
	Idle   time.Duration `json:"idle,omitempty"`
	// StaleIdle is how long a kept-alive connection had been idle when edgesim found
	// that the origin had closed it before it could be reused; 0 if that did not
	// happen.
	StaleIdle time.Duration `json:"staleIdle,omitempty"`
	// Phases are the durations of the steps.
	Phases Phases `json:"phases"`
	// Handshake is what was observed of TLS; nil over plain HTTP or if the attempt
	// ended before the handshake.
	Handshake *Handshake `json:"handshake,omitempty"`
	// Explanation is why the origin refused the handshake, as far as it is known so
	// far; nil if it did not refuse it.
	Explanation *Explanation `json:"-"`
	// Findings are all judgments of the attempt.
	Findings []policy.Finding `json:"findings,omitempty"`
	// Cause is why the attempt failed; nil if it got a response.
	Cause *policy.Cause `json:"cause,omitempty"`
}

// Phases are the durations of an attempt's steps; 0 for a step that did not run.
type Phases struct {
	Resolve   time.Duration `json:"resolve"`
	Dial      time.Duration `json:"dial"`
	Handshake time.Duration `json:"handshake"`
	Send      time.Duration `json:"send"`
	// Wait is the time from the end of Send until the response head is complete.
	Wait time.Duration `json:"wait"`
}

// Handshake is what was observed of one TLS handshake: facts, not judgments.
type Handshake struct {
	// Road names the TLS client that was used: "crypto/tls", or
	// "internal/tlslegacy", in which case Why gives the reason.
	Road string `json:"road"`
	Why  string `json:"why,omitempty"`
	// SNI is the server name sent; "" if none was sent.
	SNI string `json:"sni"`
	// Offered is the contents of the ClientHello's offer.
	Offered policy.Offer `json:"offered"`
	// Version, CipherSuite and Curve are the negotiated values; 0 if not negotiated.
	Version     uint16 `json:"version,omitempty"`
	CipherSuite uint16 `json:"cipherSuite,omitempty"`
	Curve       uint16 `json:"curve,omitempty"`
	// Signature is the scheme with which the origin signed its key exchange, if the
	// TLS client reports it: crypto/tls does not, so it is 0 there.
	Signature uint16 `json:"signature,omitempty"`
	// signature is the scheme seen in TLS 1.2 with crypto/tls, which offers schemes other
	// than the documented ones; it is not a fact about CloudFront.
	signature uint16
	// ALPN is the protocol negotiation; nil if nothing was offered, as for all
	// requests except gRPC (CF-TLS-24).
	ALPN *ALPN `json:"alpn,omitempty"`
	// PeerCertificates is the chain in DER, in the order sent.
	PeerCertificates [][]byte `json:"peerCertificates,omitempty"`
	// Alert is the fatal alert that the origin sent, or a warning if it sent only
	// warnings.
	Alert *tlswire.Alert `json:"alert,omitempty"`
	// ClientCertificateRequested says that the origin requested a client
	// certificate.
	ClientCertificateRequested bool `json:"clientCertificateRequested,omitempty"`
	// ClientCertificateSent says that a client certificate was sent.
	ClientCertificateSent bool `json:"clientCertificateSent,omitempty"`
	// FirstBytes holds the first bytes of a response that is not TLS.
	FirstBytes []byte `json:"firstBytes,omitempty"`
	// Flight holds everything that the origin sent in a failed handshake,
	// unmodified: TLS records, or whatever else it sent. It is truncated at 64 KiB.
	Flight []byte `json:"flight,omitempty"`
}

// ALPN is the application-layer protocol negotiation (RFC 7301).
type ALPN struct {
	// Offered lists the protocols in the ClientHello.
	Offered []string `json:"offered"`
	// Agreed is the protocol that the origin selected; "" if it selected none.
	Agreed string `json:"agreed,omitempty"`
}
