package originconn

import (
	"io"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Result is what Do brings back. Exactly one of Response and Cause is set.
type Result struct {
	// Attempts are the tries, in order. There is none where none was made: a
	// recording had no answer ([Client.Answer]), or the viewer left before the
	// first one.
	Attempts []*Attempt
	// Response is the origin's answer. The caller closes its Body.
	Response *Response
	// Cause is why there is no response.
	Cause *policy.Cause
	// Replayed is the id of the recorded exchange that answered in the origin's
	// place, see [Client.Answer]; "" if the origin was asked.
	Replayed string
}

// Response is the origin's answer, its body still to be read.
type Response struct {
	// Status is the status code and Reason the reason phrase as sent.
	Status int
	Reason string
	// Proto is "HTTP/1.1", "HTTP/1.0" or "HTTP/2.0".
	Proto string
	// Header are the fields by canonical name; the framing field
	// Transfer-Encoding is not among them, see Chunked.
	Header http.Header
	// RawHead is the status line and the fields as they came, order and letter
	// case kept, up to the empty line. Over HTTP/2, where there is no such text,
	// it is written down in the same form, sorted by name.
	RawHead string
	// ContentLength is the announced length, or -1 when there is none.
	ContentLength int64
	// Chunked says that the body came chunked.
	Chunked bool
	// Trailer has the fields after the body, once Body has returned io.EOF. It is
	// nil over HTTP/1.1, where trailers end here (CF-RESP-03).
	Trailer http.Header
	// Tunnel is the connection after a 101, which only a request for a WebSocket
	// can get; nil otherwise. The caller closes it.
	Tunnel *Tunnel
	// Body is never nil. The caller closes it, which puts the connection back
	// when everything was read. A read error is a *policy.Cause.
	Body io.ReadCloser
}

// Buffered is a body that can say how many of its bytes a Read returns without
// waiting for the origin. It need not be one; those that move bodies save writes
// where it is. The bodies of [Client.Do] are, but HTTP/2's.
type Buffered interface {
	Buffered() int
}

// Attempt is one try to get a response, with all that was seen.
type Attempt struct {
	// Number counts from 1.
	Number int `json:"number"`
	// Target is the host:port that was asked for, as configured.
	Target string `json:"target,omitempty"`
	// Start is when the attempt began.
	Start time.Time `json:"start"`
	// Addresses are what the name resolved to.
	Addresses []string `json:"addresses,omitempty"`
	// Address is the ip:port that was dialed.
	Address string `json:"address,omitempty"`
	// Reused says that a kept-alive connection served it, idle for Idle.
	Reused bool          `json:"reused,omitempty"`
	Idle   time.Duration `json:"idle,omitempty"`
	// StaleIdle is how long a kept-alive connection had been idle that the
	// origin was found to have closed before it could be used; 0 if none.
	StaleIdle time.Duration `json:"staleIdle,omitempty"`
	// Phases are the times of the steps.
	Phases Phases `json:"phases"`
	// Handshake is what was seen of TLS; nil over plain HTTP or before it.
	Handshake *Handshake `json:"handshake,omitempty"`
	// Explanation is why the origin refused the handshake, as far as it is
	// known by now; nil if it did not refuse it.
	Explanation *Explanation `json:"-"`
	// Findings are the judgments, all of them.
	Findings []policy.Finding `json:"findings,omitempty"`
	// Cause is why the attempt failed; nil if it brought a response.
	Cause *policy.Cause `json:"cause,omitempty"`
}

// Phases are the durations of an attempt's steps; 0 where a step did not run.
type Phases struct {
	Resolve   time.Duration `json:"resolve"`
	Dial      time.Duration `json:"dial"`
	Handshake time.Duration `json:"handshake"`
	Send      time.Duration `json:"send"`
	// Wait is from the request sent to the response head complete.
	Wait time.Duration `json:"wait"`
}

// Handshake is what was seen of one TLS handshake: facts, no opinion.
type Handshake struct {
	// Road says which TLS client carried it: "crypto/tls", or
	// "internal/tlslegacy", and then Why says why.
	Road string `json:"road"`
	Why  string `json:"why,omitempty"`
	// SNI is the server name sent; "" if none was.
	SNI string `json:"sni"`
	// Offered is what the ClientHello offered.
	Offered policy.Offer `json:"offered"`
	// Version, CipherSuite and Curve are what was agreed on; 0 if nothing was.
	Version     uint16 `json:"version,omitempty"`
	CipherSuite uint16 `json:"cipherSuite,omitempty"`
	Curve       uint16 `json:"curve,omitempty"`
	// Signature is the scheme the origin signed its key exchange with, as far
	// as the road tells: 0 on crypto/tls.
	Signature uint16 `json:"signature,omitempty"`
	// signature is the scheme seen in TLS 1.2 on crypto/tls, which offers other
	// ones than the documentation lists; it is not a fact about CloudFront.
	signature uint16
	// ALPN is what was said about the protocol above TLS; nil if nothing was
	// offered, as for everything but gRPC (CF-TLS-24).
	ALPN *ALPN `json:"alpn,omitempty"`
	// PeerCertificates is the chain as sent, in order, DER.
	PeerCertificates [][]byte `json:"peerCertificates,omitempty"`
	// Alert is the fatal alert the origin sent, or a warning if it sent no other.
	Alert *tlswire.Alert `json:"alert,omitempty"`
	// ClientCertificateRequested says that the origin asked for one.
	ClientCertificateRequested bool `json:"clientCertificateRequested,omitempty"`
	// ClientCertificateSent says that one was presented.
	ClientCertificateSent bool `json:"clientCertificateSent,omitempty"`
	// FirstBytes are the first bytes of an answer that is not TLS.
	FirstBytes []byte `json:"firstBytes,omitempty"`
	// Flight is all that the origin sent in a handshake that failed, as it came:
	// TLS records, or whatever it was. It is cut at 64 KiB.
	Flight []byte `json:"flight,omitempty"`
}

// ALPN is the negotiation of the protocol above TLS (RFC 7301).
type ALPN struct {
	// Offered are the protocols that the ClientHello named.
	Offered []string `json:"offered"`
	// Agreed is the one that the origin chose; "" if it chose none.
	Agreed string `json:"agreed,omitempty"`
}
