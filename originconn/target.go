package originconn

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// Target says which origin to connect to and how. It is complete before any
// socket is opened.
type Target struct {
	// Host is the origin's domain name.
	Host string
	// Port is the TCP port.
	Port int
	// TLS says whether to use HTTPS.
	TLS bool
	// PlainPort is the origin's HTTP port if Port is HTTPS. It is tried once when
	// Port does not respond, to report whether HTTP does; 0 disables this.
	PlainPort int
	// SNI is the server name in the ClientHello; "" sends none.
	SNI string
	// AcceptedNames are the names of which the certificate must cover at least one.
	AcceptedNames policy.AcceptedNames
	// NamePatterns allows a wildcard in AcceptedNames to match the certificate's
	// names (CF-NAME-08).
	NamePatterns bool
	// Strict says how to judge what the documentation leaves open about certificate
	// chains.
	Strict policy.Strictness
	// Offer is what to offer in the ClientHello.
	Offer policy.Offer
	// unexplained skips finding out why a handshake is refused.
	unexplained bool
	// HTTP2 selects HTTP/2, offered by ALPN; it requires TLS. Only gRPC uses it to
	// origins (CF-CONN-18).
	HTTP2 bool
	// ClientCertificate is sent if the origin requests one (origin mTLS, CF-MTLS-01,
	// CF-MTLS-02); nil sends none.
	ClientCertificate *tls.Certificate
	// IPAddressType limits the address families; "" means ipv4.
	IPAddressType distribution.IPAddressType
	// Attempts is the number of attempts, at least 1.
	Attempts int
	// ConnectTimeout limits one connection attempt, including the TLS handshake
	// (that it covers the handshake is inferred).
	ConnectTimeout time.Duration
	// ResponseTimeout limits the wait for the first packet of the response and each
	// gap between packets.
	ResponseTimeout time.Duration
	// CompletionTimeout limits the whole of Do, including reading the body; 0 means
	// no limit.
	CompletionTimeout time.Duration
	// KeepaliveTimeout is how long the connection stays open when idle; 0 closes it
	// at once.
	KeepaliveTimeout time.Duration

	// made and address are the key and the address if precomputed, see Keyed.
	made, address string
}

// Keyed returns the target prepared for repeated calls of Do: the key of its
// pooled connections is built only once. The fields that make up the key (Host to
// IPAddressType) must not be changed in the result.
func (t Target) Keyed() Target {
	t.made, t.address = t.key(), t.Address()
	return t
}

// Address returns the host:port as configured.
func (t *Target) Address() string {
	if t.address != "" {
		return t.address
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
}

// key identifies connections that may serve the same target.
func (t *Target) key() string {
	if t.made != "" {
		return t.made
	}
	b := make([]byte, 0, 192)
	b = append(b, t.Host...)
	b = strconv.AppendInt(append(b, ':'), int64(t.Port), 10)
	b = append(append(b, '|'), t.IPAddressType...)
	if !t.TLS {
		return string(b)
	}
	b = append(append(b, "|tls|"...), t.SNI...)
	if t.HTTP2 {
		b = append(b, "|h2"...)
	}
	if t.Strict.Superfluous {
		b = append(b, "|superfluous"...)
	}
	if t.Strict.SHA1 {
		b = append(b, "|sha1"...)
	}
	if t.Strict.WideWildcard {
		b = append(b, "|wide"...)
	}
	if t.NamePatterns {
		b = append(b, "|patterns"...)
	}
	for _, name := range t.AcceptedNames {
		b = append(append(b, '|'), name...)
	}
	for _, list := range [][]uint16{t.Offer.Versions, t.Offer.Suites, t.Offer.Groups} {
		b = append(b, '|')
		for _, v := range list {
			b = binary.BigEndian.AppendUint16(b, v)
		}
	}
	if c := t.ClientCertificate; c != nil && len(c.Certificate) > 0 {
		sum := sha256.Sum256(c.Certificate[0])
		b = append(append(b, '|'), sum[:]...)
	}
	return string(b)
}

// Request is the request to the origin, complete except for the framing fields
// (Content-Length, Transfer-Encoding), which Do derives from ContentLength.
type Request struct {
	// Method and RequestURI form the request line; RequestURI is sent unmodified.
	Method     string
	RequestURI string
	// ViewerURI is the path and query of the viewer's request. It is not sent:
	// [Client.Answer] may compare it with a browser's recording.
	ViewerURI string
	// Header holds the fields in the order to send them, including Host.
	Header []policy.Field
	// WebSocket says that the request is a WebSocket upgrade, so that the origin may
	// answer with a 101. Its fields are in Header.
	WebSocket bool
	// Body is nil if there is none. Do reads it in a separate goroutine, which ends
	// before the response body is closed; Do closes Body to stop it.
	Body io.ReadCloser
	// ContentLength is the length of the body, or -1 to send it chunked.
	ContentLength int64
	// Forced is a failure to play on each attempt; nil for none.
	Forced *Forced
}

// repeatable reports whether the request may be sent again after a timeout.
func (r *Request) repeatable() bool { return policy.Repeatable(r.Method, r.Body != nil) }
